import { describe, expect, it } from 'vitest'
import { jsonOf, manyJsonOf, type ReportedRun } from '../../node/simulate/json.js'
import { printMany, printSimulation } from '../../node/simulate/report.js'
import { figuresOf } from '../../node/simulation/figures.js'
import { defaultSimulation } from '../../src/sim/options.js'
import type { SimulationReport } from '../../src/sim/report.js'
import { millis } from '../../src/units.js'

const report: SimulationReport = {
  digest: 'd1ce',
  ended: true,
  welfareShare: 0.997_5,
  welfare: 3_990_000_000,
  optimum: 4_000_000_000,
  sales: 3,
  soldShare: 1,
  meanPrice: 5_500,
  clearingPrice: 6_000,
  revenue: 220_000_000,
  bidsPerBuyer: 7.25,
  sellersPerBuyer: 1.5,
  directMessagesPerNode: 30.4,
  gossipMessagesPerNode: 2_824.5,
  directBytesPerNode: 7_412,
  gossipBytesPerNode: 577_953,
  roundsPerSeller: 14.4,
  regret: { median: 0, p90: 0.5, p99: 1.5, max: 4, withinTwoEpsilon: 0.995 },
  maxRegretOverEpsilon: 4,
  violations: [],
  lastTradeMs: millis(25_300),
  virtualMs: millis(55_000),
  steps: 178_857,
  prices: [
    { fromMs: millis(0), quantity: 0, meanPrice: undefined },
    { fromMs: millis(1_000), quantity: 30_000, meanPrice: 4_000 },
    { fromMs: millis(2_000), quantity: 10_000, meanPrice: 8_000 },
  ],
  people: [
    { name: 'seller-1', quantity: 40_000, money: 220_000_000, utility: undefined, bids: 0, partners: 2 },
    { name: 'buyer-1', quantity: 30_000, money: 120_000_000, utility: 70_000_000, bids: 6, partners: 1 },
    { name: 'buyer-2', quantity: 10_000, money: 80_000_000, utility: 20_000_000, bids: 9, partners: 2 },
  ],
}
const run: ReportedRun = { report, realMs: 12_345, options: defaultSimulation, command: 'overage simulate --seed demo' }
const broken: ReportedRun = {
  ...run,
  report: {
    ...report,
    ended: false,
    violations: [{ law: 'a seller sells no more than its stock', who: 'seller-1', detail: '2 MB of 1' }],
  },
}

describe('the report of a simulation', () => {
  it('reads like this', async () => {
    await expect(printSimulation(run)).toMatchFileSnapshot('../fixtures/reports/simulation.txt')
  })

  it('names what went wrong, and what to do about it', () => {
    const text = printSimulation(broken)
    expect(text).toContain('✘ a seller sells no more than its stock: seller-1, 2 MB of 1')
    expect(text).toContain('✘ the market had not ended after 60 min 0 s of market time; --time-limit gives it more')
    expect(text).not.toContain('✔')
  })

  it('says nothing of bytes that were not counted', () => {
    const fast = { ...report, directBytesPerNode: undefined, gossipBytesPerNode: undefined }
    expect(printSimulation({ ...run, report: fast })).not.toContain('kB')
  })

  it('is for programs a number under every name, and null where there is none', () => {
    const json = JSON.parse(JSON.stringify(jsonOf(broken))) as Record<string, unknown>
    expect(json).toMatchObject({ digest: 'd1ce', violations: 1, realMs: 12_345, virtualMs: 55_000, ended: false })
    expect(json['brokenLaws']).toHaveLength(1)
    expect(json['options']).toMatchObject({ seed: 'demo', buyers: 200 })
    expect(json['prices']).toContainEqual({ fromMs: 0, quantity: 0, meanPrice: null })
  })
})

describe('the report over seeds', () => {
  const better = { ...report, welfareShare: 0.999_5, bidsPerBuyer: 6.75 }
  const runs = [
    { seed: 'demo-1', figures: figuresOf({ report, realMs: 100 }) },
    { seed: 'demo-2', figures: figuresOf({ report: better, realMs: 200 }) },
  ]
  const many = { runs, options: defaultSimulation, command: 'overage simulate --seeds 2', realMs: 150 }

  it('reads like this', async () => {
    await expect(printMany(many)).toMatchFileSnapshot('../fixtures/reports/simulations.txt')
  })

  it('names the seeds that were not sound, and how to look at them', () => {
    const unsound = { seed: 'demo-3', figures: figuresOf({ report: broken.report, realMs: 1 }) }
    expect(printMany({ ...many, runs: [...runs, unsound] })).toContain(
      '✘ seed "demo-3": did not end in time, 1 broken law; --seed demo-3 without --seeds shows it',
    )
  })

  it('has means, intervals and extremes for programs', () => {
    expect(manyJsonOf(many)).toMatchObject({
      seeds: 2,
      ended: 2,
      violations: 0,
      summary: { welfareShare: { count: 2, min: 0.997_5, max: 0.999_5 }, bidsPerBuyer: { mean: 7 } },
      runs: [{ seed: 'demo-1' }, { seed: 'demo-2', welfareShare: 0.999_5 }],
    })
  })
})
