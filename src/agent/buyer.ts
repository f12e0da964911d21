import { type AskedSituation, type AskedView, anticipating } from '../mechanism/anticipation.js'
import { priceWorth, worthSending } from '../mechanism/reply.js'
import { strategies } from '../mechanism/strategy.js'
import { type Valuation, valuationOf } from '../mechanism/valuation.js'
import type { Random } from '../ports/random.js'
import type { Signer } from '../ports/signer.js'
import type { StoreContents, StoreRecord } from '../ports/store.js'
import type {
  Award,
  Bid,
  Closed,
  Decline,
  Digest,
  Offer,
  OfferId,
  Quote,
  Receipt,
  Refused,
  Sealed,
} from '../protocol/message.js'
import { digestOf, seal } from '../protocol/signing.js'
import {
  cost,
  type Megabytes,
  type Micros,
  type Millis,
  megabytes,
  micros,
  microsMax,
  type Ticks,
  ticks,
} from '../units.js'
import type { BuyerStatus, Effect } from './agent.js'
import { faultOf } from './award-check.js'
import { buyPlanKey, CountedPlan, type Traded } from './counted-plan.js'
import { answer, report } from './effects.js'
import { isBiddable, type OfferBook } from './offer-book.js'
import { Purchases } from './purchases.js'
import { earlier } from './resend.js'
import type { BuyPlan, Rules } from './rules.js'
import { compareTexts, insertSorted } from './sorted.js'
import { StandingBids } from './standing-bids.js'
import type { OwnBid, WaitingAccept } from './views.js'
import { Witness } from './witness.js'

export interface BuyerOptions {
  readonly signer: Signer
  readonly market: string
  readonly rules: Rules
  /** Of the configuration; wins over one that was told and saved. */
  readonly plan?: BuyPlan | undefined
  readonly random: Random
  /** The node's offer book: read here, written by the participant. */
  readonly book: OfferBook
  readonly restored: StoreContents
}

/**
 * One buyer: looks at a few offers, computes the reply that is best for it, bids at a minimal pool of sellers, accepts
 * the awards that it can recompute, and goes on until it is satisfied or nothing more is worth ε (MECHANISM §5, §7).
 */
export class Buyer {
  readonly #options: BuyerOptions
  readonly #plan: CountedPlan<BuyPlan>
  #valuation: Valuation
  readonly #purchases: Purchases
  readonly #standing: StandingBids
  readonly #witness: Witness
  /** Offers not worth another try before the given time: full, gone or unreachable. */
  readonly #shunned = new Map<OfferId, Millis>()
  /** Of the offers without a bid of ours that it looked at last, those that could be worth the fee. */
  #promising: readonly OfferId[] = []
  /** The least rank in the book that would have been looked at. */
  #rankSeen = 0
  /** What an offer asks less than if it is promising, and after which trades: computed again when there are others. */
  #promisingBelow = ticks(0)
  #promisingAfter: Traded | undefined
  #replyAt: Millis | undefined
  /** Whether it reacts to news: from its start until it is told to stop. */
  #active = false

  constructor(options: BuyerOptions) {
    this.#options = options
    this.#plan = new CountedPlan(buyPlanKey, { configured: options.plan, restored: options.restored })
    this.#valuation = worthTo(this.#plan.plan)
    this.#purchases = new Purchases(options.signer, options.rules, options.restored)
    this.#standing = new StandingBids(options)
    this.#witness = new Witness(options.restored)
  }

