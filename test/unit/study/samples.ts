import type { Figures } from '../../../node/simulation/figures.js'
import { optionsDigest } from '../../../node/study/digest.js'
import { type Plan, planOf, resultsOf } from '../../../node/study/plan.js'
import type { Row, Study } from '../../../node/study/study.js'
import type { SimulationOptions } from '../../../src/sim/options.js'
import { millis } from '../../../src/units.js'

const shared: Figures = {
  digest: '',
  ended: true,
  welfareShare: 0.99,
  sales: 60,
  soldShare: 1,
  meanPrice: 5_000,
  clearingPrice: 6_000,
  revenue: 2_000_000_000,
  bidsPerBuyer: 7,
  sellersPerBuyer: 1.5,
  directMessagesPerNode: 30,
  gossipMessagesPerNode: 2_000,
  directBytesPerNode: null,
  gossipBytesPerNode: null,
  roundsPerSeller: 14,
  maxRegretOverEpsilon: 1,
  p99RegretOverEpsilon: 1,
  withinTwoEpsilon: 1,
  violations: 0,
  lastTradeMs: millis(25_000),
  virtualMs: millis(50_000),
  steps: 1_000,
  firstBuyerUtility: 100,
  realMs: 1,
}

/** Figures that differ from run to run as those of markets do, and follow from what was asked for. */
export function figuresFor(options: SimulationOptions): Figures {
  const digest = optionsDigest(options)
  const noise = Number.parseInt(digest.slice(0, 6), 16) / 0xffffff
  return {
    ...shared,
    digest,
    welfareShare: 0.98 + 0.02 * noise,
    meanPrice: 5_000 + 1_000 * noise,
    bidsPerBuyer: 5 + 5 * noise,
    directMessagesPerNode: 25 + 10 * noise,
    lastTradeMs: millis(20_000 + Math.round(10_000 * noise)),
    firstBuyerUtility: 90 + 20 * noise,
  }
}

export function sampleOf(study: Study, seeds = 3): { readonly plan: Plan; readonly rows: readonly Row[] } {
  const plan = planOf(study, { extent: 'quick', seeds })
  return { plan, rows: study.rows(resultsOf(plan, figuresFor)) }
}
