/** A run in numbers: what is compared between runs and kept of them. */
import type { SimulationReport } from '../../src/sim/report.js'
import type { FinishedRun } from './messages.js'

/** Of every run. Prices in ticks, money in micros, times in ms; undefined where bytes were not counted. */
export interface Figures {
  readonly digest: string
  readonly ended: boolean
  readonly welfareShare: number
  readonly sales: number
  readonly soldShare: number
  readonly meanPrice: number
  readonly clearingPrice: number
  readonly revenue: number
  readonly bidsPerBuyer: number
  readonly sellersPerBuyer: number
  readonly directMessagesPerNode: number
  readonly gossipMessagesPerNode: number
  readonly directBytesPerNode: number | null
  readonly gossipBytesPerNode: number | null
  readonly roundsPerSeller: number
  readonly maxRegretOverEpsilon: number
  readonly p99RegretOverEpsilon: number
  readonly withinTwoEpsilon: number
  /** How many laws were broken, counting each time. */
  readonly violations: number
  readonly lastTradeMs: number
  readonly virtualMs: number
  readonly steps: number
  /** What the first buyer gained, by its true valuation: what pairs of runs with and without a misreport compare. */
  readonly firstBuyerUtility: number
  readonly realMs: number
}

export function figuresOf({ report, realMs }: FinishedRun): Figures {
  const { digest, ended, welfareShare, sales, soldShare, meanPrice, clearingPrice, revenue } = report
  const { bidsPerBuyer, sellersPerBuyer, directMessagesPerNode, gossipMessagesPerNode, roundsPerSeller } = report
  const { maxRegretOverEpsilon, lastTradeMs, virtualMs, steps, regret } = report
  return {
    digest,
    ended,
    welfareShare,
    sales,
    soldShare,
    meanPrice,
    clearingPrice,
    revenue,
    bidsPerBuyer,
    sellersPerBuyer,
    directMessagesPerNode,
    gossipMessagesPerNode,
    directBytesPerNode: report.directBytesPerNode ?? null,
    gossipBytesPerNode: report.gossipBytesPerNode ?? null,
    roundsPerSeller,
    maxRegretOverEpsilon,
    p99RegretOverEpsilon: regret.p99,
    withinTwoEpsilon: regret.withinTwoEpsilon,
    violations: report.violations.length,
    lastTradeMs,
    virtualMs,
    steps,
    firstBuyerUtility: utilityOf(report, 'buyer-1'),
    realMs,
  }
}

const utilityOf = ({ people }: SimulationReport, name: string): number =>
  people.find((person) => person.name === name)?.utility ?? 0

/** Whether a run did what every run should: it ended, and no law was broken. */
export const isSound = ({ ended, violations }: Pick<Figures, 'ended' | 'violations'>): boolean =>
  ended && violations === 0
