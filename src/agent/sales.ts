import type { PeerId, Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Accept, Award, Decline, Digest, OfferId, Receipt, RefusalCode, Sealed } from '../protocol/message.js'
import { digestOf, seal } from '../protocol/signing.js'
import { type Megabytes, type Micros, type Millis, megabytes } from '../units.js'
import type { Effect, SellerStatus } from './agent.js'
import type { TradesThen } from './counted-plan.js'
import { Defaulters } from './defaulters.js'
import { answer, report } from './effects.js'
import { earlier, firstResend, nextResend, type Resend } from './resend.js'
import { savedMessage } from './restore.js'
import type { Rules } from './rules.js'
import { type Auction, awardsAsViewed } from './views.js'

/** An award on its way: its quantity is kept aside until the winner answers or the award lapses. */
interface Pending {
  readonly award: Sealed<Award>
  readonly lapsesAt: Millis
  readonly resend: Resend
}

/** An award that nobody answered in time. */
interface Lapsed {
  readonly award: Sealed<Award>
  /** Its buyer was told that the accept came too late; it counts on that, whatever happens to the stock later. */
  readonly refused: boolean
}

/** How an answer to an award changes the auction. */
export type Settlement =
  | { readonly type: 'none' }
  /** Sold: its quantity has left the stock; what was kept aside for it, or, if `late`, what others could still have had. */
  | { readonly type: 'sold'; readonly award: Award; readonly late: boolean }
  /** The quantity is back in stock. */
  | { readonly type: 'returned' }

const nothing: Settlement = { type: 'none' }
const awardKey = (award: Digest): string => `seller/award/${award}`
const saleKey = (award: Digest): string => `sale/${award}`

/**
 * The settled side of a seller: awards that wait, awards that lapsed, and receipts, of which there are at most as many as
 * MB were ever for sale (MECHANISM §7). Every save here is synced: what a winner is told rests on it.
 */
export class Sales {
  readonly #signer: Signer
  readonly #rules: Rules
  readonly #pending = new Map<Digest, Pending>()
  readonly #lapsed = new Map<Digest, Lapsed>()
  readonly #receipts = new Map<Digest, Sealed<Receipt>>()
  readonly #defaulters: Defaulters
  #sold = 0
  #revenue = 0

  constructor(signer: Signer, rules: Rules, restored: StoreContents) {
    this.#signer = signer
    this.#rules = rules
    this.#defaulters = new Defaulters(rules)
    for (const { key, value } of restored) this.#restore(key, value)
  }

  /** Ever sold by this node, over all its offers and plans: perhaps more than one offer may hold. */
  get sold(): Megabytes {
    return this.#sold as Megabytes
  }

  /** Whether `buyer` has let its last awards lapse, or declined them, and may not bid yet. */
  isDefaulter(now: Millis, buyer: PeerId): boolean {
    return this.#defaulters.has(now, buyer)
  }

  get unsettled(): number {
    return this.#pending.size
  }

