/** One seller's auction: who gets how much, and what each pays (MECHANISM §3). Exact integers throughout. */
import { type Megabytes, type Micros, megabytesMax, type Ticks, ticksMax } from '../units.js'
import type { Ask, Bid } from './bid.js'
import { takeFirst } from './selection.js'

export interface Award {
  readonly buyer: string
  readonly quantity: Megabytes
  /** For the whole quantity. */
  readonly charge: Micros
}

export interface Clearing {
  /** One for each bid, in the order of the bids; quantity 0 for a bid that won nothing. */
  readonly awards: readonly Award[]
  readonly unsold: Megabytes
}

/**
 * Allocates `ask.stock` from the highest price down, ties by Tuffin's rule, and charges each winner what its presence
 * costs the others, the seller included. A buyer may have one bid; O(n log n), the sort included.
 *
 * The charge is `V⁻(S) − V⁻(S − a)`, where `V⁻(x)` is what the `x` highest-priced units that others demand are worth,
 * the seller demanding without end at the reserve. A bid served in full pays for the `d` units that follow the stock,
 * so one look at the levels just below the margin serves all bidders.
 */
export function clear(ask: Ask, bids: readonly Bid[]): Clearing {
  const demand = sortDemand(ask, bids)
  const margin = marginOf(demand, ask)
  const shares = shareTie(bids, margin)
  const displaced = displacedValue(demand, margin, ask.reserve)
  const awards = new Array<Award>(bids.length)
  let tied = 0
  for (let position = 0; position < bids.length; position++) {
    const { buyer, quantity, price } = bids[position]!
    let won = 0
    let charge = 0
    if (price > margin.price && quantity > 0) {
      won = quantity
      charge = displaced(quantity)
    } else if (price === margin.price && quantity > 0) {
      won = shares[tied++]!
      // While its rivals at the margin would take all that is left, each unit won displaces one at the same price.
      charge =
        margin.left <= margin.demand - quantity
          ? won * margin.price
          : displaced(quantity) - (quantity - won) * margin.price
    }
    awards[position] = { buyer, quantity: won as Megabytes, charge: charge as Micros }
  }
  return { awards, unsold: margin.unsold }
}

/** Eligible bids as floats whose numeric order is the price order: distance from the highest price, then quantity. */
type Demand = Float64Array

const quantityRange = 2 ** 24
if (megabytesMax >= quantityRange || (ticksMax + 1) * quantityRange > Number.MAX_SAFE_INTEGER) {
  throw new RangeError('a price and a quantity no longer fit one float')
}

function sortDemand(ask: Ask, bids: readonly Bid[]): Demand {
  const demand = new Float64Array(bids.length)
  let eligible = 0
  for (let position = 0; position < bids.length; position++) {
    const { quantity, price } = bids[position]!
    if (quantity > 0 && price >= ask.reserve) demand[eligible++] = (ticksMax - price) * quantityRange + quantity
  }
  return demand.subarray(0, eligible).sort()
}

const distanceAt = (demand: Demand, index: number): number => Math.floor(demand[index]! / quantityRange)

interface Margin {
  /** Bids above it are served in full, bids at it share what is left, bids below it get nothing. */
  readonly price: number
  /** How many bids there are at it. */
  readonly bids: number
  /** What they want, and what is left for them: less. All three are 0 when every eligible bid is served. */
  readonly demand: number
  readonly left: number
  /** Where the demand below the margin begins. */
  readonly next: number
  readonly unsold: Megabytes
  /** No bid that wins anything wants more. */
  readonly widest: number
}

/** Walks the levels down to the first that cannot be served in full. */
function marginOf(demand: Demand, ask: Ask): Margin {
  let left: number = ask.stock
  let widest = 0
  for (let next = 0; next < demand.length; ) {
    const distance = distanceAt(demand, next)
    const first = next
    let wanted = 0
    for (; next < demand.length && distanceAt(demand, next) === distance; next++) {
      const quantity = demand[next]! - distance * quantityRange
      wanted += quantity
      if (quantity > widest) widest = quantity
    }
    if (wanted > left) {
      const price = ticksMax - distance
      return { price, bids: next - first, demand: wanted, left, next, unsold: 0 as Megabytes, widest }
    }
    left -= wanted
  }
  // Everyone eligible is served: the margin is the seller itself, half a tick below the lowest eligible bid.
  const price = ask.reserve - 0.5
  return { price, bids: 0, demand: 0, left: 0, next: demand.length, unsold: left as Megabytes, widest }
}

/**
 * What the units just beyond the stock are worth: the function returned gives, in micros, the value of the `y` highest-
 * priced demanded units that remain unserved, at the reserve where demand ends. Exact up to the widest winner.
 */
function displacedValue(demand: Demand, margin: Margin, reserve: Ticks): (y: number) => number {
  const ends: number[] = []
  const values: number[] = []
  const prices: number[] = []
  let end = 0
  let value = 0
  const extend = (units: number, price: number) => {
    end += units
    value += units * price
    ends.push(end)
    values.push(value)
    prices.push(price)
  }
  extend(Math.min(margin.demand - margin.left, margin.widest), margin.price)
  for (let k = margin.next; k < demand.length && end < margin.widest; k++) {
    const distance = distanceAt(demand, k)
    extend(Math.min(demand[k]! - distance * quantityRange, margin.widest - end), ticksMax - distance)
  }
  if (end < margin.widest) extend(margin.widest - end, reserve)
  return (y) => {
    let low = 0
    let high = ends.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < y) low = middle + 1
      else high = middle
    }
    return values[low]! - (ends[low]! - y) * prices[low]!
  }
}

/**
 * Tuffin's rule in whole MB for the bids at the margin, in their order in the book: floors of `q·R/Q`, then one MB each
 * by largest remainder, then by buyer id in code-unit order.
 */
function shareTie(bids: readonly Bid[], margin: Margin): Int32Array {
  const positions = new Int32Array(margin.bids)
  const shares = new Int32Array(margin.bids)
  const remainders = new Float64Array(margin.bids)
  let rest = margin.left
  for (let position = 0, index = 0; index < margin.bids; position++) {
    const { price, quantity } = bids[position]!
    if (price !== margin.price || quantity === 0) continue
    const product = quantity * margin.left
    // Exact: the product is below 2^53/90, so that the quotient is never rounded up across a whole number.
    const share = Math.floor(product / margin.demand)
    positions[index] = position
    shares[index] = share
    remainders[index++] = product - share * margin.demand
    rest -= share
  }
  const before = (a: number, b: number): boolean => {
    const difference = remainders[a]! - remainders[b]!
    return difference === 0 ? bids[positions[a]!]!.buyer < bids[positions[b]!]!.buyer : difference > 0
  }
  for (const index of takeFirst(margin.bids, rest, before)) shares[index]! += 1
  return shares
}
