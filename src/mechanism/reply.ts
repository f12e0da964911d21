/**
 * A buyer's best reply to the market it sees (MECHANISM §5.2–§5.5), what a set of bids may be expected to bring, and
 * whether a reply is worth sending (§5.8). Which sellers get the bids is the business of `strategy.ts`.
 */
import { type Megabytes, type Micros, type Ticks, ticksMax } from '../units.js'
import type { Ladder, Rung } from './bid.js'
import { availableBelow, costOf, mergeLadders, type OfferRung, priceAt } from './ladder.js'
import type { Valuation } from './valuation.js'

/** An offer as one buyer sees it. */
export interface OfferView {
  readonly offer: string
  /** This buyer's ladder there, from its quote; where it does not bid, the public one. */
  readonly ladder: Ladder
  /** The seller's own lowest price, where the buyer knows it. */
  readonly floor?: Ticks | undefined
  /** The bid that the buyer has there. */
  readonly standing?: { readonly quantity: Megabytes; readonly price: Ticks } | undefined
}

/** Everything a reply depends on. */
export interface Situation {
  readonly buyer: string
  readonly valuation: Valuation
  /** `q0`: bought already. */
  readonly owned: Megabytes
  /** `b − c0`; `microsMax` for a buyer without a budget. */
  readonly budgetLeft: Micros
  /** ε, the fee of a bid. */
  readonly epsilon: Micros
  /** How much more, per mille, a seller counts in the pool's order where a bid stands; 1000 doubles it. */
  readonly loyalty: number
  readonly view: readonly OfferView[]
}

export interface PlannedBid {
  readonly offer: string
  readonly quantity: Megabytes
  readonly price: Ticks
}

export interface Expectation {
  readonly quantity: Megabytes
  readonly charge: Micros
  /** `θ(q0 + quantity) − θ(q0) − charge`, in micros. */
  readonly utility: number
}

/** What a buyer would like to stand in its view; an empty reply withdraws everything. */
export interface Reply {
  /** `z`: the quantity up to which each MB is worth more than it costs, within demand and budget. */
  readonly supremum: Megabytes
  /** `v`: the sum of the bids. */
  readonly quantity: Megabytes
  /** `w`: the price of every bid. */
  readonly price: Ticks
  /** What the view's ladders ask for `bids`. */
  readonly charge: Micros
  /** `θ(q0 + v) − θ(q0) − charge`, in micros. */
  readonly utility: number
  /** At most one an offer, none of quantity 0. */
  readonly bids: readonly PlannedBid[]
}

/** Deterministic: the same situation always gives the same reply. */
export type Strategy = (situation: Situation) => Reply

/** The part of a reply that does not depend on the choice of sellers. */
export interface Aim {
  readonly supremum: Megabytes
  readonly quantity: Megabytes
  readonly price: Ticks
}

/** A demand curve's inverse may end a rounding error below a whole MB. */
const wholeTolerance = 1e-6

/** The rungs of several offers in price order, as far as one of them can be worth its price to the buyer. */
export const worthwhile = (
  { valuation, owned }: Pick<Situation, 'valuation' | 'owned'>,
  view: readonly OfferView[],
): readonly OfferRung<string>[] => mergeLadders(view, { below: valuation.marginal(owned) })

/**
 * Quantity and price of the best reply to rungs in price order: supremum, value decrement, price strictly above every
 * rung used, and `price × quantity` within the budget. Quantity 0 when nothing is worth ε.
 */
export function aimAt(situation: Situation, rungs: readonly Rung[]): Aim {
  const supremum = supremumOf(situation, rungs)
  const quantity = decremented(situation, supremum)
  const { quantity: afforded, price } = pricedWithinBudget(situation, rungs, quantity)
  return { supremum, quantity: afforded, price }
}

/** `z = sup{ h ≤ D − q0 : θ'(q0+h) > P̄(h), ∫_0^h P̄ ≤ budget left }` (§5.3) in whole MB. */
export function supremumOf({ valuation, owned, budgetLeft }: Situation, rungs: readonly Rung[]): Megabytes {
  const room = Math.max(0, valuation.demand - owned)
  let reached = 0
  let left: number = budgetLeft
  for (const { price, quantity } of rungs) {
    if (reached >= room || valuation.marginal(owned + reached) <= price) break
    let end = Math.min(reached + quantity, room)
    if (valuation.marginal(owned + end) <= price) {
      const worth = Math.floor(valuation.demandAt(price) - owned + wholeTolerance)
      end = Math.min(end, Math.max(reached, worth))
    }
    // Exact: quotients of integers below 2^53/9 are not rounded up across a whole number.
    if (price > 0) end = Math.min(end, reached + Math.floor(left / price))
    left -= price * (end - reached)
    const whole = end === reached + quantity
    reached = end
    if (!whole) break
  }
  return reached as Megabytes
}

/**
 * The least price at which no further purchase, of whatever quantity and from however many sellers, gains more than ε. With
 * ε = 0 that is the value of the next MB.
 */
export function priceWorth({ valuation, owned, epsilon }: Pick<Situation, 'valuation' | 'owned' | 'epsilon'>): Ticks {
  const worth = (price: number): boolean => {
    const more = Math.max(0, valuation.demandAt(price) - owned)
    return valuation.value(owned + more) - valuation.value(owned) - price * more > epsilon
  }
  let low = -1
  let high = Math.min(ticksMax, Math.ceil(valuation.marginal(owned)))
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (worth(middle)) low = middle
    else high = middle
  }
  return high as Ticks
}

/** Whether each of the next `quantity` MB, to the last fraction, is worth more than `price`. */
export function worthAll({ valuation, owned }: Situation, quantity: number, price: number): boolean {
  return (
    valuation.marginal(owned + quantity - 1) > price && valuation.demandAt(price) - owned + wholeTolerance >= quantity
  )
}

