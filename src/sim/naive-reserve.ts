/** The reserve policies as the text says them (MECHANISM §6), on the naive auction: what an observer recomputes. */
import type { Ask, Bid } from '../mechanism/bid.js'
import type { PolicyName } from '../mechanism/reserve.js'
import { allocateNaively } from './naive-auction.js'

export interface Book {
  readonly policy: PolicyName
  readonly floor: number
  readonly ask: Ask
  readonly bids: readonly Bid[]
}

/** What the bids alone do not tell. */
export interface Standing {
  /** Of the last sale, or lower where the reserve has fallen since. */
  readonly proven: number
  /** Whether an award waits for its answer. */
  readonly pending: boolean
}

/** After a round: it follows the bids; where there are none to stand on, and no award, it comes half of the way to the proven one. */
export function reserveAfterRound(book: Book, { proven, pending, ...moves }: Moves & Standing): number {
  const followed = reserveFollowing(book, moves)
  const isHeld = pending || book.bids.some(({ price, quantity }) => quantity > 0 && price >= book.ask.reserve)
  const target = Math.max(proven, book.floor)
  return isHeld || followed <= target ? followed : Math.floor((followed + target) / 2)
}

interface Moves {
  readonly calm: boolean
  readonly rise: number
  readonly fall: number
}

/** Only `tracking` moves, up when sold out and down when stock is left over after a calm round. */
function reserveFollowing({ policy, floor, ask, bids }: Book, { calm, rise, fall }: Moves): number {
  const { reserve } = ask
  if (policy !== 'tracking') return reserve
  const { winners, unsold } = standingOf(ask, bids)
  if (unsold > 0) return calm ? Math.max(floor, Math.min(reserve, reserve - moveOf(reserve, fall))) : reserve
  const target = Math.min(...winners) - 1
  return winners.length > 0 && target > reserve ? reserve + moveOf(target - reserve, rise) : reserve
}

/** At a commit: `loser` goes above the losers and `clearing` close to the winners; neither falls, nor takes an award away. */
export function reserveAtAward({ policy, ask, bids }: Book): number {
  const { winners, losers, unsold } = standingOf(ask, bids)
  if (winners.length === 0) return ask.reserve
  const highest = Math.min(...winners) - 1
  if (policy === 'clearing' && unsold === 0) return Math.max(ask.reserve, highest)
  if (policy === 'loser' && losers.length > 0) {
    return Math.max(ask.reserve, Math.min(highest, Math.max(...losers) + 1))
  }
  return ask.reserve
}

/** Prices of the bids that win something, and of those that do not. */
function standingOf(ask: Ask, bids: readonly Bid[]) {
  const { quantities, unsold } = allocateNaively(ask, bids)
  const standing = bids.filter(({ quantity }) => quantity > 0)
  const wins = ({ buyer }: Bid): boolean => quantities.get(buyer)! > 0
  const winners = standing.filter(wins).map(({ price }) => price)
  const losers = standing.filter((bid) => !wins(bid)).map(({ price }) => price)
  return { winners, losers, unsold }
}

/** So many thousandths of `distance`, in whole ticks, and at least one. */
const moveOf = (distance: number, perMille: number): number => Math.max(1, Math.floor((distance * perMille) / 1_000))
