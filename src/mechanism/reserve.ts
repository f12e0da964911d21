/** How a seller's reserve follows the market (MECHANISM §6). Whole ticks, so that a buyer can recompute every move. */
import type { Ticks } from '../units.js'
import type { Clearing } from './auction.js'
import type { Ask, Bid } from './bid.js'

export const policyNames = ['tracking', 'fixed', 'loser', 'clearing'] as const
export type PolicyName = (typeof policyNames)[number]

/** What a seller knows when it sets its reserve. */
export interface ReserveState {
  /** The seller's own lowest price; the reserve never goes below. */
  readonly floor: Ticks
  /** The current reserve is `ask.reserve`. */
  readonly ask: Ask
  readonly bids: readonly Bid[]
  /** `clear(ask, bids)`. */
  readonly clearing: Clearing
  /** Whether nothing changed in the last round. */
  readonly calm: boolean
  /** How far `tracking` goes up towards its target, per mille (700). */
  readonly rise: number
  /** How much of itself `tracking` falls by, per mille (100). */
  readonly fall: number
}

const perMille = 1_000

/** The reserve after a round; only `tracking` moves. A move that is due is at least one tick. */
export function reserveAtRoundEnd(policy: PolicyName, state: ReserveState): Ticks {
  const current = state.ask.reserve
  if (policy !== 'tracking') return current
  const lowest = lowestWinning(state)
  if (state.clearing.unsold > 0) {
    if (!state.calm || current <= state.floor) return current
    const step = Math.max(1, Math.floor((current * state.fall) / perMille))
    return Math.max(state.floor, current - step) as Ticks
  }
  if (lowest === undefined || current >= lowest - 1) return current
  const step = Math.max(1, Math.floor(((lowest - 1 - current) * state.rise) / perMille))
  return (current + step) as Ticks
}

/**
 * The reserve at which a commit awards: `loser` and `clearing` move up to it, never down, and never above the lowest
 * winning bid, so that the move takes nobody's award away.
 */
export function reserveAtCommit(policy: PolicyName, state: ReserveState): Ticks {
  const current = state.ask.reserve
  const lowest = lowestWinning(state)
  if (lowest === undefined) return current
  switch (policy) {
    case 'tracking':
    case 'fixed':
      return current
    case 'loser': {
      const highest = highestLosing(state)
      return highest === undefined ? current : (Math.max(current, Math.min(highest + 1, lowest - 1)) as Ticks)
    }
    case 'clearing':
      return state.clearing.unsold > 0 ? current : (Math.max(current, lowest - 1) as Ticks)
  }
}

function lowestWinning({ bids, clearing }: ReserveState): Ticks | undefined {
  return extreme(bids, Math.min, (_, index) => clearing.awards[index]!.quantity > 0)
}

function highestLosing({ bids, clearing }: ReserveState): Ticks | undefined {
  return extreme(bids, Math.max, (bid, index) => bid.quantity > 0 && clearing.awards[index]!.quantity === 0)
}

function extreme(
  bids: readonly Bid[],
  pick: (a: number, b: number) => number,
  counts: (bid: Bid, index: number) => boolean,
): Ticks | undefined {
  let found: number | undefined
  bids.forEach((bid, index) => {
    if (counts(bid, index)) found = found === undefined ? bid.price : pick(found, bid.price)
  })
  return found as Ticks | undefined
}
