/** What a simulation can be told. */
import { internetRules, type Rules } from '../agent/rules.js'
import type { PolicyName } from '../mechanism/reserve.js'
import type { StrategyName } from '../mechanism/strategy.js'
import { type Millis, millis } from '../units.js'
import { type FaultOptions, noFaults } from './faults.js'
import { internetNetwork, type NetworkOptions } from './network.js'
import { type Population, referencePopulation } from './population.js'

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
  /** One buyer, counted from 1, that bids as if its value were so many thousandths of what it is; measured by what it really is. */
  readonly misreport: { readonly buyer: number; readonly perMille: number } | undefined
  /** Virtual time after which a market that has not ended is given up. */
  readonly elapsedMsMax: Millis
}

/** The reference market on the internet: 200 buyers and 80 sellers, supply 0.8 of demand. */
export const defaultSimulation: SimulationOptions = Object.freeze({
  seed: 'demo',
  buyers: 200,
  sellers: 80,
  supplyRatio: 0.8,
  population: referencePopulation,
  rules: internetRules,
  strategy: 'minimal-pool',
  policy: 'tracking',
  network: internetNetwork,
  faults: noFaults,
  shards: 1,
  shardsHeard: 1,
  fast: false,
  check: 'end',
  misreport: undefined,
  elapsedMsMax: millis(3_600_000),
})

const sellersPerShard = 2
const shardsHeard = 6

/**
 * Shards in proportion to the market, so that gossip per node stays flat as it grows: each buyer hears of about twelve offers,
 * twice its view. Many small shards mix the market better than a few large ones: twelve offers from three shards of four lose
 * 0.8 % of welfare, from six of two 0.45 %. A seventh shard would win 0.06 % back for a sixth more gossip.
 */
export function shardsFor(sellers: number): Pick<SimulationOptions, 'shards' | 'shardsHeard'> {
  const shards = Math.max(1, Math.round(sellers / sellersPerShard))
  return { shards, shardsHeard: Math.min(shardsHeard, shards) }
}
