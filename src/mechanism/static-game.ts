/**
 * The static game of MECHANISM §3–§5: buyers reply one after the other in random order, nothing is committed, reserves
 * stay. It is what the literature's figures are about (§10).
 */
import type { Megabytes, Micros } from '../units.js'
import { clear } from './auction.js'
import type { Ask, Bid } from './bid.js'
import { ladderFor } from './ladder.js'
import { type Book, tentativeAwards, welfareOf } from './measures.js'
import { chooseView } from './pool.js'
import { type PlannedBid, type Situation, type Strategy, worthSending } from './reply.js'
import type { Valuation } from './valuation.js'

export interface Player {
  readonly buyer: string
  readonly valuation: Valuation
  readonly budget: Micros
  readonly strategy: Strategy
}

export interface StaticGame {
  readonly sellers: readonly { readonly offer: string; readonly ask: Ask }[]
  readonly players: readonly Player[]
  readonly epsilon: Micros
  /** Per mille, as in a situation. */
  readonly loyalty: number
  readonly gateShare: number
  /** How many offers a buyer looks at. */
  readonly viewMax: number
  /** The game ends unsettled when this many replies were sent. */
  readonly repliesMax: number
  readonly random: { shuffled<T>(items: readonly T[]): readonly T[] }
}

export interface StaticOutcome {
  readonly books: readonly Book[]
  /** Replies that passed the gate: the literature's bids. */
  readonly replies: number
  /** Whether it ended because nobody wanted to move. */
  readonly settled: boolean
  /** What the final books would award, in the order of the players. */
  readonly allocation: readonly { readonly buyer: string; readonly quantity: Megabytes; readonly charge: Micros }[]
  /** In micros; the sellers' asks count as their floors. */
  readonly welfare: number
}

/** Plays passes over all players, each in a new random order, until a pass in which nobody moves. */
export function playStaticGame(game: StaticGame): StaticOutcome {
  const books = new Map<string, Map<string, Bid>>(game.sellers.map(({ offer }) => [offer, new Map()]))
  const views = new Map(
    game.players.map(({ buyer }) => [buyer, chooseView(buyer, game.sellers, game.viewMax)] as const),
  )
  let replies = 0
  let settled = false
  while (!settled && replies < game.repliesMax) {
    settled = true
    for (const player of game.random.shuffled(game.players)) {
      if (replies === game.repliesMax) break
      const situation = situationOf(game, player, views.get(player.buyer)!, books)
      const reply = player.strategy(situation)
      if (!worthSending({ situation, reply, gateShare: game.gateShare })) continue
      place(books, player.buyer, reply.bids)
      replies += 1
      settled = false
    }
  }
  return outcomeOf(game, books, replies, settled)
}

function situationOf(
  game: StaticGame,
  { buyer, valuation, budget }: Player,
  view: StaticGame['sellers'],
  books: ReadonlyMap<string, ReadonlyMap<string, Bid>>,
): Situation {
  return {
    buyer,
    valuation,
    owned: 0 as Megabytes,
    budgetLeft: budget,
    epsilon: game.epsilon,
    loyalty: game.loyalty,
    view: view.map(({ offer, ask }) => {
      const book = books.get(offer)!
      return { offer, ladder: ladderFor(ask, [...book.values()], buyer), standing: book.get(buyer) }
    }),
  }
}

function place(books: ReadonlyMap<string, Map<string, Bid>>, buyer: string, bids: readonly PlannedBid[]): void {
  for (const book of books.values()) book.delete(buyer)
  for (const { offer, quantity, price } of bids) books.get(offer)!.set(buyer, { buyer, quantity, price })
}

function outcomeOf(
  game: StaticGame,
  standing: ReadonlyMap<string, ReadonlyMap<string, Bid>>,
  replies: number,
  settled: boolean,
): StaticOutcome {
  const books = game.sellers.map(({ offer, ask }) => ({ offer, ask, bids: [...standing.get(offer)!.values()] }))
  const gained = tentativeAwards(books)
  const allocation = game.players.map(({ buyer }) => {
    const { quantity, charge } = gained.get(buyer) ?? { quantity: 0, charge: 0 }
    return { buyer, quantity: quantity as Megabytes, charge: charge as Micros }
  })
  const holdings = game.players.map(({ valuation }, i) => ({ valuation, owned: allocation[i]!.quantity }))
  const sales = books.map(({ ask, bids }) => ({
    floor: ask.reserve,
    sold: (ask.stock - clear(ask, bids).unsold) as Megabytes,
  }))
  return { books, replies, settled, allocation, welfare: welfareOf(holdings, sales) }
}
