/** What each further MB costs a buyer, cheapest first (MECHANISM §3). */
import type { Megabytes, Micros, Ticks } from '../units.js'
import type { Ask, Bid, Ladder, Rung } from './bid.js'

/**
 * The ladder of `buyer` in a book: first what no rival holds, at the reserve; then what rivals would hold without this
 * buyer, from the lowest price up. Quantities add up to the stock. Without `buyer` it is an outsider's, the public one.
 */
export const ladderFor = (ask: Ask, bids: readonly Bid[], buyer?: string): Ladder => laddersFor(ask, bids)(buyer)

/** As {@link ladderFor}, for all buyers of one book: it is sorted once. */
export function laddersFor(ask: Ask, bids: readonly Bid[]): (buyer?: string) => Ladder {
  const eligible = bids
    .filter(({ quantity, price }) => quantity > 0 && price >= ask.reserve)
    .sort((a, b) => b.price - a.price)
  return (buyer) => ladderAmong(eligible, ask, buyer)
}

/** `eligible`: highest price first. */
function ladderAmong(eligible: readonly Bid[], ask: Ask, buyer: string | undefined): Ladder {
  const rungs: Rung[] = []
  let left: number = ask.stock
  for (const rival of eligible) {
    if (left === 0) break
    if (rival.buyer === buyer) continue
    const held = Math.min(rival.quantity, left)
    left -= held
    pushRung(rungs, rival.price, held)
  }
  if (left > 0) pushRung(rungs, ask.reserve, left)
  return rungs.reverse()
}

/** `D(y)`: how much can be had at a unit price of `price` or less. */
export function availableAt(ladder: Ladder, price: number): Megabytes {
  let sum = 0
  for (const rung of ladder) {
    if (rung.price > price) break
    sum += rung.quantity
  }
  return sum as Megabytes
}

/** How much can be had strictly below a unit price of `price`: what a bid at it wins whoever else bids the same. */
export function availableBelow(ladder: Ladder, price: number): Megabytes {
  let sum = 0
  for (const rung of ladder) {
    if (rung.price >= price) break
    sum += rung.quantity
  }
  return sum as Megabytes
}

/**
 * `P(z) = inf{ y ≥ 0 : D(y) ≥ z }`, the unit price of the `z`th MB in ticks: 0 for nothing, infinite beyond the stock.
 */
export function priceAt(ladder: Ladder, quantity: number): number {
  if (quantity <= 0) return 0
  let sum = 0
  for (const rung of ladder) {
    sum += rung.quantity
    if (sum >= quantity) return rung.price
  }
  return Infinity
}

/** `∫_0^z P`: what the cheapest `quantity` MB cost; of a quantity beyond the ladder, what the whole ladder costs. */
export function costOf(ladder: Ladder, quantity: Megabytes): Micros {
  let sum = 0
  let left: number = quantity
  for (const rung of ladder) {
    if (left <= 0) break
    const taken = Math.min(rung.quantity, left)
    sum += rung.price * taken
    left -= taken
  }
  return sum as Micros
}

/** A rung that says whose it is. */
export interface OfferRung<Offer = string> extends Rung {
  readonly offer: Offer
}

/** The rungs of all ladders by price, as far as they are `below` one; equal prices in the order of `offers`. */
export function mergeLadders<Offer>(
  offers: readonly { readonly offer: Offer; readonly ladder: Ladder }[],
  { below = Infinity }: { readonly below?: number } = {},
): readonly OfferRung<Offer>[] {
  const rungs: OfferRung<Offer>[] = []
  const next = offers.map(() => 0)
  for (;;) {
    let cheapest: Rung | undefined
    let from = 0
    for (let index = 0; index < offers.length; index++) {
      const rung = offers[index]!.ladder[next[index]!]
      if (rung === undefined || rung.price >= (cheapest?.price ?? below)) continue
      cheapest = rung
      from = index
    }
    if (cheapest === undefined) return rungs
    next[from]! += 1
    rungs.push({ offer: offers[from]!.offer, price: cheapest.price, quantity: cheapest.quantity })
  }
}

