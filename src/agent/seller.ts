import { meanPriceOf } from '../mechanism/ladder.js'
import { reserveAtCommit, reserveAtRoundEnd } from '../mechanism/reserve.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { StoreContents } from '../ports/store.js'
import {
  type Accept,
  type Award,
  type Bid,
  type Closed,
  type CloseReason,
  type Decline,
  limits,
  type Offer,
  type OfferId,
  offerIdOf,
  type Quote,
  type RefusalCode,
  type Sealed,
} from '../protocol/message.js'
import { provisional, seal, sealAwards } from '../protocol/signing.js'
import { type Megabytes, type Micros, type Millis, megabytes, type Ticks, ticks } from '../units.js'
import type { Effect, SellerStatus } from './agent.js'
import { Announcer } from './announcer.js'
import { BidBook } from './bid-book.js'
import { CountedPlan, sellPlanKey } from './counted-plan.js'
import { answer, report } from './effects.js'
import { isAsPlanned, neverOpened, type OfferState, recordOf, savedOffer, stateAfter, termsOf } from './offer-state.js'
import { Position } from './position.js'
import { earlier } from './resend.js'
import { RoundClock } from './round-clock.js'
import type { Rules, SellPlan } from './rules.js'
import { Sales, type Settlement } from './sales.js'
import { roundBlock, Sequence, sequenceBlock } from './sequence.js'
import { type Auction, bidsAsViewed } from './views.js'

export interface SellerOptions {
  readonly signer: Signer
  readonly verifier: Verifier
  readonly market: string
  readonly rules: Rules
  /** Of the configuration; wins over one that was told and saved. */
  readonly plan?: SellPlan | undefined
  /** Where this node can be dialled now. */
  readonly addresses: () => readonly string[]
  readonly restored: StoreContents
}

/**
 * One seller: opens an offer for what it has left, runs its own auction in rounds, commits, settles, closes
 * (MECHANISM §6 and §7). It knows its own bids and nothing else of the market.
 */
export class Seller {
  readonly #options: SellerOptions
  readonly #plan: CountedPlan<SellPlan>
  readonly #book: BidBook
  readonly #sales: Sales
  readonly #clock: RoundClock
  readonly #announcer: Announcer
  /** Of its offers and quotes, over all offers. */
  readonly #sequence: Sequence
  readonly #rounds: Sequence
  #state: OfferState
  #position: Position | undefined
  #id: ReturnType<typeof idOf>

  constructor(options: SellerOptions) {
    const { signer, rules, plan, restored } = options
    this.#options = options
    this.#book = new BidBook(rules.participantsMax, restored)
    this.#sales = new Sales(signer, rules, restored)
    this.#clock = new RoundClock(rules)
    this.#announcer = new Announcer(rules)
    this.#sequence = new Sequence('seller/sequence', { block: sequenceBlock, restored })
    this.#rounds = new Sequence('seller/round', { block: roundBlock, restored })
    this.#plan = new CountedPlan(sellPlanKey, { configured: plan, restored })
    this.#state = savedOffer(restored) ?? neverOpened
    this.#id = idOf(signer.id, this.#state.number)
  }

