/** What one part of a market measures of its own people at the end: plain data, to be put together with what the others do. */
import type { Verifier } from '../ports/signer.js'
import type { OfferId } from '../protocol/message.js'
import type { Megabytes, Micros, Millis, Ticks } from '../units.js'
import { type Findings, findingsIn, type Ledger } from './checkers.js'
import { type Division, isOwn } from './division.js'
import type { Violation } from './laws.js'
import type { SimulatedPerson, World } from './world.js'

export interface Outcome {
  readonly buyers: readonly BuyerEnd[]
  readonly sellers: readonly SellerEnd[]
  /** What its buyers bought, in the order of time. */
  readonly trades: readonly Trade[]
  readonly traffic: Traffic
  /** Counted only where messages are bytes. */
  readonly bytes: Traffic
  readonly steps: number
  /** Laws seen broken on the way. */
  readonly seen: readonly Violation[]
  readonly findings: Findings
}

/** Of direct messages as they are sent, and of gossip as copies that arrive. */
export interface Traffic {
  readonly direct: number
  readonly gossip: number
}

/** A buyer when the market is over; `node` is its place among all people. */
export interface BuyerEnd {
  readonly node: number
  readonly owned: Megabytes
  readonly spent: Micros
  readonly bids: number
}

export interface SellerEnd {
  readonly node: number
  readonly sold: Megabytes
  readonly revenue: Micros
  readonly reserve: Ticks
  readonly rounds: number
}

/** A purchase as its buyer's node reported it. */
export interface Trade {
  /** The buyer's place among all people. */
  readonly node: number
  /** Virtual time since the start. */
  readonly atMs: Millis
  readonly offer: OfferId
  readonly round: number
  readonly quantity: Megabytes
  readonly charge: Micros
}

export interface Measured extends Pick<Outcome, 'trades' | 'bytes' | 'seen'> {
  readonly people: readonly SimulatedPerson[]
  readonly division: Division
  readonly world: Pick<World<unknown>, 'participant' | 'disk' | 'traffic' | 'steps'>
  readonly verifier: Verifier
}

export function outcomeOf({ people, division, world, verifier, trades, bytes, seen }: Measured): Outcome {
  const buyers: BuyerEnd[] = []
  const sellers: SellerEnd[] = []
  const ledgers: Ledger[] = []
  for (const [node, { name, signer, sells, wants }] of people.entries()) {
    if (!isOwn(node, division)) continue
    const { buyer, seller } = world.participant(signer.id).status()
    if (buyer !== undefined) buyers.push({ node, owned: buyer.owned, spent: buyer.spent, bids: buyer.bidsSent })
    if (seller !== undefined) {
      const { sold, revenue, reserve, round } = seller
      sellers.push({ node, sold, revenue, reserve, rounds: round })
    }
    ledgers.push({ name, id: signer.id, sells, wants, contents: world.disk(signer.id), place: node })
  }
  const { traffic, steps } = world
  return { buyers, sellers, trades, traffic, bytes, steps, seen, findings: findingsIn(ledgers, verifier) }
}