  get deadline(): Millis | undefined {
    return earlier(this.#replyAt, earlier(this.#purchases.deadline, this.#standing.deadline))
  }

  status(): BuyerStatus {
    const { quantity, charge } = this.#purchases.settled
    const { demand } = this.#valuation
    return {
      owned: quantity as Megabytes,
      spent: charge as Micros,
      demand,
      wanted: megabytes(this.#active ? Math.max(0, demand - this.#owned) : 0),
      standing: this.#standing.bids().map((bid) => ({ offer: bid.offer, bid })),
      unsettled: this.#purchases.unsettled,
      reacting: this.#replyAt !== undefined,
      bidsSent: this.#standing.sent,
    }
  }

  bids(): readonly OwnBid[] {
    return this.#standing.own()
  }

  accepts(): readonly WaitingAccept[] {
    return this.#purchases.accepts()
  }

  /** What an accept held of demand and budget is free again, at its person's risk. */
  forget(now: Millis, award: Digest, out: Effect[]): void {
    if (this.#purchases.forget(award, out)) this.#react(now)
  }

  /** Its bid at `offer`, and whether it weighs that offer at all. */
  viewOf(offer: OfferId): { readonly viewed: boolean; readonly standing: Bid | undefined } {
    const bid = this.#standing.get(offer)?.bid.body
    const standing = bid !== undefined && bid.quantity > 0 ? bid : undefined
    return { viewed: standing !== undefined || this.#promising.includes(offer), standing }
  }

  start(now: Millis, out: Effect[]): void {
    this.#plan.start(this.#purchases.trades, out)
    this.#active = this.#plan.plan !== undefined
    this.#purchases.resume(now, out)
    // Its person may want less than when it bid.
    if (!this.#fits({ quantity: 0, charge: 0 }, this.#standing.bids())) this.#withdrawAll(now, out)
    this.#standing.resume(now, out)
    this.#react(now)
  }

  /** What its person wants from now on; undefined: nothing more. */
  tell(plan: BuyPlan | undefined, out: Effect[]): void {
    this.#plan.tell(plan, this.#purchases.trades, out)
    this.#valuation = worthTo(plan)
    this.#promisingAfter = undefined
  }

  /** Bids for what was told last, with nothing left of what it bid before. */
  begin(now: Millis, out: Effect[]): void {
    this.#active = true
    this.#withdrawAll(now, out)
    this.#react(now)
  }

  wake(now: Millis, out: Effect[]): void {
    this.#purchases.wake(now, out)
    this.#avoid(now, this.#standing.wake(now, out))
    if (this.#replyAt === undefined || this.#replyAt > now) return
    this.#replyAt = undefined
    this.#reply(now, out)
  }

  /** An offer is new, changed, closed or expired. Returns whether that changes anything for this buyer. */
  offerNews(now: Millis, offer: Offer, out: Effect[]): boolean {
    const ended = offer.status === 'closed' && this.#standing.end(offer.offer, out)
    const matters = ended || this.#matters(offer)
    if (matters) this.#react(now)
    return matters
  }

  quote(now: Millis, quote: Quote, out: Effect[]): void {
    if (this.#standing.quoted(now, quote, out)) this.#react(now)
  }

  closed(now: Millis, { offer }: Closed, out: Effect[]): void {
    const expiresAt = this.#options.book.get(offer)?.body.expiresAt
    if (expiresAt !== undefined) this.#shunned.set(offer, expiresAt)
    if (this.#standing.end(offer, out)) this.#react(now)
  }

  award(now: Millis, award: Sealed<Award>, out: Effect[]): void {
    const { offer, quantity, charge } = award.body
    this.#witness.saw(award, digestOf(award), out)
    if (this.#purchases.repeat(award, out)) return
    const standing = this.#standing.get(offer)
    const terms = standing?.offer ?? this.#options.book.get(offer)?.body
    // The seller sends it again; by then the offer is known, and with it the terms to check the award against.
    if (terms === undefined) return
    const { rules, signer } = this.#options
    out.push(report({ type: 'awarded', offer, award: digestOf(award), quantity, charge }))
    const wrong = faultOf(award.body, { buyer: signer.id, rules, terms, quote: standing?.quote })
    const fault = wrong ?? (this.#stillWants(award.body) ? undefined : { code: 'no-longer-wanted' as const })
    // A bid newer than the awarded one was not seen, or stands; a copy of an award declined before must not end it.
    const newer = standing !== undefined && !this.#isCurrent(award.body)
    if (newer && (fault === undefined || wrong !== undefined)) this.#standing.withdraw(now, offer, out)
    const alongside = newer ? [] : this.#standing.drop(offer)
    if (fault === undefined) this.#purchases.accept(now, award, { addresses: terms.addresses, alongside }, out)
    else this.#decline(award, fault, alongside, out)
    // Its seller erred or lied; it would again.
    if (wrong !== undefined) this.#avoid(now, [offer])
    this.#react(now)
  }

  receipt(now: Millis, receipt: Sealed<Receipt>, out: Effect[]): void {
    if (this.#purchases.receipt(receipt, out)) this.#react(now)
  }

  refused(now: Millis, refused: Sealed<Refused>, out: Effect[]): void {
    const { offer, code, bidSequence, award } = refused.body
    if (award !== '') {
      if (this.#purchases.refused(refused, out)) this.#react(now)
      return
    }
    const standing = this.#standing.get(offer)
    if (standing === undefined || standing.bid.body.sequence !== bidSequence || code === 'rate-limited') return
    this.#standing.end(offer, out)
    if (code === 'stale-sequence') this.#react(now)
    else this.#avoid(now, [offer])
  }

  undelivered(now: Millis, to: string, out: Effect[]): void {
    this.#avoid(now, this.#standing.undelivered(to, out))
  }

  /** Withdraws everything and bids no more; what was accepted is still settled. */
  stop(now: Millis, out: Effect[]): void {
    this.#active = false
    this.#replyAt = undefined
    this.#withdrawAll(now, out)
  }

  #withdrawAll(now: Millis, out: Effect[]): void {
    this.#standing.replace(now, [], this.#options.book, out)
  }

  /** One reaction for all the news that comes until then, after a random delay (MECHANISM §5.9). */
  #react(now: Millis): void {
    if (!this.#active) return
    const { random, rules } = this.#options
    this.#replyAt ??= (now + random.below(rules.reactMsMax + 1)) as Millis
  }

  #reply(now: Millis, out: Effect[]): void {
    const { rules, book } = this.#options
    const { plan } = this.#plan
    if (plan === undefined) return
    const situation = this.#situation(now)
    const reply = strategies[plan.strategy](anticipating(situation, { perMille: rules.anticipationPerMille }))
    // What stands counts for what it brings as things are: only what is better even when prices have risen replaces it.
    if (!worthSending({ situation, reply, gateShare: rules.gateSharePerMille / 1_000 })) return
    this.#standing.replace(now, reply.bids, book, out)
  }

  #situation(now: Millis): AskedSituation {
    const { signer, rules } = this.#options
    return {
      buyer: signer.id,
      valuation: this.#valuation,
      owned: this.#owned,
      budgetLeft: this.#budgetLeft(),
      epsilon: rules.epsilon,
      loyalty: rules.loyaltyPerMille,
      view: this.#view(now),
    }
  }

  /** The offers looked at: those with a bid of ours, and of the others as many as the view has room for (MECHANISM §5.1–2). */
  #view(now: Millis): readonly AskedView[] {
    const { book, rules } = this.#options
    this.#forgetShunned(now)
    const marginal = this.#valuation.marginal(this.#owned)
    const usable = (offer: Offer): boolean =>
      offer.reserve < marginal &&
      isBiddable(offer, now) &&
      !this.#standing.hasBid(offer.offer) &&
      !this.#shunned.has(offer.offer) &&
      !this.#purchases.isUnsettledAt(offer.offer)
    const chosen = this.#standing.bids().map(({ offer }) => offer)
    const room = rules.viewMax - chosen.length
    const others = book.view(room, usable)
    const promising: OfferId[] = []
    for (const { offer, reserve } of others) {
      insertSorted(chosen, offer, compareTexts)
      if (reserve < this.#promisingPrice) promising.push(offer)
    }
    this.#promising = promising
    this.#rankSeen = others.length < room ? 0 : rankOfLast(others, book)
    return chosen.map((offer) => this.#viewOf(offer))
  }

  /** Whether news of an offer can change anything: it was promising, or is now, and near enough. Quotes tell of the rest. */
  #matters(offer: Offer): boolean {
    const mayBe = offer.status === 'open' && offer.reserve < this.#promisingPrice
    if (mayBe && (this.#options.book.rankOf(offer.offer) ?? 0) >= this.#rankSeen) return true
    return this.#promising.includes(offer.offer)
  }

  /** Where no offer asks for less, nothing is worth the fee. */
  get #promisingPrice(): Ticks {
    const { committed } = this.#purchases
    if (this.#promisingAfter !== committed) {
      const { epsilon } = this.#options.rules
      this.#promisingAfter = committed
      this.#promisingBelow = priceWorth({ valuation: this.#valuation, owned: this.#owned, epsilon })
    }
    return this.#promisingBelow
  }

  #viewOf(offer: OfferId): AskedView {
    const standing = this.#standing.get(offer)
    const published = this.#options.book.get(offer)?.body
    const { ladder = [], reserve = ticks(0) } = standing?.quote ?? published ?? {}
    const bid = standing?.bid.body
    return {
      offer,
      ladder,
      reserve,
      floor: (standing?.offer ?? published)?.floor,
      standing: bid === undefined || bid.quantity === 0 ? undefined : { quantity: bid.quantity, price: bid.price },
    }
  }

  /** Bought or accepted under the present plan. */
  get #owned(): Megabytes {
    return (this.#purchases.committed.quantity - this.#plan.before.quantity) as Megabytes
  }

  #budgetLeft(): Micros {
    const { plan, before } = this.#plan
    return micros(Math.max(0, (plan?.budget ?? microsMax) - (this.#purchases.committed.charge - before.charge)))
  }

  /** Whether one more purchase and `bids` would all be within the demand and the budget. */
  #fits({ quantity, charge }: Traded, bids: readonly Bid[]): boolean {
    const wanted = bids.reduce((sum, bid) => sum + bid.quantity, quantity)
    const spent = bids.reduce((sum, bid) => sum + cost(bid.price, bid.quantity), charge)
    return this.#owned + wanted <= this.#valuation.demand && spent <= this.#budgetLeft()
  }

  /**
   * Whether an award still fits. For the bid that stands it always does; for an older one it must leave room for the
   * bids that stand elsewhere, so that receipts plus standing bids never exceed the demand or the budget.
   */
  #stillWants(award: Award): boolean {
    const { offer, quantity, charge } = award
    const elsewhere = this.#standing.bids().filter((bid) => bid.offer !== offer)
    if (!this.#fits(award, elsewhere)) return false
    if (this.#isCurrent(award)) return true
    const owned = this.#owned
    return this.#active && this.#valuation.value(owned + quantity) - this.#valuation.value(owned) >= charge
  }

  /** Whether an award is for the bid that stands, and not for an older one. */
  #isCurrent({ offer, evidence }: Award): boolean {
    const awarded = evidence.find(({ body }) => body.buyer === this.#options.signer.id)
    return awarded !== undefined && this.#standing.get(offer)?.bid.body.sequence === awarded.body.sequence
  }

  #decline(
    award: Sealed<Award>,
    fault: Pick<Decline, 'code' | 'expected'>,
    alongside: readonly StoreRecord[],
    out: Effect[],
  ): void {
    const { market, offer, round, buyer } = award.body
    const digest = digestOf(award)
    const body: Decline = { type: 'decline', market, offer, round, buyer, award: digest, ...fault }
    if (alongside.length > 0) out.push({ type: 'save', records: alongside, sync: false })
    out.push(answer(award.signer, seal(this.#options.signer, body)))
    out.push(report({ type: 'declined', offer, award: digest, code: fault.code }))
  }

  /** Looks at `offers` no more for a while, and for others in their place. */
  #avoid(now: Millis, offers: readonly OfferId[]): void {
    if (offers.length === 0) return
    for (const offer of offers) this.#shunned.set(offer, (now + this.#options.rules.resendMsMax) as Millis)
    this.#react(now)
  }

  #forgetShunned(now: Millis): void {
    for (const [offer, until] of this.#shunned) if (until <= now) this.#shunned.delete(offer)
  }
}

/** The rank of the last offer looked at; beyond every rank when there is none. */
const rankOfLast = (offers: readonly Offer[], book: OfferBook): number => {
  const last = offers.at(-1)
  return (last && book.rankOf(last.offer)) ?? Number.POSITIVE_INFINITY
}

/** To somebody who wants nothing, nothing is worth anything. */
const worthless: Valuation = { demand: megabytes(0), value: () => 0, marginal: () => 0, demandAt: () => 0 }
const worthTo = (plan: BuyPlan | undefined): Valuation => (plan === undefined ? worthless : valuationOf(plan.valuation))