/**
 * At most `rungsMax` (≥ 1) rungs that are never cheaper than the truth: neighbours are merged at the higher price, and
 * those are merged that add least to the cost of the whole ladder.
 */
export function boundLadder(ladder: Ladder, rungsMax: number): Ladder {
  if (rungsMax < 1) throw new RangeError(`a ladder needs at least one rung: ${rungsMax}`)
  if (ladder.length <= rungsMax) return ladder
  const ends = cheapestEnds(ladder, rungsMax)
  let start = 0
  return ends.map((end) => {
    let quantity = 0
    for (let r = start; r < end; r++) quantity += ladder[r]!.quantity
    start = end
    return { price: ladder[end - 1]!.price, quantity: quantity as Megabytes }
  })
}

/**
 * Where each of `groups` runs of rungs ends, exclusively. Dynamic programming over the number of groups; of equally good
 * beginnings of the last group it takes the first.
 *
 * A group from rung `b` to rung `e` adds `p·(Q(e+1) − Q(b)) − (M(e+1) − M(b))`, where `p` is the price of `e`, and `Q(r)` and
 * `M(r)` are the quantity and the money of all rungs before `r`. So each beginning is a line over `p`, of slope `−Q(b)`, and
 * the best one is the lowest line at the price of `e`. Lines come in the order of their slopes and prices are asked for in
 * their order, so that each group more takes `n` steps.
 */
function cheapestEnds(ladder: Ladder, groups: number): readonly number[] {
  const n = ladder.length
  const price = Float64Array.from(ladder, (rung) => rung.price)
  const quantity = new Float64Array(n + 1)
  const money = new Float64Array(n + 1)
  for (const [r, rung] of ladder.entries()) {
    quantity[r + 1] = quantity[r]! + rung.quantity
    money[r + 1] = money[r]! + rung.quantity * rung.price
  }
  const added = (begin: number, end: number) =>
    price[end]! * (quantity[end + 1]! - quantity[begin]!) - (money[end + 1]! - money[begin]!)
  /** By last rung, what the groups so far add at least; and for each group more, where the last one begins. */
  let best = Float64Array.from(ladder, (_, end) => added(0, end))
  let next = new Float64Array(n)
  const layers: Uint32Array[] = []
  /** Beginnings whose lines are the lowest somewhere, and the first price at which each is. */
  const lowest = new Uint32Array(n)
  const from = new Float64Array(n)
  for (let group = 2; group <= groups; group++) {
    const begins = new Uint32Array(n)
    let count = 0
    let at = 0
    for (let end = group - 1; end < n; end++) {
      const height = best[end - 1]! + money[end]!
      let turn = 0
      for (; count > 0; count--) {
        const last = lowest[count - 1]!
        const gap = height - best[last - 1]! - money[last]!
        turn = Math.floor(gap / (quantity[end]! - quantity[last]!)) + 1
        if (count - 1 <= at || turn > from[count - 1]!) break
      }
      lowest[count] = end
      from[count++] = turn
      while (at + 1 < count && from[at + 1]! <= price[end]!) at++
      begins[end] = lowest[at]!
      next[end] = best[lowest[at]! - 1]! + added(lowest[at]!, end)
    }
    layers.push(begins)
    // Of the one before, rungs before the first that can end so many groups are not read again.
    ;[best, next] = [next, best]
  }
  const ends = [n]
  for (let layer = layers.length - 1; layer >= 0; layer--) ends.unshift(layers[layer]![ends[0]! - 1]!)
  return ends
}

/** Adds to the last rung where the price is the same. */
function pushRung(rungs: Rung[], price: Ticks, quantity: number): void {
  const last = rungs.at(-1)
  if (last?.price === price) rungs[rungs.length - 1] = { price, quantity: (last.quantity + quantity) as Megabytes }
  else rungs.push({ price, quantity: quantity as Megabytes })
}

/** What all of a ladder's stock costs per MB, in ticks and fractions of one; 0 where there is none. */
export function meanPriceOf(ladder: Ladder): number {
  const stock = availableAt(ladder, Infinity)
  return stock === 0 ? 0 : costOf(ladder, stock) / stock
}
