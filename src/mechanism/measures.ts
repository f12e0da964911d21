/** What only an observer of the whole market can compute (MECHANISM §8). No node calls any of it. */
import type { Megabytes, Micros, Ticks } from '../units.js'
import { clear } from './auction.js'
import type { Ask, Bid } from './bid.js'
import { costOf, ladderFor, mergeLadders } from './ladder.js'
import { type Situation, supremumOf } from './reply.js'
import type { Valuation } from './valuation.js'

export interface Holding {
  readonly valuation: Valuation
  readonly owned: Megabytes
}

export interface Sale {
  readonly floor: Ticks
  readonly sold: Megabytes
}

/** `Σ θ_i(owned) − Σ floor × sold`, in micros. */
export function welfareOf(holdings: readonly Holding[], sales: readonly Sale[]): number {
  const worth = holdings.reduce((sum, { valuation, owned }) => sum + valuation.value(owned), 0)
  return sales.reduce((sum, { floor, sold }) => sum - floor * sold, worth)
}

export interface Supply {
  readonly stock: Megabytes
  readonly floor: Ticks
}

export interface Optimum {
  /** In micros, comparable to {@link welfareOf}. */
  readonly welfare: number
  /** λ in ticks: the price at which demand meets supply. */
  readonly price: number
  /** What each buyer gets on top of what it owned, in MB, fractions included; in the order of the holdings. */
  readonly shares: readonly number[]
  /** What each seller sells, in the order of the supplies. */
  readonly sold: readonly number[]
}

/** Halvings after which a bracket of prices cannot shrink in floating point. */
const halvings = 100

/**
 * The best that any allocation could do, budgets aside: `λ` by bisection, so that `Σ θ_i'⁻¹(λ)` is the stock offered at
 * floors up to `λ`. Where demand or supply jumps at `λ`, the jump is shared so that as much is sold as both allow.
 */
export function optimumOf(holdings: readonly Holding[], supplies: readonly Supply[]): Optimum {
  const demandsAt = (price: number) =>
    holdings.map(({ valuation, owned }) => Math.max(0, valuation.demandAt(price) - owned))
  const supplyAt = (price: number) => supplies.reduce((sum, { stock, floor }) => sum + (floor < price ? stock : 0), 0)
  let low = 0
  let high = 1 + holdings.reduce((most, { valuation, owned }) => Math.max(most, valuation.marginal(owned)), 0)
  for (let n = 0; n < halvings; n++) {
    const middle = (low + high) / 2
    if (total(demandsAt(middle)) > supplyAt(middle)) low = middle
    else high = middle
  }
  const least = demandsAt(high)
  const most = demandsAt(low)
  const jump = total(most) - total(least)
  const traded = Math.min(supplyAt(high), total(most))
  const part = jump > 0 ? Math.min(1, Math.max(0, (traded - total(least)) / jump)) : 0
  const shares = least.map((share, buyer) => share + part * (most[buyer]! - share))
  const sold = cheapestFirst(supplies, total(shares))
  const worth = holdings.reduce((sum, { valuation, owned }, buyer) => sum + valuation.value(owned + shares[buyer]!), 0)
  const welfare = supplies.reduce((sum, { floor }, seller) => sum - floor * sold[seller]!, worth)
  return { welfare, price: high, shares, sold }
}

function cheapestFirst(supplies: readonly Supply[], quantity: number): readonly number[] {
  const sold = supplies.map(() => 0)
  let left = quantity
  const order = supplies.map((_, seller) => seller).sort((a, b) => supplies[a]!.floor - supplies[b]!.floor)
  for (const seller of order) {
    sold[seller] = Math.min(left, supplies[seller]!.stock)
    left -= sold[seller]!
  }
  return sold
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** A seller's auction as an observer of everything sees it. */
export interface Book {
  readonly offer: string
  readonly ask: Ask
  readonly bids: readonly Bid[]
}

export type Bidder = Pick<Situation, 'buyer' | 'valuation' | 'owned' | 'budgetLeft'>

/**
 * The best gain, in micros, that any buyer could have by bidding otherwise at any of the books while everyone else's
 * bids stay: the utility of the ideal reply without decrement or pool, the budget limiting what it is charged, less that
 * of its tentative awards. Never negative.
 */
export function regretOf(participants: readonly Bidder[], books: readonly Book[]): number {
  const gained = tentativeAwards(books)
  let regret = 0
  for (const participant of participants) {
    const { quantity, charge } = gained.get(participant.buyer) ?? { quantity: 0, charge: 0 }
    const rungs = mergeLadders(
      books.map(({ offer, ask, bids }) => ({ offer, ladder: ladderFor(ask, bids, participant.buyer) })),
    )
    const best = supremumOf({ ...participant, epsilon: 0 as Micros, loyalty: 0, view: [] }, rungs)
    const { valuation, owned } = participant
    const difference = valuation.value(owned + best) - valuation.value(owned + quantity) - costOf(rungs, best) + charge
    regret = Math.max(regret, difference)
  }
  return regret
}

/** What each buyer would be awarded in all if every book were committed now. */
export function tentativeAwards(
  books: readonly Book[],
): ReadonlyMap<string, { readonly quantity: number; readonly charge: number }> {
  const gained = new Map<string, { quantity: number; charge: number }>()
  for (const { ask, bids } of books) {
    for (const { buyer, quantity, charge } of clear(ask, bids).awards) {
      const sum = gained.get(buyer) ?? { quantity: 0, charge: 0 }
      gained.set(buyer, { quantity: sum.quantity + quantity, charge: sum.charge + charge })
    }
  }
  return gained
}

/** The final utility of one buyer in two runs that differ in its declaration alone. */
export interface TruthPair {
  readonly truthful: number
  readonly misreporting: number
}

export interface TruthGain {
  /** Mean gain from the misreport as a share of the mean truthful utility; negative when truth is better. */
  readonly mean: number
  /** Half the width of its 95 % confidence interval (Student), in the same share. */
  readonly interval95: number
  readonly pairs: number
}

/** What a misreport gains, from at least two paired runs. @throws RangeError with fewer. */
export function truthfulness(pairs: readonly TruthPair[]): TruthGain {
  const n = pairs.length
  if (n < 2) throw new RangeError(`an interval needs two pairs: ${n}`)
  const gains = pairs.map(({ truthful, misreporting }) => misreporting - truthful)
  const mean = total(gains) / n
  const variance = total(gains.map((gain) => (gain - mean) ** 2)) / (n - 1)
  const scale = Math.abs(total(pairs.map(({ truthful }) => truthful)) / n)
  return { mean: mean / scale, interval95: (studentQuantile(n - 1) * Math.sqrt(variance / n)) / scale, pairs: n }
}

/** The 97.5 % quantile for so few degrees of freedom that the expansion is too low. */
const studentFew = [12.7062, 4.3027, 3.1824]

/** The 97.5 % quantile of Student's distribution, by Cornish and Fisher's expansion; within 1 %. */
export function studentQuantile(freedom: number): number {
  const z = 1.959964
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return studentFew[freedom - 1] ?? z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}