  get deadline(): Millis | undefined {
    const { status, closesAt } = this.#state
    if (status === 'closed') return this.#sales.deadline
    return earlier(earlier(this.#sales.deadline, closesAt), earlier(this.#clock.deadline, this.#announcer.deadline))
  }

  /** One text for one offer: whoever looks it up compares no characters. */
  get offer(): OfferId {
    if (this.#id.number !== this.#state.number) this.#id = idOf(this.#options.signer.id, this.#state.number)
    return this.#id.offer
  }

  status(): SellerStatus {
    const { status, closeReason, stock, reserve } = this.#state
    return {
      offer: this.offer,
      open: status === 'open',
      ...(closeReason !== null && { closeReason }),
      stock,
      reserve,
      round: this.#rounds.last,
      participants: this.#book.size,
      unsold: this.#unsold,
      ...this.#sales.totals,
    }
  }

  auction(announced: Offer | undefined): Auction {
    const { bids, clearing } = this.#positionAt()
    const viewed = bidsAsViewed(bids, clearing.awards)
    return { ...this.status(), announced, bids: viewed, awards: this.#sales.waiting }
  }

  /**
   * Goes on with the offer that its store remembers, if its time is not over and its person still wants the same; else
   * opens one for what is still unsold.
   */
  start(now: Millis, out: Effect[]): void {
    this.#plan.start(this.#sales.trades, out)
    this.#rounds.next(out)
    this.#sales.resume(now, out)
    if (this.#isOpen && this.#state.closesAt <= now) this.#end(now, out)
    else if (this.#isOpen && !isAsPlanned(this.#state, this.#plan.plan, this.#unsold))
      this.#close(now, 'withdrawn', out)
    // Its tombstone may never have left.
    else if (!this.#isOpen && this.#state.number > 0) this.#publish(now, out)
    if (this.#isOpen) this.#attend(now)
    else this.#open(now, out)
    if (this.#isOpen) this.#publish(now, out)
  }

  wake(now: Millis, out: Effect[]): void {
    this.#settled(now, this.#sales.wake(now, out), out)
    if (this.#isOpen && this.#state.closesAt <= now) this.#end(now, out)
    if (!this.#isOpen) return
    if (this.#clock.isRoundOver(now)) this.#endRound(now, out)
    if (this.#clock.isIdleOver(now)) this.#close(now, 'idle', out)
    else if (this.#announcer.isDue(now)) this.#publish(now, out)
  }

  /** What its person wants sold from now on; undefined: nothing more. */
  tell(plan: SellPlan | undefined, out: Effect[]): void {
    this.#plan.tell(plan, this.#sales.trades, out)
  }

  /** Offers what was told last, in the place of an open offer. */
  reopen(now: Millis, out: Effect[]): void {
    this.withdraw(now, out)
    this.#open(now, out)
    if (this.#isOpen) this.#publish(now, out)
  }

  /** Where it can be dialled has changed, which whoever bids must know. */
  moved(now: Millis): void {
    if (this.#isOpen) this.#announcer.want(now)
  }

  /** Takes the offer back. What is already awarded is still settled. */
  withdraw(now: Millis, out: Effect[]): void {
    if (this.#isOpen) this.#close(now, 'withdrawn', out)
  }

  bid(now: Millis, sealed: Sealed<Bid>, out: Effect[]): void {
    const { offer, buyer, price, quantity } = sealed.body
    if (offer !== this.offer || !this.#isOpen) {
      this.#refuse(sealed.body, offer === this.offer ? 'offer-closed' : 'unknown-offer', out)
      return
    }
    const pending = this.#sales.pendingFor(offer, buyer)
    if (pending !== undefined) {
      out.push(answer(buyer, pending))
      return
    }
    const isBelow = quantity > 0 && price < this.#state.floor
    if (isBelow || this.#isFromDefaulter(now, sealed.body)) {
      this.#refuse(sealed.body, isBelow ? 'below-floor' : 'in-default', out)
      return
    }
    const placement = this.#book.place(sealed, { winners: this.#sales.unsettled, verifier: this.#options.verifier })
    switch (placement.type) {
      case 'full':
      case 'stale':
        this.#refuse(sealed.body, placement.type === 'full' ? 'auction-full' : 'stale-sequence', out)
        return
      case 'same':
        this.#verifyBids(out)
        this.#quote(now, buyer, out)
        return
      case 'placed':
        this.#clock.changed()
        this.#attend(now)
        // The signed one follows at the round's end.
        this.#quote(now, buyer, out, { isProvisional: true })
        out.push({ type: 'save', records: placement.records, sync: false })
        if (placement.displaced !== undefined) this.#refuse(placement.displaced, 'auction-full', out)
        out.push(report({ type: 'bid-received', offer, buyer, quantity, price }))
        this.#announcer.consider(now, meanPriceOf(this.#positionAt().publicLadder))
    }
  }

  /** Whether a bid is new, and its buyer keeps stock from others too often. Old bids are told that they are old. */
  #isFromDefaulter(now: Millis, { buyer, quantity, sequence }: Bid): boolean {
    return quantity > 0 && sequence > this.#book.sequenceOf(buyer) && this.#sales.isDefaulter(now, buyer)
  }

  /** Ends bids that their buyers did not sign. Comes before anything is signed that reflects the book. */
  #verifyBids(out: Effect[]): void {
    for (const { bid, record } of this.#book.endUnsigned(this.#options.verifier)) {
      out.push({ type: 'save', records: [record], sync: false })
      this.#refuse(bid, 'bad-signature', out)
    }
  }

  accept(now: Millis, accept: Sealed<Accept>, out: Effect[]): void {
    const alongside = (award: Award) => [recordOf(stateAfter(this.#state, award))]
    this.#settled(now, this.#sales.accept(accept, this.#available(), alongside, out), out)
  }

  decline(now: Millis, decline: Decline, out: Effect[]): void {
    this.#settled(now, this.#sales.decline(now, decline, out), out)
  }

  #open(now: Millis, out: Effect[]): void {
    const { plan } = this.#plan
    const stock = this.#unsold
    if (plan === undefined || stock === 0) return
    const { floor, policy, closesAfterMs } = plan
    const closesAt = (now + closesAfterMs) as Millis
    const number = this.#state.number + 1
    const terms = { reserve: floor, proven: floor, floor, policy, closesAt }
    this.#state = { number, status: 'open', closeReason: null, stock, ...terms }
    this.#attend(now)
    out.push({ type: 'save', records: [...this.#book.clear(), recordOf(this.#state)], sync: true })
    out.push(report({ type: 'offer-opened', offer: this.offer, stock, reserve: floor }))
  }

  /** Its time is over, however long ago: the bids that stand get what they win. */
  #end(now: Millis, out: Effect[]): void {
    this.#commit(now, out)
    this.#close(now, 'closing-time', out)
  }

  #close(now: Millis, reason: CloseReason, out: Effect[]): void {
    const bidders = this.#book.standing().map(({ body }) => body.buyer)
    this.#state = { ...this.#state, status: 'closed', closeReason: reason }
    this.#clock.stop()
    out.push({ type: 'save', records: [...this.#book.clear(), recordOf(this.#state)], sync: true })
    this.#publish(now, out)
    const closed: Closed = { type: 'closed', market: this.#options.market, offer: this.offer, reason }
    for (const to of bidders) out.push(answer(to, seal(this.#options.signer, closed)))
    out.push(report({ type: 'offer-closed', offer: this.offer, reason }))
  }

  /** After an answer to an award: less stock, or stock to offer again. */
  #settled(now: Millis, settlement: Settlement, out: Effect[]): void {
    if (settlement.type === 'none') return
    if (settlement.type === 'sold') this.#state = stateAfter(this.#state, settlement.award)
    if (settlement.type === 'returned' || settlement.late) this.#clock.changed()
    if (!this.#isOpen) return
    if (this.#state.stock === 0) {
      this.#close(now, 'sold-out', out)
      return
    }
    this.#attend(now)
    this.#announcer.consider(now, meanPriceOf(this.#positionAt().publicLadder))
  }

  #endRound(now: Millis, out: Effect[]): void {
    this.#verifyBids(out)
    const round = this.#rounds.next(out)
    const reserve = this.#reserveAfterRound()
    const moved = reserve !== this.#state.reserve
    if (moved) {
      this.#state = { ...this.#state, reserve, proven: ticks(Math.min(this.#state.proven, reserve)) }
      out.push(report({ type: 'reserve-moved', offer: this.offer, round, reserve }))
    }
    if (this.#clock.endRound({ moved })) for (const { buyer } of this.#positionAt().bids) this.#quote(now, buyer, out)
    if (this.#clock.isCommitDue) this.#commit(now, out)
    this.#attend(now)
    this.#announcer.consider(now, meanPriceOf(this.#positionAt().publicLadder))
  }

  /** Awards every positive tentative allocation, in price order (MECHANISM §6.2). */
  #commit(now: Millis, out: Effect[]): void {
    this.#clock.committed()
    this.#verifyBids(out)
    const evidence = this.#book.standing()
    const quotedReserve = this.#state.reserve
    const reserve = reserveAtCommit(this.#state.policy, this.#positionAt())
    const { ask, bids, clearing } = this.#positionAt(reserve)
    const won = clearing.awards
      .map((award, index) => ({ award, price: bids[index]!.price }))
      .filter(({ award }) => award.quantity > 0)
      .sort((a, b) => b.price - a.price)
      .map(({ award }) => award)
    if (won.length === 0) return
    this.#state = { ...this.#state, reserve }
    const round = this.#rounds.next(out)
    const { market, signer, rules } = this.#options
    const { offer } = this
    const commit = { market, offer, round, stock: ask.stock, reserve, quotedReserve, evidence, fee: rules.epsilon }
    const awards = sealAwards(signer, commit, won)
    const records = [...this.#sales.open(now, awards), ...awards.map(({ body }) => this.#book.end(body.buyer))]
    out.push({ type: 'save', records: [...records, recordOf(this.#state)], sync: true })
    for (const message of awards) out.push(answer(message.body.buyer, message))
    out.push(report({ type: 'committed', offer: this.offer, round, awards: awards.length }))
    this.#announcer.want(now)
  }

  /** How the auction stands for one buyer. Before a signed quote comes {@link #verifyBids}. */
  #quote(now: Millis, buyer: PeerId, out: Effect[], { isProvisional = false } = {}): void {
    const auction = this.#positionAt()
    const tentative = auction.clearing.awards.find((award) => award.buyer === buyer)
    const body: Quote = {
      type: 'quote',
      market: this.#options.market,
      offer: this.offer,
      buyer,
      bidSequence: this.#book.sequenceOf(buyer),
      round: this.#rounds.last,
      sequence: this.#sequence.next(out, { least: now }),
      stock: auction.ask.stock,
      reserve: auction.ask.reserve,
      ladder: auction.ladderOf(buyer),
      quantity: tentative?.quantity ?? megabytes(0),
      charge: tentative?.charge ?? (0 as Micros),
    }
    const message = isProvisional ? provisional(this.#options.signer, body) : seal(this.#options.signer, body)
    out.push(answer(buyer, message))
  }

  /** Decides what the auction waits for next. */
  #attend(now: Millis): void {
    const eligible = this.#book.standing().some(({ body }) => body.price >= this.#state.reserve)
    const { policy, reserve, proven, floor } = this.#state
    const falling = reserve > (policy === 'tracking' ? floor : proven)
    const busy = this.#available() > 0 && (eligible || falling)
    this.#clock.attend(now, busy ? 'busy' : this.#sales.unsettled > 0 ? 'settling' : 'idle')
  }

  #publish(now: Millis, out: Effect[]): void {
    this.#verifyBids(out)
    const { market, rules, addresses, signer } = this.#options
    const offer: Offer = {
      type: 'offer',
      market,
      offer: this.offer,
      ...termsOf(this.#state),
      sequence: this.#sequence.next(out, { least: now }),
      stock: this.#available(),
      ladder: this.#positionAt().publicLadder,
      issuedAt: now,
      expiresAt: (now + rules.offerMsMax) as Millis,
      addresses: addresses().slice(0, limits.addressesMax),
    }
    out.push({ type: 'publish', message: seal(signer, offer) })
    this.#announcer.announced(now, { price: meanPriceOf(offer.ladder), open: this.#isOpen })
  }

  #refuse(bid: Bid, code: RefusalCode, out: Effect[]): void {
    const { market, offer, buyer, sequence } = bid
    const refused = { type: 'refused' as const, market, offer, to: buyer, code, bidSequence: sequence, award: '' }
    out.push(answer(buyer, seal(this.#options.signer, refused)))
    out.push(report({ type: 'refused', by: 'me', peer: buyer, offer, code }))
  }

  get #isOpen(): boolean {
    return this.#state.status === 'open'
  }

  /** What is left of what this node is to sell. */
  get #unsold(): Megabytes {
    const { plan, before } = this.#plan
    return megabytes(Math.max(0, (plan?.stock ?? 0) + before.quantity - this.#sales.sold))
  }

  /** Stock that is neither sold nor kept aside for an award. */
  #available(): Megabytes {
    return this.#isOpen ? megabytes(Math.max(0, this.#state.stock - this.#sales.reserved)) : megabytes(0)
  }

  #positionAt(reserve = this.#state.reserve): Position {
    const ask = { stock: this.#available(), reserve }
    const standing = this.#book.standing()
    if (!this.#position?.isOf(ask, standing)) this.#position = new Position(ask, standing)
    return this.#position!
  }

  #reserveAfterRound(): Ticks {
    const { reserveRisePerMille: rise, reserveFallPerMille: fall } = this.#options.rules
    const { policy, floor, proven } = this.#state
    const end = { floor, proven, pending: this.#sales.unsettled > 0, calm: this.#clock.calm, rise, fall }
    return reserveAtRoundEnd(policy, this.#positionAt(), end)
  }
}

const idOf = (seller: PeerId, number: number) => ({ number, offer: offerIdOf(seller, number) })
