import { type Award as Allocation, clear } from '../mechanism/auction.js'
import type { Ask, Bid as BookBid } from '../mechanism/bid.js'
import { boundLadder, costOf, ladderFor } from '../mechanism/ladder.js'
import { reserveAtCommit, reserveAtRoundEnd } from '../mechanism/reserve.js'
import type { PeerId, Signer } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import {
  type Accept,
  type Award,
  type Bid,
  type CloseReason,
  type Decline,
  type DirectMessage,
  limits,
  type Offer,
  type OfferId,
  offerIdOf,
  type RefusalCode,
  type Sealed,
} from '../protocol/message.js'
import { provisional, seal } from '../protocol/signing.js'
import { type Megabytes, type Micros, type Millis, megabytes, type Ticks } from '../units.js'
import type { Effect, Fact, SellerStatus } from './agent.js'
import { Announcer } from './announcer.js'
import { BidBook, endRecordOf, recordOf } from './bid-book.js'
import { earliest } from './resend.js'
import { RoundClock } from './round-clock.js'
import type { Rules, SellPlan } from './rules.js'
import { Sales, type Settlement } from './sales.js'

export interface SellerOptions {
  readonly signer: Signer
  readonly market: string
  readonly rules: Rules
  readonly plan: SellPlan
  readonly addresses: readonly string[]
  readonly restored: StoreContents
}

/** The seller's own offer as its store keeps it. */
type OfferState = {
  readonly number: number
  readonly status: 'open' | 'closed'
  readonly stock: number
  readonly reserve: number
  readonly round: number
  readonly sequence: number
  readonly closesAt: number
  readonly closeReason: CloseReason | null
}

const stateKey = 'seller/offer'

/**
 * One seller: opens an offer for what it has left, runs its own auction in rounds, commits, settles, closes
 * (MECHANISM §6 and §7). It knows its own bids and nothing else of the market.
 */
export class Seller {
  readonly #options: SellerOptions
  readonly #book: BidBook
  readonly #sales: Sales
  readonly #clock: RoundClock
  readonly #announcer: Announcer
  #number = 0
  #status: 'open' | 'closed' = 'closed'
  #closeReason: CloseReason | undefined
  #stock = megabytes(0)
  #reserve: Ticks
  #closesAt = 0 as Millis
  /** Grows with each offer and quote, ahead of the clock if need be, so that no restart repeats one. */
  #sequence = 0

  #round = 0

  constructor(options: SellerOptions) {
    this.#options = options
    this.#reserve = options.plan.floor
    this.#book = new BidBook(options.rules.participantsMax, options.restored)
    this.#sales = new Sales(options.signer, options.rules, options.restored)
    this.#clock = new RoundClock(options.rules)
    this.#announcer = new Announcer(options.rules)
    const saved = options.restored.find(({ key }) => key === stateKey)
    if (saved !== undefined) this.#restore(saved.value as OfferState)
  }

