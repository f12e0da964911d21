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
 * costs the others, the seller included. A buyer may have one bid; O(n log n) at worst, the sort included.
 *
 * The charge is `V⁻(S) − V⁻(S − a)`, where `V⁻(x)` is what the `x` highest-priced units that others demand are worth,
 * the seller demanding without end at the reserve. A bid served in full pays for the `d` units that follow the stock,
 * so one look at the levels just below the margin serves all bidders.
 */
export function clear(ask: Ask, bids: readonly Bid[]): Clearing {
  const demand = demandAround(ask, bids)
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

/** The eligible bids, as far as the order of their prices matters. */
interface Demand {
  /** What bids whose price is clearly above the margin take in all: they are served in full. */
  readonly served: number
  /** No bid wants more. */
  readonly widest: number
  /** All others down to `widest` units beyond the stock, highest price first: price and quantity in one float. */
  readonly keys: Float64Array
}

const quantityRange = 2 ** 24
if (megabytesMax >= quantityRange || (ticksMax + 1) * quantityRange > Number.MAX_SAFE_INTEGER) {
  throw new RangeError('a price and a quantity no longer fit one float')
}
const keyOf = ({ price, quantity }: Bid): number => (ticksMax - price) * quantityRange + quantity
const priceOf = (key: number): number => ticksMax - Math.floor(key / quantityRange)
const quantityOf = (key: number): number => key - Math.floor(key / quantityRange) * quantityRange

/** Enough to leave few bids around the margin, few enough to stay in a processor's cache. */
const bucketsMax = 4_096

/** Sums up demand in buckets of neighbouring prices, so that only those around the margin need sorting. */
function demandAround(ask: Ask, bids: readonly Bid[]): Demand {
  let highest: number = ask.reserve
  let widest = 0
  for (const { quantity, price } of bids) {
    if (quantity === 0 || price < ask.reserve) continue
    if (price > highest) highest = price
    if (quantity > widest) widest = quantity
  }
  const sums = new Float64Array(Math.min(bids.length, bucketsMax))
  const width = Math.floor((highest - ask.reserve) / sums.length) + 1
  for (const { quantity, price } of bids) {
    if (price >= ask.reserve) sums[Math.floor((highest - price) / width)]! += quantity
  }
  let first = 0
  let served = 0
  while (first < sums.length && served + sums[first]! <= ask.stock) served += sums[first++]!
  let end = first
  for (let reached = served; end < sums.length && reached < ask.stock + widest; end++) reached += sums[end]!
  const keys = new Float64Array(bids.length)
  let count = 0
  for (const bid of bids) {
    if (bid.quantity === 0 || bid.price < ask.reserve) continue
    const bucket = Math.floor((highest - bid.price) / width)
    if (bucket >= first && bucket < end) keys[count++] = keyOf(bid)
  }
  return { served, widest, keys: keys.subarray(0, count).sort() }
}

interface Margin {
  /** Bids above it are served in full, bids at it share what is left, bids below it get nothing. */
  readonly price: number
  /** How many bids there are at it. */
  readonly bids: number
  /** What they want, and what is left for them: less. All three are 0 when every eligible bid is served. */
  readonly demand: number
  readonly left: number
  /** Where in the keys the demand below the margin begins. */
  readonly next: number
  readonly unsold: Megabytes
}

/** Walks the levels down to the first that cannot be served in full. */
function marginOf({ served, keys }: Demand, ask: Ask): Margin {
  let left = ask.stock - served
  for (let next = 0; next < keys.length; ) {
    const price = priceOf(keys[next]!)
    const first = next
    let wanted = 0
    for (; next < keys.length && priceOf(keys[next]!) === price; next++) wanted += quantityOf(keys[next]!)
    if (wanted > left) return { price, bids: next - first, demand: wanted, left, next, unsold: 0 as Megabytes }
    left -= wanted
  }
  // Everyone eligible is served: the margin is the seller itself, half a tick below the lowest eligible bid.
  return { price: ask.reserve - 0.5, bids: 0, demand: 0, left: 0, next: keys.length, unsold: left as Megabytes }
}

/**
 * What the units just beyond the stock are worth: the function returned gives, in micros, the value of the `y` highest-
 * priced demanded units that remain unserved, at the reserve where demand ends. Exact up to the widest bid.
 */
function displacedValue({ widest, keys }: Demand, margin: Margin, reserve: Ticks): (y: number) => number {
  const ends: number[] = []
  const values: number[] = []
  const prices: number[] = []
  let end = 0
  let value = 0
  const extend = (units: number, price: number) => {
    const within = Math.min(units, widest - end)
    end += within
    value += within * price
    ends.push(end)
    values.push(value)
    prices.push(price)
  }
  extend(margin.demand - margin.left, margin.price)
  for (let k = margin.next; k < keys.length && end < widest; k++) extend(quantityOf(keys[k]!), priceOf(keys[k]!))
  extend(Infinity, reserve)
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
function shareTie(bids: readonly Bid[], margin: Margin): ArrayLike<number> {
  // The common case: whoever is alone there takes what is left.
  if (margin.bids <= 1) return [margin.left]
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
