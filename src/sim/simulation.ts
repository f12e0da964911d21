/** One market in virtual time from a seed to its end, and what an observer of all of it measures. */
import type { Rules } from '../agent/rules.js'
import type { PolicyName } from '../mechanism/reserve.js'
import type { StrategyName } from '../mechanism/strategy.js'
import type { Millis } from '../units.js'
import type { Violation } from './checkers.js'
import type { FaultOptions } from './faults.js'
import type { NetworkOptions } from './network.js'
import type { Population } from './population.js'

/** Everything that a run depends on: plain data, so that it can be kept, printed and sent to another thread. */
export interface SimulationOptions {
  /** Equal options, the seed among them, give equal runs on every machine. */
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  /** Total stock over total demand. */
  readonly supplyRatio: number
  readonly population: Population
  readonly rules: Rules
  readonly strategy: StrategyName
  readonly policy: PolicyName
  readonly network: NetworkOptions
  readonly faults: FaultOptions
  /** Shards of the offers' gossip, and how many of them a buyer listens to. */
  readonly shards: number
  readonly shardsHeard: number
  /** Whether messages pass as objects instead of bytes. The outcome is the same; bytes are not counted. */
  readonly fast: boolean
  /** When the laws are checked: after every step of every node, or at the end. */
  readonly check: 'every-step' | 'end'
  /** One buyer that bids as if its value were so many thousandths of what it is; measured by what it really is. */
  readonly misreport: { readonly buyer: number; readonly perMille: number } | undefined
  /** Virtual time after which a market that has not ended is given up. */
  readonly elapsedMsMax: Millis
}

/** Where a run stands, for whoever waits for it. */
export interface SimulationProgress {
  readonly elapsedMs: Millis
  readonly offersOpen: number
  readonly offers: number
  readonly soldShare: number
  readonly steps: number
}

/** Shares and prices are what an observer of everything computes; no node can. Prices in ticks, money in micros. */
export interface SimulationReport {
  /** SHA-256 over every node's trades and counts: equal options give equal digests. */
  readonly digest: string
  /** Whether every offer closed and every accept was answered in time. */
  readonly ended: boolean
  readonly welfareShare: number
  readonly welfare: number
  readonly optimum: number
  readonly soldShare: number
  /** Charges over MB sold. */
  readonly meanPrice: number
  /** λ, where demand would meet supply. */
  readonly clearingPrice: number
  readonly revenue: number
  readonly bidsPerBuyer: number
  /** Different sellers per buyer that bought something. */
  readonly sellersPerBuyer: number
  /** Sent, repetitions included, over all nodes. */
  readonly directMessagesPerNode: number
  /** Copies received over the mesh, duplicates included. */
  readonly gossipMessagesPerNode: number
  /** undefined with `fast`. */
  readonly directBytesPerNode: number | undefined
  readonly gossipBytesPerNode: number | undefined
  /** Rounds of an auction, on average. */
  readonly roundsPerSeller: number
  readonly regret: RegretReport
  readonly maxRegretOverEpsilon: number
  readonly violations: readonly Violation[]
  /** The last trade, and the end of the last offer. */
  readonly lastTradeMs: Millis
  readonly virtualMs: Millis
  readonly steps: number
  /** Trades in the order of time: what prices did. */
  readonly prices: readonly PricePoint[]
  readonly people: readonly PersonOutcome[]
}

/** Trades between two moments. */
export interface PricePoint {
  readonly fromMs: Millis
  readonly quantity: number
  /** Ticks; undefined where nothing was sold. */
  readonly meanPrice: number | undefined
}

/** Regret at rest over ε, of every buyer (MECHANISM §8). */
export interface RegretReport {
  readonly median: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** Share of the buyers whose regret is at most 2 ε. */
  readonly withinTwoEpsilon: number
}

export interface PersonOutcome {
  readonly name: string
  /** Bought or sold, MB. */
  readonly quantity: number
  /** Paid or earned. */
  readonly money: number
  /** Of a buyer, by its true valuation: what the data is worth to it less what it was charged. */
  readonly utility: number | undefined
  readonly bids: number
  readonly partners: number
}