  get deadline(): Millis | undefined {
    if (this.#status === 'closed') return this.#sales.deadline
    return earliest(this.#sales.deadline, this.#clock.deadline, this.#announcer.deadline, this.#closesAt)
  }

  get offer(): OfferId {
    return offerIdOf(this.#options.signer.id, this.#number)
  }

  status(): SellerStatus {
    return {
      offer: this.offer,
      open: this.#status === 'open',
      ...(this.#closeReason !== undefined && { closeReason: this.#closeReason }),
      stock: this.#stock,
      reserve: this.#reserve,
      round: this.#round,
      participants: this.#book.size,
      sold: this.#sales.sold,
      revenue: this.#sales.revenue,
      unsettled: this.#sales.unsettled,
    }
  }

  /** Goes on with the offer that its store remembers, or opens one for what is still unsold. */
  start(now: Millis, out: Effect[]): void {
    this.#sales.resume(now, out)
    if (this.#status === 'closed' || this.#closesAt <= now) this.#open(now, out)
    else this.#attend(now)
    if (this.#status === 'open') this.#publish(now, out)
  }

  wake(now: Millis, out: Effect[]): void {
    this.#settled(now, this.#sales.wake(now, out), out)
    if (this.#status === 'closed') return
    if (this.#closesAt <= now) {
      this.#commit(now, out)
      this.#close(now, 'closing-time', out)
      return
    }
    if (this.#clock.isRoundOver(now)) this.#endRound(now, out)
    if (this.#clock.isIdleOver(now)) this.#close(now, 'idle', out)
    else if (this.#announcer.isDue(now)) this.#publish(now, out)
  }

  /** Takes the offer back. What is already awarded is still settled. */
  withdraw(now: Millis, out: Effect[]): void {
    if (this.#status === 'open') this.#close(now, 'withdrawn', out)
  }

  bid(now: Millis, sealed: Sealed<Bid>, out: Effect[]): void {
    const { offer, buyer, price, quantity } = sealed.body
    if (offer !== this.offer || this.#status === 'closed') {
      this.#refuse(sealed.body, offer === this.offer ? 'offer-closed' : 'unknown-offer', out)
      return
    }
    const pending = this.#sales.pendingFor(offer, buyer)
    if (pending !== undefined) {
      out.push({ type: 'send', to: buyer, message: pending, addresses: [] })
      return
    }
    if (quantity > 0 && price < this.#options.plan.floor) {
      this.#refuse(sealed.body, 'below-floor', out)
      return
    }
    switch (this.#book.place(sealed)) {
      case 'full':
        this.#refuse(sealed.body, 'auction-full', out)
        return
      case 'stale':
        this.#refuse(sealed.body, 'stale-sequence', out)
        return
      case 'same':
        this.#quote(now, [buyer], out)
        return
      case 'placed':
        this.#clock.changed()
        this.#attend(now)
        this.#quote(now, [buyer], out, { isProvisional: true })
        out.push({ type: 'save', records: [recordOf(sealed)], sync: false })
        report(out, { type: 'bid-received', offer, buyer, quantity, price })
        this.#considerGossip(now)
    }
  }

  accept(now: Millis, accept: Sealed<Accept>, out: Effect[]): void {
    const alongside = (quantity: Megabytes) => [this.#record({ stock: megabytes(this.#stock - quantity) })]
    this.#settled(now, this.#sales.accept(accept, this.#available(), alongside, out), out)
  }

  decline(now: Millis, decline: Decline, out: Effect[]): void {
    this.#settled(now, this.#sales.decline(decline, out), out)
  }

  #open(now: Millis, out: Effect[]): void {
    const { plan } = this.#options
    const left = plan.stock - this.#sales.sold
    if (left <= 0) return
    this.#number += 1
    this.#status = 'open'
    this.#closeReason = undefined
    this.#stock = megabytes(left)
    this.#reserve = plan.floor
    this.#closesAt = (now + plan.closesAfterMs) as Millis
    this.#attend(now)
    out.push({ type: 'save', records: [...this.#book.clear(), this.#record()], sync: true })
    report(out, { type: 'offer-opened', offer: this.offer, stock: this.#stock, reserve: this.#reserve })
  }

  #close(now: Millis, reason: CloseReason, out: Effect[]): void {
    const bidders = this.#book.standing().map(({ body }) => body.buyer)
    this.#status = 'closed'
    this.#closeReason = reason
    this.#clock.stop()
    out.push({ type: 'save', records: [...this.#book.clear(), this.#record()], sync: true })
    this.#publish(now, out)
    for (const to of bidders) this.#send(to, { type: 'closed', ...this.#about(), reason }, out)
    report(out, { type: 'offer-closed', offer: this.offer, reason })
  }

  /** After an answer to an award: less stock, or stock to offer again. */
  #settled(now: Millis, settlement: Settlement, out: Effect[]): void {
    if (settlement.type === 'none') return
    if (settlement.type === 'sold') this.#stock = megabytes(this.#stock - settlement.quantity)
    else this.#clock.changed()
    if (this.#status === 'closed') return
    if (this.#stock === 0) {
      this.#close(now, 'sold-out', out)
      return
    }
    this.#attend(now)
    this.#considerGossip(now)
  }

  #endRound(now: Millis, out: Effect[]): void {
    this.#round += 1
    const reserve = reserveAtRoundEnd(this.#options.plan.policy, { ...this.#position(), calm: this.#clock.calm })
    const moved = reserve !== this.#reserve
    if (moved) {
      this.#reserve = reserve
      report(out, { type: 'reserve-moved', offer: this.offer, round: this.#round, reserve })
    }
    if (this.#clock.endRound({ moved })) this.#quote(now, undefined, out)
    if (this.#clock.isCommitDue) this.#commit(now, out)
    this.#attend(now)
    this.#considerGossip(now)
  }

  /** Awards every positive tentative allocation, in price order (MECHANISM §6.2). */
  #commit(now: Millis, out: Effect[]): void {
    this.#clock.committed()
    const evidence = this.#book.standing()
    const quotedReserve = this.#reserve
    this.#reserve = reserveAtCommit(this.#options.plan.policy, { ...this.#position(), calm: true })
    const { ask, bids, clearing } = this.#position()
    const won = clearing.awards
      .map((award, index) => ({ ...award, price: bids[index]!.price }))
      .filter(({ quantity }) => quantity > 0)
      .sort((a, b) => b.price - a.price)
    if (won.length === 0) {
      this.#reserve = quotedReserve
      return
    }
    this.#round += 1
    const common = { ...this.#about(), round: this.#round, ...ask, quotedReserve, evidence }
    const awards = won.map((award) => this.#award(common, award))
    const records = [...this.#sales.open(now, awards), ...awards.map(({ body }) => endRecordOf(body.buyer))]
    for (const { body } of awards) this.#book.end(body.buyer)
    out.push({ type: 'save', records: [...records, this.#record()], sync: true })
    for (const message of awards) out.push({ type: 'send', to: message.body.buyer, message, addresses: [] })
    report(out, { type: 'committed', offer: this.offer, round: this.#round, awards: awards.length })
    this.#announcer.want(now)
  }

  #award(common: Omit<Award, 'type' | 'buyer' | 'quantity' | 'charge' | 'fee'>, won: Allocation): Sealed<Award> {
    const { buyer, quantity, charge } = won
    const fee = this.#options.rules.epsilon
    return seal(this.#options.signer, { type: 'award', ...common, buyer, quantity, charge, fee })
  }

  /** Quotes the given bidders, or all who have a bid here. The answer to a new bid is provisional: the signed one follows. */
  #quote(now: Millis, buyers: readonly PeerId[] | undefined, out: Effect[], { isProvisional = false } = {}): void {
    const { ask, bids, clearing } = this.#position()
    for (const buyer of buyers ?? bids.map((bid) => bid.buyer)) {
      const tentative = clearing.awards.find((award) => award.buyer === buyer)
      const body = {
        type: 'quote' as const,
        ...this.#about(),
        buyer,
        bidSequence: this.#book.sequenceOf(buyer),
        round: this.#round,
        sequence: this.#nextSequence(now),
        ...ask,
        ladder: boundLadder(ladderFor(ask, bids, buyer), limits.quoteRungsMax),
        quantity: tentative?.quantity ?? megabytes(0),
        charge: tentative?.charge ?? (0 as Micros),
      }
      const message = isProvisional ? provisional(this.#options.signer.id, body) : seal(this.#options.signer, body)
      out.push({ type: 'send', to: buyer, message, addresses: [] })
    }
  }

  #attend(now: Millis): void {
    const eligible = this.#book.standing().some(({ body }) => body.price >= this.#reserve)
    const falling = this.#options.plan.policy === 'tracking' && this.#reserve > this.#options.plan.floor
    const busy = this.#available() > 0 && (eligible || falling)
    this.#clock.attend(now, busy ? 'busy' : this.#sales.unsettled > 0 ? 'settling' : 'idle')
  }

  #considerGossip(now: Millis): void {
    this.#announcer.consider(now, this.#publicPrice())
  }

  /** What a newcomer would pay per MB for all that is available: the price that news is about. */
  #publicPrice(): number {
    const available = this.#available()
    return available === 0 ? 0 : costOf(this.#publicLadder(), available) / available
  }

  #publicLadder() {
    const { ask, bids } = this.#asked()
    return boundLadder(ladderFor(ask, bids), limits.publicRungsMax)
  }

  #publish(now: Millis, out: Effect[]): void {
    const { plan, rules, addresses, signer } = this.#options
    const offer: Offer = {
      type: 'offer',
      ...this.#about(),
      sequence: this.#nextSequence(now),
      status: this.#status,
      stock: this.#available(),
      reserve: this.#reserve,
      floor: plan.floor,
      policy: plan.policy,
      ladder: this.#publicLadder(),
      issuedAt: now,
      expiresAt: (now + rules.offerMsMax) as Millis,
      closesAt: this.#closesAt,
      addresses: addresses.slice(0, limits.addressesMax),
    }
    out.push({ type: 'publish', message: seal(signer, offer) })
    this.#announcer.announced(now, { price: this.#publicPrice(), open: this.#status === 'open' })
  }

  #refuse(bid: Bid, code: RefusalCode, out: Effect[]): void {
    const { market, offer, buyer, sequence } = bid
    this.#send(buyer, { type: 'refused', market, offer, to: buyer, code, bidSequence: sequence, award: '' }, out)
    report(out, { type: 'refused', by: 'me', peer: buyer, offer, code })
  }

  #send(to: PeerId, body: DirectMessage, out: Effect[]): void {
    out.push({ type: 'send', to, message: seal(this.#options.signer, body), addresses: [] })
  }

  #about() {
    return { market: this.#options.market, offer: this.offer }
  }

  /** Stock that is neither sold nor kept aside for an award. */
  #available(): Megabytes {
    return this.#status === 'open' ? megabytes(this.#stock - this.#sales.reserved) : megabytes(0)
  }

  #asked(): { readonly ask: Ask; readonly bids: readonly BookBid[] } {
    const bids = this.#book.standing().map(({ body }) => body)
    return { ask: { stock: this.#available(), reserve: this.#reserve }, bids }
  }

  /** Everything that clearing and the reserve policies look at. */
  #position() {
    const { ask, bids } = this.#asked()
    const { reserveRisePerMille: rise, reserveFallPerMille: fall } = this.#options.rules
    return { ask, bids, clearing: clear(ask, bids), floor: this.#options.plan.floor, rise, fall }
  }

  #nextSequence(now: Millis): number {
    this.#sequence = Math.max(this.#sequence + 1, now)
    return this.#sequence
  }

  #record(changed: { readonly stock?: Megabytes } = {}): StoreRecord {
    const state: OfferState = {
      number: this.#number,
      status: this.#status,
      stock: changed.stock ?? this.#stock,
      reserve: this.#reserve,
      round: this.#round,
      sequence: this.#sequence,
      closesAt: this.#closesAt,
      closeReason: this.#closeReason ?? null,
    }
    return { key: stateKey, value: state as Json }
  }

  #restore(state: OfferState): void {
    this.#number = state.number
    this.#status = state.status
    this.#stock = megabytes(state.stock)
    this.#reserve = state.reserve as Ticks
    this.#round = state.round
    this.#sequence = state.sequence
    this.#closesAt = state.closesAt as Millis
    this.#closeReason = state.closeReason ?? undefined
  }
}

const report = (out: Effect[], fact: Fact): void => {
  out.push({ type: 'report', fact })
}
