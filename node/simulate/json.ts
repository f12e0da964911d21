/** What `overage simulate --json` writes. Prices in ticks, money in micros, data in MB, times in ms. */
import type { SimulationOptions } from '../../src/sim/options.js'
import { type Figures, figuresOf } from '../simulation/figures.js'
import type { FinishedRun } from '../simulation/messages.js'
import { type Summary, summaryOf } from '../statistics.js'

export interface ReportedRun extends FinishedRun {
  readonly options: SimulationOptions
  /** What does the same again. */
  readonly command: string
  /** Where the traces went. */
  readonly trace?: string | undefined
}

export interface ReportedRuns {
  readonly runs: readonly { readonly seed: string; readonly figures: Figures }[]
  /** Of the first run; the others differ in the seed alone. */
  readonly options: SimulationOptions
  readonly command: string
  /** From the first start to the last end. */
  readonly realMs: number
}

export function jsonOf({ report, realMs, options, command }: ReportedRun): Readonly<Record<string, unknown>> {
  const { firstBuyerUtility: _, ...figures } = figuresOf({ report, realMs })
  const { welfare, optimum, regret, prices, people } = report
  return {
    ...figures,
    welfare,
    optimum,
    regret,
    brokenLaws: report.violations,
    prices: prices.map((point) => ({ ...point, meanPrice: point.meanPrice ?? null })),
    people: people.map((person) => ({ ...person, utility: person.utility ?? null })),
    options,
    command,
  }
}

/** What is summarised over seeds. */
export const summarised = [
  'welfareShare',
  'soldShare',
  'meanPrice',
  'clearingPrice',
  'bidsPerBuyer',
  'sellersPerBuyer',
  'directMessagesPerNode',
  'gossipMessagesPerNode',
  'roundsPerSeller',
  'maxRegretOverEpsilon',
  'withinTwoEpsilon',
  'lastTradeMs',
  'virtualMs',
] as const satisfies readonly (keyof Figures)[]

export type Summaries = Readonly<Record<(typeof summarised)[number] | 'priceShare', Summary>>

export function summariesOf(runs: ReportedRuns['runs']): Summaries {
  const over = (figure: (figures: Figures) => number): Summary => summaryOf(runs.map(({ figures }) => figure(figures)))
  const plain = summarised.map((name) => [name, over((figures) => figures[name])])
  const priceShare = over(({ meanPrice, clearingPrice }) => meanPrice / clearingPrice)
  return { ...Object.fromEntries(plain), priceShare } as Summaries
}

export function manyJsonOf({ runs, options, command, realMs }: ReportedRuns): Readonly<Record<string, unknown>> {
  return {
    seeds: runs.length,
    ended: runs.filter(({ figures }) => figures.ended).length,
    violations: runs.reduce((sum, { figures }) => sum + figures.violations, 0),
    realMs,
    summary: summariesOf(runs),
    runs: runs.map(({ seed, figures: { firstBuyerUtility: _, ...figures } }) => ({ seed, ...figures })),
    options,
    command,
  }
}
