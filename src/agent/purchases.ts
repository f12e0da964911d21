import type { Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Accept, Award, Digest, OfferId, Receipt, Refused, Sealed } from '../protocol/message.js'
import { digestOf, seal } from '../protocol/signing.js'
import type { Millis } from '../units.js'
import type { Effect } from './agent.js'
import type { Traded, TradesThen } from './counted-plan.js'
import { report } from './effects.js'
import { firstResend, nextResend, type Resend, Unanswered } from './resend.js'
import { savedMessage } from './restore.js'
import type { Rules } from './rules.js'
import type { WaitingAccept } from './views.js'

/** An accept that waits for its receipt. */
interface Purchase {
  readonly award: Sealed<Award>
  readonly accept: Sealed<Accept>
  /** Where the seller may be reached to hand it the accept. */
  readonly addresses: readonly string[]
  readonly resend: Resend
}

/** What an accept rests on besides its award. */
interface Acceptance {
  readonly addresses: readonly string[]
  /** What must be saved together with it. */
  readonly alongside: readonly StoreRecord[]
}

const prefix = 'purchase/'
const purchaseKey = (award: Digest): string => prefix + award

/**
 * The settled side of a buyer: accepts that wait for their receipt, for ever if need be, because they bind; and what
 * receipts prove (MECHANISM §7). Each is of at least 1 MB, so there are never more of them than MB were ever wanted.
 */
export class Purchases {
  readonly #signer: Signer
  readonly #rules: Rules
  readonly #waiting = new Unanswered<Digest, Purchase>()
  /** Accepts that its person gave up; of a receipt for one, only its seller knows. They count again should it come. */
  readonly #forgotten = new Map<Digest, Purchase>()
  /** Awards whose receipts are in the store. */
  readonly #settled = new Set<Digest>()
  /** Of both. */
  #committed: Traded = { quantity: 0, charge: 0 }
  /** Of the receipts alone. */
  #bought: Traded = { quantity: 0, charge: 0 }

  constructor(signer: Signer, rules: Rules, restored: StoreContents) {
    this.#signer = signer
    this.#rules = rules
    for (const { key, value } of restored) {
      if (key.startsWith(prefix)) this.#restore(key.slice(prefix.length), value)
    }
  }

  /** Accepted so far, with or without a receipt: what may be wanted and spent no more. */
  get committed(): Traded {
    return this.#committed
  }

  /** What receipts prove. */
  get settled(): Traded {
    return this.#bought
  }

