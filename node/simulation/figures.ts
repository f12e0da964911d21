/** A run in numbers: what is compared between runs and kept of them. */
import type { SimulationReport } from '../../src/sim/report.js'
import type { FinishedRun } from './messages.js'

/** What is taken as the report has it. */
const kept = [
  'digest',
  'ended',
  'welfareShare',
  'sales',
  'soldShare',
  'meanPrice',
  'clearingPrice',
  'revenue',
  'bidsPerBuyer',
  'sellersPerBuyer',
  'directMessagesPerNode',
  'gossipMessagesPerNode',
  'roundsPerSeller',
  'maxRegretOverEpsilon',
  'lastTradeMs',
  'virtualMs',
  'steps',
] as const satisfies readonly (keyof SimulationReport)[]

/** Of every run. Prices in ticks, money in micros, times in ms; null where bytes were not counted. */
export interface Figures extends Pick<SimulationReport, (typeof kept)[number]> {
  readonly directBytesPerNode: number | null
  readonly gossipBytesPerNode: number | null
  readonly p99RegretOverEpsilon: number
  readonly withinTwoEpsilon: number
  /** How many laws were broken, counting each time. */
  readonly violations: number
  /** What the first buyer gained, by its true valuation: what pairs of runs with and without a misreport compare. */
  readonly firstBuyerUtility: number
  readonly realMs: number
}

export function figuresOf({ report, realMs }: FinishedRun): Figures {
  const taken = Object.fromEntries(kept.map((name) => [name, report[name]])) as Pick<Figures, (typeof kept)[number]>
  return {
    ...taken,
    directBytesPerNode: report.directBytesPerNode ?? null,
    gossipBytesPerNode: report.gossipBytesPerNode ?? null,
    p99RegretOverEpsilon: report.regret.p99,
    withinTwoEpsilon: report.regret.withinTwoEpsilon,
    violations: report.violations.length,
    firstBuyerUtility: utilityOf(report, 'buyer-1'),
    realMs,
  }
}

const utilityOf = ({ people }: SimulationReport, name: string): number =>
  people.find((person) => person.name === name)?.utility ?? 0

/** Whether a run did what every run should: it ended, and no law was broken. */
export const isSound = ({ ended, violations }: Pick<Figures, 'ended' | 'violations'>): boolean =>
  ended && violations === 0
