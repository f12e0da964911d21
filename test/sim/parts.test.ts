import { describe, expect, it } from 'vitest'
import { lanRules } from '../../src/agent/rules.js'
import { randomFaults } from '../../src/sim/adversity.js'
import { lanNetwork } from '../../src/sim/network.js'
import { defaultSimulation, Simulation, type SimulationOptions, shardsFor, simulate } from '../../src/sim/simulation.js'
import { millis } from '../../src/units.js'

const seeds = Array.from({ length: Number(process.env['OVERAGE_SEEDS'] ?? 8) }, (_, index) => `parts ${index}`)

/** Everything that may go wrong at once, as bytes or as objects. */
const faulty = (seed: string, index: number): SimulationOptions => ({
  ...randomFaults(seed),
  fast: index % 2 === 1,
  check: 'end',
})

describe('a market in several parts', () => {
  it.each(seeds.map(faulty))('comes to the same report as in one ($seed)', (options) => {
    const whole = simulate(options)
    expect(simulate(options, {}, 2)).toEqual(whole)
    expect(simulate(options, {}, 3)).toEqual(whole)
  })

  it.each<{ name: string; options: SimulationOptions }>([
    { name: 'the internet', options: { ...defaultSimulation, buyers: 30, sellers: 12 } },
    { name: 'a LAN', options: { ...defaultSimulation, buyers: 10, sellers: 4, rules: lanRules, network: lanNetwork } },
    { name: 'shards', options: { ...defaultSimulation, buyers: 60, sellers: 24, ...shardsFor(24), fast: true } },
    {
      name: 'a misreport',
      options: { ...defaultSimulation, buyers: 10, sellers: 4, misreport: { buyer: 2, perMille: 500 } },
    },
  ])('comes to the same report as in one ($name)', ({ options }) => {
    const whole = simulate(options)
    expect(whole.ended).toBe(true)
    expect(simulate(options, {}, 2)).toEqual(whole)
    expect(simulate(options, {}, 5)).toEqual(whole)
  })

  it('is refused where nobody could tell all parts in time, or see all of them', () => {
    const instant = { ...defaultSimulation, network: { ...lanNetwork, latencyMsMin: millis(0) } }
    expect(() => new Simulation(instant, {}, 2)).toThrow(/no time/)
    expect(() => new Simulation({ ...defaultSimulation, check: 'every-step' }, {}, 2)).toThrow(/one observer/)
    expect(() => new Simulation(defaultSimulation, { onStep: () => {} }, 2)).toThrow(/every step/)
  })
})
