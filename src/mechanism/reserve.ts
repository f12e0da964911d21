/** How a seller's reserve follows the market (MECHANISM §6). Whole ticks, so that a buyer can recompute every move. */
import type { Ticks } from '../units.js'
import type { Clearing } from './auction.js'
import type { Ask, Bid } from './bid.js'

export const policyNames = ['tracking', 'fixed', 'loser', 'clearing'] as const
export type PolicyName = (typeof policyNames)[number]

/** Bids under the current reserve, `ask.reserve`, and what they win: `clearing` is `clear(ask, bids)`. */
export interface Cleared {
  readonly ask: Ask
  readonly bids: readonly Bid[]
  readonly clearing: Clearing
}

/** What a seller knows besides when a round ends. */
export interface RoundEnd {
  /** The seller's own lowest price; the reserve never goes below. */
  readonly floor: Ticks
  /** Where the last sale or the last fall left the reserve; bids alone do not move it. */
  readonly proven: Ticks
  /** Whether an award waits for its answer. */
  readonly pending: boolean
  /** Whether nothing changed in the round. */
  readonly calm: boolean
  /** How far `tracking` goes up towards its target, per mille (700). */
  readonly rise: number
  /** How much of itself `tracking` falls by, per mille (100). */
  readonly fall: number
}

const perMille = 1_000

/**
 * The reserve after a round: only `tracking` follows the bids, by at least a tick where a move is due.
 *
 * A reserve stands on bids or on sales. Where nobody bids at or above it and no award waits, half of what it is above
 * `proven` goes, calm or not: else whoever bids high and never pays could price everybody out. Not all of it, because bids
 * that went elsewhere were worth something too.
 */
export function reserveAtRoundEnd(policy: PolicyName, cleared: Cleared, end: RoundEnd): Ticks {
  const current = cleared.ask.reserve
  const followed = policy === 'tracking' ? following(cleared, end) : current
  const isBid = cleared.bids.some(({ quantity, price }) => quantity > 0 && price >= current)
  if (end.pending || isBid) return followed
  const excess = followed - Math.max(end.proven, end.floor)
  return (excess > 0 ? followed - Math.ceil(excess / 2) : followed) as Ticks
}

/** Towards a tick below the lowest winning bid when all is sold, and down after a calm round when something is left. */
function following(cleared: Cleared, end: RoundEnd): Ticks {
  const current = cleared.ask.reserve
  const lowest = lowestWinning(cleared)
  if (cleared.clearing.unsold > 0) {
    if (!end.calm || current <= end.floor) return current
    const step = Math.max(1, Math.floor((current * end.fall) / perMille))
    return Math.max(end.floor, current - step) as Ticks
  }
  if (lowest === undefined || current >= lowest - 1) return current
  const step = Math.max(1, Math.floor(((lowest - 1 - current) * end.rise) / perMille))
  return (current + step) as Ticks
}

/**
 * The reserve at which a commit awards: `loser` and `clearing` move up to it, never down, and never above the lowest
 * winning bid, so that the move takes nobody's award away.
 */
export function reserveAtCommit(policy: PolicyName, cleared: Cleared): Ticks {
  const current = cleared.ask.reserve
  const lowest = lowestWinning(cleared)
  if (lowest === undefined) return current
  switch (policy) {
    case 'tracking':
    case 'fixed':
      return current
    case 'loser': {
      const highest = highestLosing(cleared)
      return highest === undefined ? current : (Math.max(current, Math.min(highest + 1, lowest - 1)) as Ticks)
    }
    case 'clearing':
      return cleared.clearing.unsold > 0 ? current : (Math.max(current, lowest - 1) as Ticks)
  }
}

function lowestWinning({ bids, clearing }: Cleared): Ticks | undefined {
  return extreme(bids, Math.min, (_, index) => clearing.awards[index]!.quantity > 0)
}

function highestLosing({ bids, clearing }: Cleared): Ticks | undefined {
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
