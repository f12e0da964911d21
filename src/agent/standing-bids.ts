import type { PlannedBid } from '../mechanism/reply.js'
import type { PeerId, Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import {
  type Bid,
  isOfferOf,
  type Offer,
  type OfferId,
  type Quote,
  type Sealed,
  sellerOf,
} from '../protocol/message.js'
import { seal } from '../protocol/signing.js'
import { type Megabytes, type Millis, megabytes, type Ticks, ticks } from '../units.js'
import type { Effect } from './agent.js'
import { report } from './effects.js'
import type { OfferBook } from './offer-book.js'
import { firstResend, nextResend, type Resend, Unanswered } from './resend.js'
import { savedMessage } from './restore.js'
import type { Rules } from './rules.js'
import { Sequence, sequenceBlock } from './sequence.js'
import { compareTexts, insertSorted } from './sorted.js'
import type { OwnBid } from './views.js'

/** The part of an offer that its bidder must remember to check an award and to reach the seller. */
export type Terms = Pick<Offer, 'floor' | 'policy' | 'addresses'>

export interface Standing {
  /** The latest bid; its quantity is 0 while it is being withdrawn. */
  readonly bid: Sealed<Bid>
  readonly offer: Terms
  /** The newest quote, once there is one. */
  readonly quote: Quote | undefined
  readonly resend: Resend
  /** When its seller was last heard of, or first bid at. */
  readonly heardAt: Millis
  /** Failed deliveries in a row. */
  readonly failures: number
}

export interface StandingBidsOptions {
  readonly signer: Signer
  readonly market: string
  readonly rules: Rules
  readonly restored: StoreContents
}

const prefix = 'buyer/bid/'

/** A buyer's bids at its sellers: what was sent, what was acknowledged, and when to send it again. */
export class StandingBids {
  readonly #signer: Signer
  readonly #market: string
  readonly #rules: Rules
  readonly #standing = new Unanswered<OfferId, Standing>()
  readonly #sequence: Sequence
  #sent = 0

  constructor({ signer, market, rules, restored }: StandingBidsOptions) {
    this.#signer = signer
    this.#market = market
    this.#rules = rules
    this.#sequence = new Sequence('buyer/sequence', { block: sequenceBlock, restored })
    for (const { key, value } of restored) {
      if (key.startsWith(prefix)) this.#restore(key.slice(prefix.length), value)
    }
  }

  /** Bids sent so far, repetitions and withdrawals not counted. */
  get sent(): number {
    return this.#sent
  }

  get deadline(): Millis | undefined {
    return this.#standing.deadline
  }

  get(offer: OfferId): Standing | undefined {
    return this.#standing.get(offer)
  }

  /** Whether a bid stands at an offer, one that is being withdrawn apart. */
  hasBid(offer: OfferId): boolean {
    const standing = this.#standing.get(offer)
    return standing !== undefined && standing.bid.body.quantity > 0
  }

  /** Withdrawals on their way included. */
  own(): readonly OwnBid[] {
    return [...this.#standing].map(([offer, { bid, quote, heardAt, failures }]) => {
      const { sequence, quantity, price } = bid.body
      return { offer, sequence, quantity, price, quote, heardAt, failures }
    })
  }

  /** Bids that stand, in the order of their offers' ids. */
  bids(): readonly Bid[] {
    const bids: Bid[] = []
    for (const { bid } of this.#standing.values()) if (bid.body.quantity > 0) insertSorted(bids, bid.body, byOffer)
    return bids
  }

  /** Makes `planned` the bids that stand: sends what is new or changed and withdraws the rest. */
  replace(now: Millis, planned: readonly PlannedBid[], book: OfferBook, out: Effect[]): void {
    const gone = this.bids().filter(({ offer }) => !planned.some((bid) => bid.offer === offer))
    this.#place(now, [...gone.map(withdrawalOf), ...planned], (offer) => book.get(offer)?.body, out)
  }

  /** Takes back the bid at `offer`; it counts no more, and its withdrawal is sent until the seller has seen it. */
  withdraw(now: Millis, offer: OfferId, out: Effect[]): void {
    this.#place(now, [withdrawalOf({ offer })], () => undefined, out)
  }

  #place(
    now: Millis,
    bids: readonly PlannedBid[],
    newTermsOf: (offer: OfferId) => Terms | undefined,
    out: Effect[],
  ): void {
    const records: StoreRecord[] = []
    const sends: Effect[] = []
    for (const { offer, quantity, price } of bids) {
      const known = this.#standing.get(offer)
      const terms = newTermsOf(offer) ?? known?.offer
      if (terms === undefined || (known !== undefined && isFor(known.bid.body, quantity, price))) continue
      const sequence = this.#sequence.next(out, { least: now })
      const body: Bid = { type: 'bid', market: this.#market, offer, buyer: this.#signer.id, sequence, quantity, price }
      const bid = seal(this.#signer, body)
      const resend = firstResend(now, this.#rules.resendMs)
      const heardAt = known?.heardAt ?? now
      this.#standing.set(offer, { bid, offer: terms, quote: known?.quote, resend, heardAt, failures: 0 })
      records.push(recordOf(bid, terms))
      sends.push(sendBid(bid, terms))
      if (quantity > 0) this.#count(body, sends)
    }
    if (sends.length > 0) out.push({ type: 'save', records, sync: false }, ...sends)
  }

  /** Takes a quote for a bid of ours. Returns whether it tells anything new. */
  quoted(now: Millis, quote: Quote, out: Effect[]): boolean {
    const standing = this.#standing.get(quote.offer)
    if (standing === undefined) return false
    const acknowledged = quote.bidSequence >= standing.bid.body.sequence
    if (acknowledged && standing.bid.body.quantity === 0) return this.end(quote.offer, out)
    if (standing.quote !== undefined && quote.sequence <= standing.quote.sequence) return false
    const { silenceMsMax, resendMs } = this.#rules
    const resend = acknowledged ? { at: (now + silenceMsMax) as Millis, waitMs: resendMs } : standing.resend
    this.#standing.set(quote.offer, { ...standing, quote, resend, heardAt: now, failures: 0 })
    const { offer, quantity, charge, reserve } = quote
    out.push(report({ type: 'quoted', offer, quantity, charge, reserve }))
    return standing.quote === undefined || !sayTheSame(standing.quote, quote)
  }

  /** The bid at `offer` stands no more. Returns whether one did. */
  end(offer: OfferId, out: Effect[]): boolean {
    const records = this.drop(offer)
    if (records.length > 0) out.push({ type: 'save', records, sync: false })
    return records.length > 0
  }

  /** As {@link end}, for a caller that saves the returned records together with what ended the bid. */
  drop(offer: OfferId): readonly StoreRecord[] {
    return this.#standing.delete(offer) ? [{ key: prefix + offer, value: undefined }] : []
  }

  /** `to` could not be reached; returns the offers whose bids are given up after too many failures. */
  undelivered(to: PeerId, out: Effect[]): readonly OfferId[] {
    const givenUp: OfferId[] = []
    for (const [offer, standing] of this.#standing) {
      if (!isOfferOf(to, offer)) continue
      const failures = standing.failures + 1
      this.#standing.set(offer, { ...standing, failures })
      if (failures >= this.#rules.undeliveredMax) givenUp.push(offer)
    }
    for (const offer of givenUp) this.end(offer, out)
    return givenUp
  }

  /** Every bid again, and full patience with every seller: nobody could answer while this node was down. */
  resume(now: Millis, out: Effect[]): void {
    for (const [offer, standing] of this.#standing) {
      this.#standing.set(offer, { ...standing, resend: firstResend(now, this.#rules.resendMs), heardAt: now })
      out.push(sendBid(standing.bid, standing.offer))
    }
  }

  /** Sends again what its seller is silent about. Returns the offers given up: silent for as long as any offer lives. */
  wake(now: Millis, out: Effect[]): readonly OfferId[] {
    if ((this.deadline ?? Infinity) > now) return []
    const { offerMsMax, silenceMsMax, resendMsMax, idleMsMax } = this.#rules
    const givenUp: OfferId[] = []
    for (const [offer, standing] of this.#standing) {
      if (standing.resend.at > now) continue
      // Whoever never answered may be no seller at all; whoever did may be cut off. The others' offers end when nobody bids.
      const patienceMs = standing.quote === undefined ? Math.min(3 * silenceMsMax, idleMsMax / 2) : offerMsMax
      if (now - standing.heardAt >= patienceMs) {
        this.end(offer, out)
        givenUp.push(offer)
        continue
      }
      this.#standing.set(offer, { ...standing, resend: nextResend(standing.resend, now, resendMsMax) })
      out.push(sendBid(standing.bid, standing.offer))
    }
    return givenUp
  }

  #count({ offer, sequence, quantity, price }: Bid, out: Effect[]): void {
    this.#sent += 1
    out.push(report({ type: 'bid-sent', offer, sequence, quantity, price }))
  }

  #restore(offer: OfferId, value: Json): void {
    const saved = value as { bid: Json } & Terms
    const bid = savedMessage(prefix + offer, saved.bid, 'bid')
    const terms = { floor: saved.floor, policy: saved.policy, addresses: saved.addresses }
    const resend = firstResend(0 as Millis, this.#rules.resendMs)
    this.#standing.set(offer, { bid, offer: terms, quote: undefined, resend, heardAt: 0 as Millis, failures: 0 })
  }
}

const withdrawalOf = ({ offer }: { readonly offer: OfferId }): PlannedBid => ({
  offer,
  quantity: megabytes(0),
  price: ticks(0),
})

const byOffer = (a: Bid, b: Bid): number => compareTexts(a.offer, b.offer)

const isFor = (bid: Bid, quantity: Megabytes, price: Ticks): boolean => bid.quantity === quantity && bid.price === price

const recordOf = (bid: Sealed<Bid>, { floor, policy, addresses }: Terms): StoreRecord => ({
  key: prefix + bid.body.offer,
  value: { bid: sealedToJson(bid), floor, policy, addresses: [...addresses] },
})

const sendBid = (bid: Sealed<Bid>, { addresses }: Terms): Effect => ({
  type: 'send',
  to: sellerOf(bid.body.offer),
  message: bid,
  addresses,
})

const sayTheSame = (a: Quote, b: Quote): boolean =>
  a.reserve === b.reserve &&
  a.quantity === b.quantity &&
  a.charge === b.charge &&
  a.ladder.length === b.ladder.length &&
  a.ladder.every((rung, index) => {
    const other = b.ladder[index]!
    return rung.price === other.price && rung.quantity === other.quantity
  })