/** `v = sup{ h ≤ z : θ(q0+h) ≤ θ(q0+z) − ε }` (§5.4) in whole MB, 0 when there is none. */
export function decremented({ valuation, owned, epsilon }: Situation, supremum: Megabytes): Megabytes {
  if (epsilon === 0) return supremum
  const enough = valuation.value(owned + supremum) - epsilon
  if (valuation.value(owned) > enough) return 0 as Megabytes
  let low = 0
  let high: number = supremum
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (valuation.value(owned + middle) <= enough) low = middle
    else high = middle
  }
  return low as Megabytes
}

/**
 * The price of a bid for `quantity` (§5.5): the marginal value, strictly above every rung used. Where the budget does
 * not allow for it, a lower price; where that would reach down to a used rung, a smaller quantity. That is decremented
 * from the largest that the budget covers, else two buyers at their limits would outbid each other tick by tick.
 */
function pricedWithinBudget(situation: Situation, rungs: readonly Rung[], quantity: Megabytes): Omit<Aim, 'supremum'> {
  const budget = situation.budgetLeft
  const covered = affordable(rungs, quantity, budget)
  const feasible = covered < quantity ? decremented(situation, covered) : quantity
  if (feasible === 0) return { quantity: feasible, price: 0 as Ticks }
  const marginal = Math.floor(situation.valuation.marginal(situation.owned + feasible))
  const wish = Math.min(ticksMax, Math.max(marginal, priceAt(rungs, feasible) + 1))
  return { quantity: feasible, price: Math.min(wish, Math.floor(budget / feasible)) as Ticks }
}

/** The largest quantity up to `quantity` that the budget covers at one tick above the highest rung it uses. */
function affordable(rungs: readonly Rung[], quantity: Megabytes, budget: Micros): Megabytes {
  let best = 0
  let reached = 0
  for (const rung of rungs) {
    if (reached >= quantity || rung.price >= ticksMax) break
    const most = Math.min(quantity, reached + rung.quantity, Math.floor(budget / (rung.price + 1)))
    if (most <= reached) break
    best = most
    reached += rung.quantity
  }
  return best as Megabytes
}

/**
 * What `bids` are sure to bring if the rivals stay as the view's ladders say; offers outside the view give nothing. A tie
 * counts as lost: a buyer who takes it for won rests where it should not.
 */
export function expectedOf(situation: Situation, bids: readonly PlannedBid[]): Expectation {
  let quantity = 0
  let charge = 0
  for (const bid of bids) {
    const ladder = ladderAt(situation, bid.offer)
    if (ladder === undefined) continue
    const won = Math.min(bid.quantity, availableBelow(ladder, bid.price)) as Megabytes
    quantity += won
    charge += costOf(ladder, won)
  }
  return expectation(situation, quantity as Megabytes, charge as Micros)
}

const ladderAt = ({ view }: Situation, offer: string): Ladder | undefined =>
  view.find((candidate) => candidate.offer === offer)?.ladder

/** Utility included, of `quantity` for `charge` on top of what the buyer owns. */
function expectation(situation: Situation, quantity: Megabytes, charge: Micros): Expectation {
  const { valuation, owned } = situation
  return { quantity, charge, utility: valuation.value(owned + quantity) - valuation.value(owned) - charge }
}

export interface GateQuestion {
  /** As things are. */
  readonly situation: Situation
  /** May come from a more cautious view of the same offers, so that only what is better even so is sent. */
  readonly reply: Reply
  /** The share of the new bids' utility by which they must be better; 0 leaves ε alone. */
  readonly gateShare: number
}

/**
 * Whether to replace the standing bids by the reply (§5.8): it improves utility by more than `max(ε, gateShare · U)`, or
 * the standing bids could spend more than the budget, or bring more than is still wanted.
 */
export function worthSending({ situation, reply, gateShare }: GateQuestion): boolean {
  const standing = standingOf(situation)
  if (sameBids(standing, reply.bids)) return false
  if (!withinMeans(situation, standing)) return true
  const gain = reply.utility - expectedOf(situation, standing).utility
  return gain > Math.max(situation.epsilon, gateShare * reply.utility)
}

/** The bids that stand in the view. */
export function standingOf({ view }: Situation): readonly PlannedBid[] {
  return view.flatMap(({ offer, standing }) =>
    standing === undefined || standing.quantity === 0 ? [] : [{ offer, ...standing }],
  )
}

function withinMeans({ valuation, owned, budgetLeft }: Situation, bids: readonly PlannedBid[]): boolean {
  const spend = bids.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  const quantity = bids.reduce((sum, bid) => sum + bid.quantity, 0)
  return spend <= budgetLeft && owned + quantity <= valuation.demand
}

function sameBids(a: readonly PlannedBid[], b: readonly PlannedBid[]): boolean {
  return (
    a.length === b.length &&
    a.every((bid) =>
      b.some(({ offer, quantity, price }) => offer === bid.offer && quantity === bid.quantity && price === bid.price),
    )
  )
}

/** The reply that places `placed`, all at the aim's price. */
export function replyWith(situation: Situation, aim: Aim, placed: readonly PlannedBid[]): Reply {
  const bids = placed.filter((bid) => bid.quantity > 0)
  const quantity = bids.reduce((sum, bid) => sum + bid.quantity, 0) as Megabytes
  const charge = bids.reduce(
    (sum, bid) => sum + costOf(ladderAt(situation, bid.offer) ?? [], bid.quantity),
    0,
  ) as Micros
  const { utility } = expectation(situation, quantity, charge)
  return { supremum: aim.supremum, quantity, price: quantity === 0 ? (0 as Ticks) : aim.price, charge, utility, bids }
}
