/** One buyer declares another value than its own, all others the truth: what pairs of such runs share, and what they say. */
import { truthfulness as gainOf, type TruthPair } from '../../src/mechanism/measures.js'
import type { Figures } from '../simulation/figures.js'
import type { Market } from './reference.js'
import { rounded } from './rows.js'
import type { Row } from './study.js'

/** Per mille of its value that the buyer declares in the runs that all others are compared with. */
export const truth = 1_000

/** Who misreports; people are drawn by chance, so that any of them will do. */
const liar = 1

/** When sellers commit, besides the rule of MECHANISM §6.2. */
export const otherCommitRules = [
  { name: 'hasty', calmRounds: 1, roundsMax: 3 },
  { name: 'patient', calmRounds: 4, roundsMax: 12 },
] as const

/** Stock over demand where data is scarce. */
export const scarceRatio = 0.5

/** Large enough to be a market, and small enough to be held thousands of times. */
export const misreportBuyers = 60

export const withMisreport = (market: Market, perMille: number): Market => ({
  ...market,
  misreport: { buyer: liar, perMille },
})

/**
 * The mean gain over the pairs of runs with the same seed, as a share of what the truth earns, with its 95 % interval; undefined
 * where there are not yet two pairs.
 */
export function gainColumns(truthful: readonly Figures[], misreporting: readonly Figures[]): Row | undefined {
  const pairs: TruthPair[] = misreporting.flatMap((run, seed) => {
    const base = truthful[seed]
    return base === undefined ? [] : [{ truthful: base.firstBuyerUtility, misreporting: run.firstBuyerUtility }]
  })
  if (pairs.length < 2) return undefined
  const { mean, interval95 } = gainOf(pairs)
  const gain = { gain: rounded(mean), gainLow: rounded(mean - interval95), gainHigh: rounded(mean + interval95) }
  return { pairs: pairs.length, ...gain }
}