  /** Stock kept aside for awards that wait for an answer. */
  get reserved(): Megabytes {
    let sum = 0
    for (const { award } of this.#pending.values()) sum += award.body.quantity
    return megabytes(sum)
  }

  /** Awards that wait for an answer. */
  get waiting(): Auction['awards'] {
    return awardsAsViewed(this.#pending)
  }

  /** What this side of the node's status says of it. */
  get totals(): Pick<SellerStatus, 'sold' | 'revenue' | 'unsettled'> {
    return { sold: this.sold, revenue: this.#revenue as Micros, unsettled: this.unsettled }
  }

  get trades(): TradesThen {
    let charge = 0
    for (const { award } of this.#pending.values()) charge += award.body.charge
    return {
      settled: { quantity: this.#sold, charge: this.#revenue },
      open: { quantity: this.reserved, charge },
    }
  }

  get deadline(): Millis | undefined {
    if (this.#pending.size === 0) return undefined
    let least: Millis | undefined
    for (const { lapsesAt, resend } of this.#pending.values()) least = earlier(least, earlier(lapsesAt, resend.at))
    return least
  }

  /** The award that `buyer` has not answered yet on `offer`. */
  pendingFor(offer: OfferId, buyer: PeerId): Sealed<Award> | undefined {
    for (const { award } of this.#pending.values()) {
      if (award.body.buyer === buyer && award.body.offer === offer) return award
    }
    return undefined
  }

  /** Gives every pending award its full time again: nobody could answer while this node was down. */
  resume(now: Millis, out: Effect[]): void {
    for (const [digest, { award }] of this.#pending) {
      this.#pending.set(digest, this.#waiting(now, award))
      out.push(answer(award.body.buyer, award))
    }
  }

  /** Keeps the awards aside; the caller saves the returned records before it sends any of them. */
  open(now: Millis, awards: readonly Sealed<Award>[]): readonly StoreRecord[] {
    return awards.map((award) => {
      const digest = digestOf(award)
      this.#pending.set(digest, this.#waiting(now, award))
      return { key: awardKey(digest), value: { state: 'pending', award: sealedToJson(award) } }
    })
  }

  /**
   * Takes an accept. `spare` is the stock that is not kept aside for anybody, out of which a lapsed award is still
   * honoured. The sale is saved, with what `alongside` writes, before the receipt goes out.
   */
  accept(
    accept: Sealed<Accept>,
    spare: Megabytes,
    alongside: (award: Award) => readonly StoreRecord[],
    out: Effect[],
  ): Settlement {
    const digest = accept.body.award
    const buyer = accept.body.buyer
    const receipt = this.#receipts.get(digest)
    if (receipt !== undefined) {
      if (receipt.body.buyer === buyer) out.push(answer(buyer, receipt))
      return nothing
    }
    const lapsed = this.#lapsed.get(digest)
    const award = this.#pending.get(digest)?.award ?? lapsed?.award
    if (award === undefined || !isAnswerTo(award.body, accept.body)) {
      this.#refuse(accept.body, 'unknown-award', out)
      return nothing
    }
    if (lapsed !== undefined && (lapsed.refused || spare < award.body.quantity)) {
      this.#refuseLapsed(digest, lapsed, out)
      this.#refuse(accept.body, 'award-lapsed', out)
      return nothing
    }
    this.#settle(award, accept, alongside, out)
    return { type: 'sold', award: award.body, late: lapsed !== undefined }
  }

  decline(now: Millis, decline: Decline, out: Effect[]): Settlement {
    const award = this.#pending.get(decline.award)?.award
    if (award === undefined || award.body.buyer !== decline.buyer) return nothing
    this.#pending.delete(decline.award)
    this.#defaulters.add(now, decline.buyer)
    out.push({ type: 'save', records: [{ key: awardKey(decline.award), value: undefined }], sync: true })
    const { offer, award: digest, code } = decline
    out.push(report({ type: 'declined', offer, award: digest, code }))
    return { type: 'returned' }
  }

  /** Sends again what is unanswered and lets lapse what waited too long. */
  wake(now: Millis, out: Effect[]): Settlement {
    let settlement = nothing
    for (const [digest, { award, lapsesAt, resend }] of this.#pending) {
      if (lapsesAt <= now) {
        this.#defaulters.add(now, award.body.buyer)
        this.#lapse(digest, award, out)
        settlement = { type: 'returned' }
      } else if (resend.at <= now) {
        this.#pending.set(digest, { award, lapsesAt, resend: nextResend(resend, now, this.#rules.resendMsMax) })
        out.push(answer(award.body.buyer, award))
      }
    }
    return settlement
  }

  #settle(
    award: Sealed<Award>,
    accept: Sealed<Accept>,
    alongside: (award: Award) => readonly StoreRecord[],
    out: Effect[],
  ): void {
    const { market, offer, round, buyer, quantity, charge, fee } = award.body
    const digest = accept.body.award
    const body: Receipt = { type: 'receipt', market, offer, round, buyer, award: digest, quantity, charge, fee, accept }
    const receipt = seal(this.#signer, body)
    this.#pending.delete(digest)
    this.#lapsed.delete(digest)
    this.#defaulters.forgive(award.body.buyer)
    this.#count(digest, receipt)
    const sale = { receipt: sealedToJson(receipt), award: sealedToJson(award) }
    const records = [
      { key: saleKey(digest), value: sale },
      { key: awardKey(digest), value: undefined },
    ]
    out.push({ type: 'save', records: [...records, ...alongside(award.body)], sync: true })
    out.push(report({ type: 'sold', receipt: body }))
    out.push(answer(buyer, receipt))
  }

  #lapse(digest: Digest, award: Sealed<Award>, out: Effect[]): void {
    this.#pending.delete(digest)
    this.#lapsed.set(digest, { award, refused: false })
    const records: StoreRecord[] = [{ key: awardKey(digest), value: { state: 'lapsed', award: sealedToJson(award) } }]
    if (this.#lapsed.size > this.#rules.participantsMax) {
      const oldest = this.#lapsed.keys().next().value!
      this.#lapsed.delete(oldest)
      records.push({ key: awardKey(oldest), value: undefined })
    }
    out.push({ type: 'save', records, sync: true })
    out.push(report({ type: 'lapsed', offer: award.body.offer, award: digest }))
  }

  /** From now on this award is refused, even when stock comes back: its buyer takes the first refusal for the last word. */
  #refuseLapsed(digest: Digest, { award, refused }: Lapsed, out: Effect[]): void {
    if (refused) return
    this.#lapsed.set(digest, { award, refused: true })
    const value = { state: 'refused', award: sealedToJson(award) }
    out.push({ type: 'save', records: [{ key: awardKey(digest), value }], sync: true })
  }

  #refuse({ market, offer, buyer, award }: Accept, code: RefusalCode, out: Effect[]): void {
    out.push(
      answer(buyer, seal(this.#signer, { type: 'refused', market, offer, to: buyer, code, bidSequence: 0, award })),
    )
    out.push(report({ type: 'refused', by: 'me', peer: buyer, offer, code }))
  }

  #waiting(now: Millis, award: Sealed<Award>): Pending {
    const { acceptMsMax, resendMs } = this.#rules
    return { award, lapsesAt: (now + acceptMsMax) as Millis, resend: firstResend(now, resendMs) }
  }

  #count(digest: Digest, receipt: Sealed<Receipt>): void {
    this.#receipts.set(digest, receipt)
    this.#sold += receipt.body.quantity
    this.#revenue += receipt.body.charge
  }

  #restore(key: string, value: Json): void {
    if (key.startsWith('sale/')) {
      const { receipt } = value as { receipt: Json }
      this.#count(key.slice('sale/'.length), savedMessage(key, receipt, 'receipt'))
    } else if (key.startsWith('seller/award/')) {
      const { state, award } = value as { state: string; award: Json }
      const sealed = savedMessage(key, award, 'award')
      const digest = key.slice('seller/award/'.length)
      if (state === 'pending') this.#pending.set(digest, this.#waiting(0 as Millis, sealed))
      else this.#lapsed.set(digest, { award: sealed, refused: state === 'refused' })
    }
  }
}

const isAnswerTo = (award: Award, accept: Accept): boolean =>
  award.offer === accept.offer &&
  award.round === accept.round &&
  award.buyer === accept.buyer &&
  award.quantity === accept.quantity &&
  award.charge === accept.charge &&
  award.fee === accept.fee
