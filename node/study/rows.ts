/** From runs to rows: each figure's mean over the seeds, its 95 % interval and its extremes. */
import type { Figures } from '../simulation/figures.js'
import { summaryOf } from '../statistics.js'
import type { PointRuns, Row } from './study.js'

/** What is read off one run. */
export type Measure = (run: Figures) => number

export const measures = {
  welfareShare: ({ welfareShare }) => welfareShare,
  soldShare: ({ soldShare }) => soldShare,
  /** In currency. */
  revenue: ({ revenue }) => revenue / 1_000_000,
  /** The mean price over the clearing price. */
  priceShare: ({ meanPrice, clearingPrice }) => meanPrice / clearingPrice,
  bidsPerBuyer: ({ bidsPerBuyer }) => bidsPerBuyer,
  sellersPerBuyer: ({ sellersPerBuyer }) => sellersPerBuyer,
  directMessagesPerNode: ({ directMessagesPerNode }) => directMessagesPerNode,
  gossipMessagesPerNode: ({ gossipMessagesPerNode }) => gossipMessagesPerNode,
  roundsPerSeller: ({ roundsPerSeller }) => roundsPerSeller,
  regretMax: ({ maxRegretOverEpsilon }) => maxRegretOverEpsilon,
  withinTwoEpsilon: ({ withinTwoEpsilon }) => withinTwoEpsilon,
  /** In seconds of market time. */
  lastTradeSeconds: ({ lastTradeMs }) => lastTradeMs / 1_000,
  endSeconds: ({ virtualMs }) => virtualMs / 1_000,
} as const satisfies Readonly<Record<string, Measure>>

export type MeasureName = keyof typeof measures

/** Columns of one figure: its name, and that with `Low`, `High`, `Min` and `Max`. */
export function summaryColumns(name: string, values: readonly number[]): Row {
  const { mean, interval95, min, max } = summaryOf(values)
  return {
    [name]: rounded(mean),
    [`${name}Low`]: rounded(mean - interval95),
    [`${name}High`]: rounded(mean + interval95),
    [`${name}Min`]: rounded(min),
    [`${name}Max`]: rounded(max),
  }
}

/** A row for each point that has runs. */
export function summaryRows(points: readonly PointRuns[], names: readonly MeasureName[]): readonly Row[] {
  return points
    .filter(({ runs }) => runs.length > 0)
    .map(({ at, runs }) => ({
      ...at,
      runs: runs.length,
      ended: runs.filter(({ ended }) => ended).length,
      violations: runs.reduce((sum, { violations }) => sum + violations, 0),
      ...Object.assign({}, ...names.map((name) => summaryColumns(name, runs.map(measures[name])))),
    }))
}

/** To nine significant digits: what floating point leaves behind is no result. */
export const rounded = (value: number): number => Number(value.toPrecision(9))
