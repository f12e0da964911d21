/**
 * Digests of a few runs, kept as a fixture: every machine and every version of Node must come to the same. When the agents are
 * meant to behave differently, write them anew with `OVERAGE_WRITE_FIXTURES=1 npx vitest run test/sim/golden.test.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lanRules } from '../../src/agent/rules.js'
import { randomFaults } from '../../src/sim/adversity.js'
import { lanNetwork } from '../../src/sim/network.js'
import { defaultSimulation, type SimulationOptions, shardsFor, simulate } from '../../src/sim/simulation.js'

const fixture = join(import.meta.dirname, '..', 'fixtures', 'digests.json')

const runs: Readonly<Record<string, SimulationOptions>> = {
  internet: { ...defaultSimulation, buyers: 40, sellers: 16 },
  lan: { ...defaultSimulation, buyers: 8, sellers: 4, rules: lanRules, network: lanNetwork },
  shards: { ...defaultSimulation, buyers: 60, sellers: 24, ...shardsFor(24), fast: true },
  scarce: { ...defaultSimulation, buyers: 30, sellers: 12, supplyRatio: 0.3, policy: 'clearing' },
  faults: randomFaults('golden'),
}

it('runs come to the digests that are on record', () => {
  const digests = Object.fromEntries(Object.entries(runs).map(([name, options]) => [name, simulate(options).digest]))
  if (process.env['OVERAGE_WRITE_FIXTURES'] !== undefined) {
    writeFileSync(fixture, `${JSON.stringify(digests, null, 2)}\n`)
  }
  expect(digests).toEqual(JSON.parse(readFileSync(fixture, 'utf8')))
})
