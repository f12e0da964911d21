/** Where a buyer's bids go (MECHANISM §5): the strategies that can be compared, behind one interface. */
import type { Megabytes, Ticks } from '../units.js'
import type { Ladder } from './bid.js'
import { availableAt, availableBelow, costOf, priceAt } from './ladder.js'
import { type Candidate, coordinatedShares, minimalPool } from './pool.js'
import {
  type Aim,
  aimAt,
  decremented,
  type OfferView,
  type Reply,
  replyWith,
  type Situation,
  type Strategy,
  worthAll,
  worthwhile,
} from './reply.js'

export const strategyNames = ['minimal-pool', 'coordinated', 'everywhere', 'literal'] as const
export type StrategyName = (typeof strategyNames)[number]

/** `fixed` is made with {@link fixedStrategy}, because it needs a person's own numbers. */
export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  'minimal-pool': minimalPoolReply,
  coordinated: coordinatedReply,
  everywhere: everywhereReply,
  literal: literalReply,
}

/** The default: best reply over the whole view, from the fewest sellers that can serve it, in coordinated shares. */
function minimalPoolReply(situation: Situation): Reply {
  const aim = aimAt(situation, worthwhile(situation, situation.view))
  const plenty = aim.supremum >= situation.valuation.demand - situation.owned
  const pool = poolOf(situation, aim.quantity, (ladder) => availableBelow(ladder, aim.price), plenty)
  return replyWith(situation, aim, shared(pool, aim))
}

/** The best reply taken where it is cheapest, however many sellers that are. */
function everywhereReply(situation: Situation): Reply {
  const rungs = worthwhile(situation, situation.view)
  const aim = aimAt(situation, rungs)
  const quantities = new Map<string, number>()
  let left: number = aim.quantity
  for (const { offer, quantity } of rungs) {
    if (left === 0) break
    const taken = Math.min(quantity, left)
    quantities.set(offer, (quantities.get(offer) ?? 0) + taken)
    left -= taken
  }
  return replyWith(
    situation,
    aim,
    [...quantities].map(([offer, quantity]) => ({ offer, quantity: quantity as Megabytes, price: aim.price })),
  )
}

/** The draft's pool (7)–(8): sellers by raw stock until they cover the demand, whatever they cost. */
function literalReply(situation: Situation): Reply {
  const wanted = Math.max(0, situation.valuation.demand - situation.owned) as Megabytes
  const pool = poolOf(situation, wanted, stockOf)
  const members = membersOf(situation, pool)
  const aim = aimAt(situation, worthwhile(situation, members))
  return replyWith(situation, aim, shared(pool, aim))
}

/**
 * The draft's equal split with the summed price (23), (30): of the pool's `n` sellers each is asked for `h/n`, and a
 * further MB counts as costing the sum of their prices. Wrong for substitutes, and kept to show by how much.
 */
function coordinatedReply(situation: Situation): Reply {
  const ideal = aimAt(situation, worthwhile(situation, situation.view))
  const pool = poolOf(situation, ideal.quantity, (ladder) => availableBelow(ladder, ideal.price))
  const ladders = membersOf(situation, pool).map(({ ladder }) => ladder)
  const aim = equalSplitAim(situation, ladders)
  const stocks = pool.map((candidate, index) => ({ ...candidate, capacity: stockOf(ladders[index]!) }))
  return replyWith(situation, aim, shared(stocks, aim))
}

/** A person's own quantity in all and limit price, at the fewest sellers that have it at that price. */
export function fixedStrategy({ quantity, price }: { quantity: Megabytes; price: Ticks }): Strategy {
  return (situation) => {
    const wanted = Math.max(0, Math.min(quantity, situation.valuation.demand) - situation.owned)
    const paid = price === 0 ? wanted : Math.min(wanted, Math.floor(situation.budgetLeft / price))
    const available = situation.view.reduce((sum, { ladder }) => sum + availableAt(ladder, price), 0)
    const bought = Math.min(paid, available) as Megabytes
    const aim = { supremum: bought, quantity: bought, price }
    return replyWith(
      situation,
      aim,
      shared(
        poolOf(situation, bought, (ladder) => availableAt(ladder, price)),
        aim,
      ),
    )
  }
}

function poolOf(
  { buyer, loyalty, view }: Situation,
  wanted: Megabytes,
  capacityOf: (ladder: Ladder) => Megabytes,
  plenty = false,
): readonly Candidate[] {
  const candidates = view.map(({ offer, floor, ladder, standing }) => ({
    offer,
    floor,
    capacity: capacityOf(ladder),
    standing: standing !== undefined && standing.quantity > 0,
  }))
  return minimalPool({ buyer, candidates, wanted, loyalty, plenty })
}

function shared(pool: readonly Candidate[], { quantity, price }: Aim) {
  const shares = coordinatedShares(
    quantity,
    pool.map(({ capacity }) => capacity),
  )
  return pool.map(({ offer }, index) => ({ offer, quantity: shares[index]!, price }))
}

function membersOf({ view }: Situation, pool: readonly Candidate[]): readonly OfferView[] {
  return pool.flatMap(({ offer }) => view.filter((candidate) => candidate.offer === offer))
}

const stockOf = (ladder: Ladder): Megabytes => availableAt(ladder, Infinity)

/**
 * Supremum by bisection over whole MB: the summed price rises with `h` and the marginal value falls, so a quantity that
 * is worth its price makes every smaller one so. The price of the bids is above the sum, hence above every rung used.
 */
function equalSplitAim(situation: Situation, ladders: readonly Ladder[]): Aim {
  const { valuation, owned, budgetLeft } = situation
  const sharesOf = (h: number) => coordinatedShares(h as Megabytes, ladders.map(stockOf))
  const summedPrice = (h: number) => sharesOf(h).reduce((sum, share, j) => sum + priceAt(ladders[j]!, share), 0)
  const cost = (h: number) => sharesOf(h).reduce((sum, share, j) => sum + costOf(ladders[j]!, share), 0)
  const worth = (h: number) => worthAll(situation, h, summedPrice(h)) && cost(h) <= budgetLeft
  const stock = ladders.reduce((sum, ladder) => sum + stockOf(ladder), 0)
  const supremum = largest(Math.min(stock, Math.max(0, valuation.demand - owned)), worth)
  const wished = decremented(situation, supremum)
  const covered = largest(wished, (h) => (summedPrice(h) + 1) * h <= budgetLeft)
  const quantity = covered < wished ? decremented(situation, covered) : wished
  if (quantity === 0) return { supremum, quantity, price: 0 as Ticks }
  const wish = Math.max(Math.floor(valuation.marginal(owned + quantity)), summedPrice(quantity) + 1)
  return { supremum, quantity, price: Math.min(wish, Math.floor(budgetLeft / quantity)) as Ticks }
}

/** The largest whole number up to `most` for which a condition holds that no larger number regains; 0 when none. */
function largest(most: number, holds: (h: number) => boolean): Megabytes {
  let low = 0
  let high = most + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle
  }
  return low as Megabytes
}
