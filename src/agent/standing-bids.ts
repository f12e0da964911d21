import type { PlannedBid } from '../mechanism/reply.js'
import type { PeerId, Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import { type Bid, type Offer, type OfferId, type Quote, type Sealed, sellerOf } from '../protocol/message.js'
import { seal } from '../protocol/signing.js'
import { type Megabytes, type Millis, megabytes, type Ticks, ticks } from '../units.js'
import type { Effect } from './agent.js'
import type { OfferBook } from './offer-book.js'
import { earliest, firstResend, nextResend, type Resend } from './resend.js'
import { savedMessage } from './restore.js'
import type { Rules } from './rules.js'

/** The part of an offer that its bidder must remember to check an award and to reach the seller. */
export type Terms = Pick<Offer, 'floor' | 'policy' | 'addresses'>

export interface Standing {
  /** The latest bid; its quantity is 0 while it is being withdrawn. */
  readonly bid: Sealed<Bid>
  readonly offer: Terms
  /** The newest quote, once there is one. */
  readonly quote: Quote | undefined
  readonly resend: Resend
  /** Failed deliveries in a row. */
  readonly failures: number
}

const prefix = 'buyer/bid/'

/** A buyer's bids at its sellers: what was sent, what was acknowledged, and when to send it again. */
export class StandingBids {
  readonly #signer: Signer
  readonly #rules: Rules
  readonly #standing = new Map<OfferId, Standing>()
  #sequence = 0
  #sent = 0

  constructor(signer: Signer, rules: Rules, restored: StoreContents) {
    this.#signer = signer
    this.#rules = rules
    for (const { key, value } of restored) {
      if (key.startsWith(prefix)) this.#restore(key.slice(prefix.length), value)
    }
  }

  /** Bids sent so far, repetitions and withdrawals not counted. */
  get sent(): number {
    return this.#sent
  }

  get deadline(): Millis | undefined {
    return earliest(...[...this.#standing.values()].map(({ resend }) => resend.at))
  }

  get(offer: OfferId): Standing | undefined {
    return this.#standing.get(offer)
  }

  /** Bids that stand, in the order of their offers' ids. */
  bids(): readonly Bid[] {
    return [...this.#standing.values()]
      .map(({ bid }) => bid.body)
      .filter(({ quantity }) => quantity > 0)
      .sort((a, b) => (a.offer < b.offer ? -1 : 1))
  }

  /** Makes `planned` the bids that stand: sends what is new or changed and withdraws the rest. */
  replace(now: Millis, market: string, planned: readonly PlannedBid[], book: OfferBook, out: Effect[]): void {
    const wanted = new Map(planned.map((bid) => [bid.offer, bid]))
    const gone = this.bids().filter(({ offer }) => !wanted.has(offer))
    const withdrawals = gone.map(({ offer }) => ({ offer, quantity: megabytes(0), price: ticks(0) }))
    const records: StoreRecord[] = []
    const sends: Effect[] = []
    for (const { offer, quantity, price } of [...withdrawals, ...planned]) {
      const known = this.#standing.get(offer)
      const terms = book.get(offer)?.body ?? known?.offer
      if (terms === undefined || (known !== undefined && isFor(known.bid.body, quantity, price))) continue
      this.#sequence = Math.max(this.#sequence + 1, now)
      const body: Bid = {
        type: 'bid',
        market,
        offer,
        buyer: this.#signer.id,
        sequence: this.#sequence,
        quantity,
        price,
      }
      const bid = seal(this.#signer, body)
      const resend = firstResend(now, this.#rules.resendMs)
      this.#standing.set(offer, { bid, offer: terms, quote: known?.quote, resend, failures: 0 })
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
    this.#standing.set(quote.offer, { ...standing, quote, resend, failures: 0 })
    const { offer, quantity, charge, reserve } = quote
    out.push({ type: 'report', fact: { type: 'quoted', offer, quantity, charge, reserve } })
    return standing.quote === undefined || !sayTheSame(standing.quote, quote)
  }

  /** The bid at `offer` stands no more. Returns whether one did. */
  end(offer: OfferId, out: Effect[]): boolean {
    if (!this.#standing.delete(offer)) return false
    out.push({ type: 'save', records: [{ key: prefix + offer, value: undefined }], sync: false })
    return true
  }

  /** `to` could not be reached; returns the offers whose bids are given up after too many failures. */
  undelivered(to: PeerId, out: Effect[]): readonly OfferId[] {
    const givenUp: OfferId[] = []
    for (const [offer, standing] of this.#standing) {
      if (sellerOf(offer) !== to) continue
      const failures = standing.failures + 1
      this.#standing.set(offer, { ...standing, failures })
      if (failures >= this.#rules.undeliveredMax) givenUp.push(offer)
    }
    for (const offer of givenUp) this.end(offer, out)
    return givenUp
  }

  /** Sends again what the seller is silent about; all of it when `everything`, as after a restart. */
  wake(now: Millis, out: Effect[], { everything = false } = {}): void {
    for (const [offer, standing] of this.#standing) {
      if (!everything && standing.resend.at > now) continue
      const resend = nextResend(standing.resend, now, this.#rules.resendMsMax)
      this.#standing.set(offer, { ...standing, resend })
      out.push(sendBid(standing.bid, standing.offer))
    }
  }

  #count({ offer, sequence, quantity, price }: Bid, out: Effect[]): void {
    this.#sent += 1
    out.push({ type: 'report', fact: { type: 'bid-sent', offer, sequence, quantity, price } })
  }

  #restore(offer: OfferId, value: Json): void {
    const saved = value as { bid: Json } & Terms
    const bid = savedMessage(prefix + offer, saved.bid, 'bid')
    const terms = { floor: saved.floor, policy: saved.policy, addresses: saved.addresses }
    const resend = firstResend(0 as Millis, this.#rules.resendMs)
    this.#standing.set(offer, { bid, offer: terms, quote: undefined, resend, failures: 0 })
    this.#sequence = Math.max(this.#sequence, bid.body.sequence)
  }
}

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
