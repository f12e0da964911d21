/** One seller's auction: who gets how much, and what each pays (MECHANISM §3). Exact integers throughout. */
import { type Megabytes, type Micros, type Ticks, ticksMax } from '../units.js'
import type { Ask, Bid } from './bid.js'

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

/** More bids would not leave room for price and position in one float. */
export const bidsMax = 2 ** 26

/**
 * Allocates `ask.stock` from the highest price down, ties by Tuffin's rule, and charges each winner what its presence
 * costs the others, the seller included. Every buyer may have one bid; O(n log n), the sort included.
 *
 * The charge is `V⁻(S) − V⁻(S − a)`, where `V⁻(x)` is what the `x` highest-priced units that others demand are worth,
 * the seller demanding without end at the reserve. Because only differences beyond `S` enter, one pass over the levels
 * that lie between `S` and `S + d` serves all bidders.
 *
 * @throws RangeError with more than {@link bidsMax} bids.
 */
export function clear(ask: Ask, bids: readonly Bid[]): Clearing {
  const book = sortBook(ask, bids)
  const quantities = new Float64Array(bids.length)
  const charges = new Float64Array(bids.length)

  let next = 0
  let left: number = ask.stock
  let widest = 0
  let level = levelAt(book, next)
  while (level !== undefined && level.demand <= left) {
    for (; next < level.end; next++) {
      const bid = book.order[next]!
      quantities[bid] = book.demands[bid]!
      widest = Math.max(widest, book.demands[bid]!)
    }
    left -= level.demand
    level = levelAt(book, next)
  }
  const full = next
  if (level !== undefined && left > 0) {
    shareTie({ bids, book, from: next, to: level.end, left, quantities })
    for (let k = next; k < level.end; k++) widest = Math.max(widest, book.demands[book.order[k]!]!)
  }

  const displaced = displacedValue(book, ask.reserve, next, left, widest)
  for (let k = 0; k < full; k++) {
    const bid = book.order[k]!
    charges[bid] = displaced(book.demands[bid]!)
  }
  if (level !== undefined && left > 0) {
    for (let k = full; k < level.end; k++) {
      const bid = book.order[k]!
      const demand = book.demands[bid]!
      const won = quantities[bid]!
      // Its rivals at the same price would take all of `left`: each unit won displaces one at that price.
      charges[bid] =
        left <= level.demand - demand ? won * level.price : displaced(demand) - (demand - won) * level.price
    }
  }
  const unsold = level === undefined ? left : 0
  return {
    awards: bids.map(({ buyer }, bid) => ({
      buyer,
      quantity: quantities[bid] as Megabytes,
      charge: charges[bid] as Micros,
    })),
    unsold: unsold as Megabytes,
  }
}

/** The eligible bids in price order, as flat arrays: a million bids are cleared in about the time it takes to sort them. */
interface Book {
  /** Positions of eligible bids, highest price first. */
  readonly order: Int32Array
  /** Prices in that order. */
  readonly prices: Float64Array
  /** Quantities by position. */
  readonly demands: Float64Array
}

interface Level {
  readonly price: Ticks
  readonly demand: number
  /** Exclusive. */
  readonly end: number
}

function sortBook(ask: Ask, bids: readonly Bid[]): Book {
  if (bids.length > bidsMax) throw new RangeError(`more than ${bidsMax} bids: ${bids.length}`)
  // One float holds distance from the highest price and position, so that a native numeric sort orders both.
  let positions = 1
  while (positions < bids.length) positions *= 2
  const demands = new Float64Array(bids.length)
  const keys = new Float64Array(bids.length)
  let eligible = 0
  for (let position = 0; position < bids.length; position++) {
    const { quantity, price } = bids[position]!
    if (quantity === 0 || price < ask.reserve) continue
    demands[position] = quantity
    keys[eligible++] = (ticksMax - price) * positions + position
  }
  const prices = keys.subarray(0, eligible).sort()
  const order = new Int32Array(eligible)
  for (let k = 0; k < eligible; k++) {
    const key = prices[k]!
    const distance = Math.floor(key / positions)
    order[k] = key - distance * positions
    prices[k] = ticksMax - distance
  }
  return { order, prices, demands }
}

function levelAt(book: Book, from: number): Level | undefined {
  if (from >= book.order.length) return undefined
  const price = book.prices[from]!
  let demand = 0
  let end = from
  for (; end < book.order.length && book.prices[end] === price; end++) demand += book.demands[book.order[end]!]!
  return { price: price as Ticks, demand, end }
}

/**
 * What the units just beyond the stock are worth: the function returned gives, in micros, the value of the `y` highest-
 * priced demanded units that remain unserved, at the reserve where demand ends. Exact up to `widest` units.
 */
function displacedValue(
  book: Book,
  reserve: Ticks,
  from: number,
  served: number,
  widest: number,
): (y: number) => number {
  const ends: number[] = []
  const values: number[] = []
  const prices: number[] = []
  let end = 0
  let value = 0
  // The level at `from` is the marginal one: `served` units of it are within the stock.
  let skip = served
  for (let level = levelAt(book, from); level !== undefined && end < widest; level = levelAt(book, level.end)) {
    const units = Math.min(level.demand - skip, widest - end)
    skip = 0
    end += units
    value += units * level.price
    ends.push(end)
    values.push(value)
    prices.push(level.price)
  }
  ends.push(Infinity)
  values.push(Infinity)
  prices.push(reserve)
  return (y) => {
    let low = 0
    let high = ends.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < y) low = middle + 1
      else high = middle
    }
    const start = low === 0 ? 0 : ends[low - 1]!
    return (low === 0 ? 0 : values[low - 1]!) + (y - start) * prices[low]!
  }
}

interface Tie {
  readonly bids: readonly Bid[]
  readonly book: Book
  readonly from: number
  readonly to: number
  /** Stock for this level: above 0, below its demand. */
  readonly left: number
  /** Awards by position: written. */
  readonly quantities: Float64Array
}

/** Tuffin's rule in whole MB: floors of `q·R/Q`, then one MB each by largest remainder, then by buyer id. */
function shareTie({ bids, book, from, to, left, quantities }: Tie): void {
  let total = 0
  for (let k = from; k < to; k++) total += book.demands[book.order[k]!]!
  const remainders = new Float64Array(to - from)
  let rest = left
  for (let k = from; k < to; k++) {
    const bid = book.order[k]!
    const product = book.demands[bid]! * left
    // Exact: the product is below 2^53/90, so a quotient is never rounded up across a whole number.
    const share = Math.floor(product / total)
    remainders[k - from] = product - share * total
    quantities[bid] = share
    rest -= share
  }
  if (rest === 0) return
  // The remainders add up to `rest` totals, and each is below one: more than `rest` bids have one to compare.
  const least = remainders.slice().sort()[remainders.length - rest]!
  const tied: number[] = []
  for (let k = from; k < to; k++) {
    const bid = book.order[k]!
    const remainder = remainders[k - from]!
    if (remainder > least) {
      quantities[bid]! += 1
      rest -= 1
    } else if (remainder === least) tied.push(bid)
  }
  if (rest === tied.length) for (const bid of tied) quantities[bid]! += 1
  else for (const bid of firstByBuyer(tied, bids, rest)) quantities[bid]! += 1
}

/** The `count` positions of `tied` whose buyers come first in code-unit order. */
function firstByBuyer(tied: readonly number[], bids: readonly Bid[], count: number): readonly number[] {
  const before = (a: number, b: number) => (bids[a]!.buyer < bids[b]!.buyer ? -1 : 1)
  return [...tied].sort(before).slice(0, count)
}
