/** A slice of `npm run soak`, and every market that ever failed in it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keptScenario } from '../../scripts/soak/kept.js'
import { internetRules } from '../../src/agent/rules.js'
import { randomFaults } from '../../src/sim/adversity.js'
import { failuresOf } from '../../src/sim/report.js'
import { simulate } from '../../src/sim/simulation.js'
import { millis } from '../../src/units.js'

const folder = join(import.meta.dirname, '..', 'fixtures', 'scenarios')
const kept = readdirSync(folder).filter((name) => name.endsWith('.json'))
/** More seeds find rarer faults: `OVERAGE_SEEDS=1000 npx vitest run test/scenario/soak.test.ts`. */
const seeds = Array.from({ length: Number(process.env['OVERAGE_SEEDS'] ?? 40) }, (_, index) => `slice ${index}`)

describe('a market under random adversity', () => {
  it.each(seeds)('keeps every law at every step and comes to rest (%s)', (seed) => {
    expect(failuresOf(simulate(randomFaults(seed)))).toEqual([])
  })

  it.each(kept)('that once failed keeps every law now (%s)', (name) => {
    expect(failuresOf(simulate(keptScenario(join(folder, name)).options))).toEqual([])
  })

  it('trades: what keeps the laws is not that nothing happens', () => {
    const outcomes = seeds.slice(0, 10).map((seed) => simulate(randomFaults(seed)))
    expect(outcomes.filter(({ sales }) => sales > 0).length).toBeGreaterThanOrEqual(0.8 * outcomes.length)
  })
})

describe('a market of the internet that loses a third of its messages, a fifth of its nodes and ten seconds to a split', () => {
  it.each(seeds.slice(0, 10))('ends with a receipt on both sides of all that was accepted (%s)', (seed) => {
    const random = randomFaults(seed)
    const outcome = simulate({
      ...random,
      buyers: 14,
      sellers: 6,
      rules: internetRules,
      strategy: 'minimal-pool',
      policy: 'tracking',
      network: { ...random.network, lossPerMille: 300 },
      faults: {
        crashPerMille: 200,
        crashFromMs: millis(500),
        crashToMs: millis(20_000),
        downMsMin: millis(100),
        downMsMax: millis(20_000),
        powerLossPerMille: 500,
        partitions: [{ atMs: millis(5_000), forMs: millis(10_000), groups: 2 }],
      },
    })
    expect(failuresOf(outcome)).toEqual([])
    expect(outcome.sales).toBeGreaterThan(0)
  })
})