  get trades(): TradesThen {
    return { settled: this.#bought, open: plus(this.#committed, this.#bought, -1) }
  }

  get unsettled(): number {
    return this.#waiting.size
  }

  get deadline(): Millis | undefined {
    return this.#waiting.deadline
  }

  /** Sends an accept again if this award was accepted before; returns whether it was. */
  repeat(award: Sealed<Award>, out: Effect[]): boolean {
    const digest = digestOf(award)
    const purchase = this.#waiting.get(digest)
    if (purchase !== undefined) out.push(sendAccept(purchase))
    // An award whose accept was given up lapses: that is the best that can come of it.
    return purchase !== undefined || this.#settled.has(digest) || this.#forgotten.has(digest)
  }

  /** Commits to an award that its buyer found right and still wants: saved first, then sent. */
  accept(now: Millis, award: Sealed<Award>, { addresses, alongside }: Acceptance, out: Effect[]): void {
    const { market, offer, round, buyer, quantity, charge, fee } = award.body
    const digest = digestOf(award)
    const body: Accept = { type: 'accept', market, offer, round, buyer, award: digest, quantity, charge, fee }
    const accept = seal(this.#signer, body)
    const resend = firstResend(now, this.#rules.resendMs)
    const purchase = { award, accept, addresses, resend }
    this.#waiting.set(digest, purchase)
    this.#committed = plus(this.#committed, body)
    out.push({ type: 'save', records: [recordOf(digest, purchase), ...alongside], sync: true })
    out.push(sendAccept(purchase))
    out.push(report({ type: 'accepted', offer, award: digest }))
  }

  /** Takes the receipt for an accept of ours. Returns whether it was awaited. */
  receipt(receipt: Sealed<Receipt>, out: Effect[]): boolean {
    const { award: digest, accept } = receipt.body
    const forgotten = this.#forgotten.get(digest)
    const purchase = this.#waiting.get(digest) ?? forgotten
    if (purchase === undefined) return false
    if (!isReceiptOf(receipt.body, purchase.accept.body) || digestOf(accept) !== digestOf(purchase.accept)) return false
    this.#waiting.delete(digest)
    if (this.#forgotten.delete(digest)) this.#committed = plus(this.#committed, receipt.body)
    this.#settled.add(digest)
    this.#bought = plus(this.#bought, receipt.body)
    out.push({ type: 'save', records: [recordOf(digest, purchase, receipt)], sync: true })
    out.push(report({ type: 'bought', receipt: receipt.body }))
    return true
  }

  /**
   * The seller says that the accept came too late, or that it knows of no such award; no other code ends an accept. Its
   * signature on that is kept in the place of the purchase. Returns whether it mattered.
   */
  refused(refused: Sealed<Refused>, out: Effect[]): boolean {
    const { award: digest, offer, code } = refused.body
    if (code !== 'award-lapsed' && code !== 'unknown-award') return false
    const purchase = this.#waiting.get(digest) ?? this.#forgotten.get(digest)
    if (purchase === undefined || purchase.award.body.offer !== offer) return false
    if (this.#waiting.delete(digest)) this.#committed = plus(this.#committed, purchase.award.body, -1)
    this.#forgotten.delete(digest)
    const records = [
      { key: purchaseKey(digest), value: undefined },
      { key: `refusal/${digest}`, value: sealedToJson(refused) },
    ]
    out.push({ type: 'save', records, sync: true })
    out.push(report({ type: 'lapsed', offer, award: digest }))
    return true
  }

  /** Those that wait for their receipt. */
  accepts(): readonly WaitingAccept[] {
    return [...this.#waiting].map(([award, { accept }]) => {
      const { offer, quantity, charge } = accept.body
      return { award, offer, quantity, charge }
    })
  }

  /** Sends a waiting accept no more and counts it no more, unless its receipt comes after all. Returns whether there was one. */
  forget(digest: Digest, out: Effect[]): boolean {
    const purchase = this.#waiting.get(digest)
    if (purchase === undefined) return false
    this.#waiting.delete(digest)
    this.#forgotten.set(digest, purchase)
    this.#committed = plus(this.#committed, purchase.accept.body, -1)
    const { key, value } = recordOf(digest, purchase)
    out.push({ type: 'save', records: [{ key, value: { ...(value as object), forgotten: true } }], sync: true })
    out.push(report({ type: 'accept-forgotten', offer: purchase.award.body.offer, award: digest }))
    return true
  }

  /** Every waiting accept again: nobody could answer while this node was down. */
  resume(now: Millis, out: Effect[]): void {
    for (const [digest, purchase] of this.#waiting) {
      this.#waiting.set(digest, { ...purchase, resend: firstResend(now, this.#rules.resendMs) })
      out.push(sendAccept(purchase))
    }
  }

  /** Sends again what is unanswered for too long. */
  wake(now: Millis, out: Effect[]): void {
    if ((this.deadline ?? Infinity) > now) return
    for (const [digest, purchase] of this.#waiting) {
      if (purchase.resend.at > now) continue
      const resend = nextResend(purchase.resend, now, this.#rules.resendMsMax)
      this.#waiting.set(digest, { ...purchase, resend })
      out.push(sendAccept(purchase))
    }
  }

  /** Whether an accept is on its way to an offer. */
  isUnsettledAt(offer: OfferId): boolean {
    for (const { award } of this.#waiting.values()) if (award.body.offer === offer) return true
    return false
  }

  #restore(digest: Digest, value: Json): void {
    const key = purchaseKey(digest)
    const saved = value as { award: Json; accept: Json; addresses: string[]; receipt: Json; forgotten?: Json }
    const award = savedMessage(key, saved.award, 'award')
    const accept = savedMessage(key, saved.accept, 'accept')
    const receipt = saved.receipt === null ? undefined : savedMessage(key, saved.receipt, 'receipt')
    const resend = firstResend(0 as Millis, this.#rules.resendMs)
    if (saved.forgotten === true && receipt === undefined) {
      this.#forgotten.set(digest, { award, accept, addresses: saved.addresses, resend })
      return
    }
    this.#committed = plus(this.#committed, accept.body)
    if (receipt === undefined) {
      this.#waiting.set(digest, { award, accept, addresses: saved.addresses, resend })
    } else {
      this.#settled.add(digest)
      this.#bought = plus(this.#bought, receipt.body)
    }
  }
}

const plus = (sum: Traded, { quantity, charge }: Traded, sign: 1 | -1 = 1): Traded => ({
  quantity: sum.quantity + sign * quantity,
  charge: sum.charge + sign * charge,
})

const recordOf = (digest: Digest, { award, accept, addresses }: Purchase, receipt?: Sealed<Receipt>): StoreRecord => ({
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
