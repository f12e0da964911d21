import type { Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Accept, Award, Digest, OfferId, Receipt, Refused, Sealed } from '../protocol/message.js'
import { digestOf, seal } from '../protocol/signing.js'
import { type Megabytes, type Micros, type Millis, megabytes, micros } from '../units.js'
import type { Effect } from './agent.js'
import { earliest, firstResend, nextResend, type Resend } from './resend.js'
import { savedMessage } from './restore.js'
import type { Rules } from './rules.js'

interface Purchase {
  readonly award: Sealed<Award>
  readonly accept: Sealed<Accept>
  /** Where the seller may be reached to hand it the accept. */
  readonly addresses: readonly string[]
  readonly receipt: Sealed<Receipt> | undefined
  readonly resend: Resend
}

const prefix = 'purchase/'
export const purchaseKey = (award: Digest): string => prefix + award

/** The settled side of a buyer: accepts that wait for their receipt, and receipts (MECHANISM §7). */
export class Purchases {
  readonly #signer: Signer
  readonly #rules: Rules
  readonly #purchases = new Map<Digest, Purchase>()
  #quantity = 0
  #charge = 0

  constructor(signer: Signer, rules: Rules, restored: StoreContents) {
    this.#signer = signer
    this.#rules = rules
    for (const { key, value } of restored) {
      if (key.startsWith(prefix)) this.#restore(key.slice(prefix.length), value)
    }
  }

  /** Accepted so far, with or without a receipt: what may be wanted and spent no more. */
  get committed(): { readonly quantity: Megabytes; readonly charge: Micros } {
    return { quantity: megabytes(this.#quantity), charge: micros(this.#charge) }
  }

  /** What receipts prove. */
  get settled(): { readonly quantity: Megabytes; readonly charge: Micros } {
    let [quantity, charge] = [0, 0]
    for (const { receipt } of this.#purchases.values()) {
      quantity += receipt?.body.quantity ?? 0
      charge += receipt?.body.charge ?? 0
    }
    return { quantity: megabytes(quantity), charge: micros(charge) }
  }

  get unsettled(): number {
    return this.#waiting().length
  }

  get deadline(): Millis | undefined {
    return earliest(...this.#waiting().map(([, { resend }]) => resend.at))
  }

  /** Sends an accept again if this award was accepted before; returns whether it was. */
  repeat(award: Sealed<Award>, out: Effect[]): boolean {
    const purchase = this.#purchases.get(digestOf(award))
    if (purchase === undefined) return false
    if (purchase.receipt === undefined) out.push(sendAccept(purchase))
    return true
  }

  /** Commits to an award that its buyer found right and still wants: saved first, then sent. */
  accept(now: Millis, award: Sealed<Award>, addresses: readonly string[], out: Effect[]): void {
    const { market, offer, round, buyer, quantity, charge, fee } = award.body
    const digest = digestOf(award)
    const body: Accept = { type: 'accept', market, offer, round, buyer, award: digest, quantity, charge, fee }
    const accept = seal(this.#signer, body)
    const resend = firstResend(now, this.#rules.resendMs)
    const purchase = { award, accept, addresses, receipt: undefined, resend }
    this.#purchases.set(digest, purchase)
    this.#quantity += quantity
    this.#charge += charge
    out.push({ type: 'save', records: [recordOf(digest, purchase)], sync: true })
    out.push(sendAccept(purchase))
    out.push({ type: 'report', fact: { type: 'accepted', offer, award: digest } })
  }

  /** Takes the receipt for an accept of ours. Returns whether it was awaited. */
  receipt(receipt: Sealed<Receipt>, out: Effect[]): boolean {
    const { award: digest, accept } = receipt.body
    const purchase = this.#purchases.get(digest)
    if (purchase === undefined || purchase.receipt !== undefined) return false
    if (!isReceiptOf(receipt.body, purchase.accept.body) || digestOf(accept) !== digestOf(purchase.accept)) return false
    const settled = { ...purchase, receipt }
    this.#purchases.set(digest, settled)
    out.push({ type: 'save', records: [recordOf(digest, settled)], sync: true })
    out.push({ type: 'report', fact: { type: 'bought', receipt: receipt.body } })
    return true
  }

  /** The seller says that the accept came too late, or that it knows of no such award. Returns whether it mattered. */
  refused({ award: digest, offer }: Refused, out: Effect[]): boolean {
    const purchase = digest === '' ? undefined : this.#purchases.get(digest)
    if (purchase === undefined || purchase.receipt !== undefined || purchase.award.body.offer !== offer) return false
    this.#purchases.delete(purchase.accept.body.award)
    this.#quantity -= purchase.award.body.quantity
    this.#charge -= purchase.award.body.charge
    out.push({ type: 'save', records: [{ key: purchaseKey(digest as Digest), value: undefined }], sync: true })
    out.push({ type: 'report', fact: { type: 'lapsed', offer, award: digest as Digest } })
    return true
  }

  /** Sends again what is unanswered; all of it when `everything`, as after a restart. */
  wake(now: Millis, out: Effect[], { everything = false } = {}): void {
    for (const [digest, purchase] of this.#waiting()) {
      if (!everything && purchase.resend.at > now) continue
      const resend = everything
        ? firstResend(now, this.#rules.resendMs)
        : nextResend(purchase.resend, now, this.#rules.resendMsMax)
      this.#purchases.set(digest, { ...purchase, resend })
      out.push(sendAccept(purchase))
    }
  }

  /** Offers with an accept on its way. */
  unsettledOffers(): readonly OfferId[] {
    return this.#waiting().map(([, { award }]) => award.body.offer)
  }

  #waiting(): [Digest, Purchase][] {
    return [...this.#purchases].filter(([, { receipt }]) => receipt === undefined)
  }

  #restore(digest: Digest, value: Json): void {
    const key = purchaseKey(digest)
    const saved = value as { award: Json; accept: Json; addresses: string[]; receipt: Json }
    const award = savedMessage(key, saved.award, 'award')
    const accept = savedMessage(key, saved.accept, 'accept')
    const receipt = saved.receipt === null ? undefined : savedMessage(key, saved.receipt, 'receipt')
    const resend = firstResend(0 as Millis, this.#rules.resendMs)
    this.#purchases.set(digest, { award, accept, addresses: saved.addresses, receipt, resend })
    this.#quantity += accept.body.quantity
    this.#charge += accept.body.charge
  }
}

const recordOf = (digest: Digest, { award, accept, addresses, receipt }: Purchase): StoreRecord => ({
  key: purchaseKey(digest),
  value: {
    award: sealedToJson(award),
    accept: sealedToJson(accept),
    addresses: [...addresses],
    receipt: receipt === undefined ? null : sealedToJson(receipt),
  },
})

const sendAccept = ({ accept, award, addresses }: Purchase): Effect => ({
  type: 'send',
  to: award.signer,
  message: accept,
  addresses,
})

const isReceiptOf = (receipt: Receipt, accept: Accept): boolean =>
  receipt.offer === accept.offer &&
  receipt.round === accept.round &&
  receipt.buyer === accept.buyer &&
  receipt.quantity === accept.quantity &&
  receipt.charge === accept.charge &&
  receipt.fee === accept.fee
