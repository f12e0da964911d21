/** Whom a buyer deals with: its bounded view, and the fewest sellers that can serve it (MECHANISM §5.1, §5.6, §5.7). */
import type { Megabytes, Ticks } from '../units.js'
import { hashOf } from './hash.js'

/** A number in [0, 2^52) that depends on the pair alone: each buyer ranks the same offers differently, and stably. */
export function rendezvous(a: string, b: string): number {
  const [high, low] = hashOf(`${a.length}:${a}${b}`)
  return (high & 0xfffff) * 2 ** 32 + low
}

/** The `viewMax` offers that `buyer` looks at, highest rendezvous hash first; what closes is replaced, nothing else moves. */
export function chooseView<T extends { readonly offer: string }>(
  buyer: string,
  offers: readonly T[],
  viewMax: number,
): readonly T[] {
  return offers
    .map((item) => ({ item, rank: rendezvous(buyer, item.offer) }))
    .sort((a, b) => b.rank - a.rank || compare(a.item.offer, b.item.offer))
    .slice(0, viewMax)
    .map(({ item }) => item)
}

/** An offer as a candidate for a buyer's pool. */
export interface Candidate {
  readonly offer: string
  /** `k_j`: what the seller has for this buyer at its price. */
  readonly capacity: Megabytes
  /** Whether the buyer's bid already stands there. */
  readonly standing: boolean
  /** The seller's own lowest price, where the buyer knows it. */
  readonly floor?: Ticks | undefined
}

export interface PoolRequest {
  readonly buyer: string
  readonly candidates: readonly Candidate[]
  /** `v`, in MB. */
  readonly wanted: Megabytes
  /** How much more, per mille, a seller's capacity counts for its rank where a bid stands; 1000 doubles it. */
  readonly loyalty: number
  /** Whether the buyer can have all of its demand at what the ladders ask. Default: no. */
  readonly plenty?: boolean
}

/**
 * The least number of sellers, largest capacity first, whose capacities reach `wanted`; all that have any when none do.
 * Loyalty enters the order only; without it no smaller set of the candidates could serve the buyer.
 *
 * In a market of plenty prices fall until they meet floors. Of the sellers that suffice alone the one with the lowest
 * floor then comes first: there the price can fall furthest, and what is left unsold in the end is what its sellers
 * would rather keep.
 */
export function minimalPool(request: PoolRequest): readonly Candidate[] {
  const { buyer, candidates, wanted, loyalty, plenty = false } = request
  const ranked = candidates
    .filter(({ capacity }) => capacity > 0)
    .map((candidate) => ({
      candidate,
      weight: candidate.capacity * (candidate.standing ? 1_000 + loyalty : 1_000),
      floor: plenty && candidate.capacity >= wanted ? floorOf(candidate, loyalty) : Infinity,
    }))
    .sort(
      (a, b) =>
        rising(a.floor, b.floor) ||
        b.weight - a.weight ||
        rendezvous(buyer, b.candidate.offer) - rendezvous(buyer, a.candidate.offer) ||
        compare(a.candidate.offer, b.candidate.offer),
    )
  const pool: Candidate[] = []
  let sum = 0
  for (const { candidate } of ranked) {
    if (sum >= wanted) break
    pool.push(candidate)
    sum += candidate.capacity
  }
  return pool
}

/** As it counts for the order: lower where a bid stands; infinite where it is not known. */
const floorOf = ({ floor, standing }: Candidate, loyalty: number): number =>
  floor === undefined ? Infinity : standing ? (floor * 1_000) / (1_000 + loyalty) : floor

/**
 * Splits `quantity` as equally as `caps` allow: `min(cap, level)`, in whole MB, the odd ones to the first that have room.
 * Adds up to `quantity` exactly, or to all caps where they are less.
 */
export function coordinatedShares(quantity: Megabytes, caps: readonly Megabytes[]): readonly Megabytes[] {
  const rising = [...caps].sort((a, b) => a - b)
  let left: number = quantity
  let open = rising.length
  for (const cap of rising) {
    if (cap * open > left) break
    left -= cap
    open -= 1
  }
  const level = open === 0 ? Infinity : Math.floor(left / open)
  let odd = open === 0 ? 0 : left % open
  return caps.map((cap) => {
    if (cap <= level) return cap
    if (odd === 0) return level as Megabytes
    odd -= 1
    return (level + 1) as Megabytes
  })
}

/** Two infinities are equal, and their difference is no number. */
const rising = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
