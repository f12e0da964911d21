import { describe, expect, it } from 'vitest'
import { defaultSimulation, Simulation, type SimulationOptions, simulate } from '../../src/sim/simulation.js'
import { millis } from '../../src/units.js'

const small: SimulationOptions = { ...defaultSimulation, seed: 'small', buyers: 20, sellers: 8 }

describe('a simulation', () => {
  it('gives the same report for the same options, and another one for another seed', () => {
    const first = simulate(small)
    expect(first.ended).toBe(true)
    expect(first.violations).toEqual([])
    expect(simulate(small)).toEqual(first)
    expect(simulate({ ...small, seed: 'other' }).digest).not.toBe(first.digest)
  })

  it.each([
    { name: 'one shard', options: small },
    { name: 'shards', options: { ...small, shards: 4, shardsHeard: 2 } },
    {
      name: 'a bad network and budgets',
      options: {
        ...small,
        population: { ...small.population, budget: [40, 400] as const },
        network: {
          ...small.network,
          lossPerMille: 150,
          duplicatePerMille: 100,
          reorderPerMille: 50,
          reorderMsMax: millis(800),
        },
      },
    },
  ])('comes to the same with messages as objects as with bytes ($name)', ({ options }) => {
    const bytes = simulate(options)
    const objects = simulate({ ...options, fast: true })
    expect(objects.digest).toBe(bytes.digest)
    expect(bytes.directBytesPerNode).toBeGreaterThan(1_000)
    expect({
      ...objects,
      directBytesPerNode: bytes.directBytesPerNode,
      gossipBytesPerNode: bytes.gossipBytesPerNode,
    }).toEqual(bytes)
    expect(objects.directBytesPerNode).toBeUndefined()
  })

  it('goes on only while it is advanced, and says how far it is', () => {
    const simulation = new Simulation(small)
    expect(simulation.progress()).toMatchObject({ elapsedMs: 0, offers: 8, soldShare: 0 })
    let before = simulation.progress()
    while (simulation.advance(200)) {
      const now = simulation.progress()
      expect(now.steps).toBeGreaterThan(before.steps)
      expect(now.soldShare).toBeGreaterThanOrEqual(before.soldShare)
      before = now
    }
    expect(simulation.progress()).toMatchObject({ offersOpen: 0 })
    expect(simulation.report()).toEqual(simulate(small))
  })

  it('gives a market up whose time is over, and says so', () => {
    const report = simulate({ ...small, elapsedMsMax: millis(3_000) })
    expect(report.ended).toBe(false)
    expect(report.virtualMs).toBeLessThan(3_200)
  })

  it('measures a buyer that misreports by what it truly values', () => {
    const truthful = simulate({ ...small, fast: true })
    const misreporting = simulate({ ...small, fast: true, misreport: { buyer: 3, perMille: 500 } })
    const of = (report: typeof truthful) => report.people.find(({ name }) => name === 'buyer-3')!
    expect(of(misreporting).quantity).toBeLessThan(of(truthful).quantity)
    expect(misreporting.optimum).toBe(truthful.optimum)
  })

  it('adds its report up from its people', () => {
    const report = simulate(small)
    const sellers = report.people.filter(({ utility }) => utility === undefined)
    const buyers = report.people.filter(({ utility }) => utility !== undefined)
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    expect(sum(sellers.map(({ money }) => money))).toBe(sum(buyers.map(({ money }) => money)))
    expect(sum(sellers.map(({ quantity }) => quantity))).toBe(sum(buyers.map(({ quantity }) => quantity)))
    expect(sum(report.prices.map(({ quantity }) => quantity))).toBe(sum(buyers.map(({ quantity }) => quantity)))
    expect(report.revenue / sum(sellers.map(({ quantity }) => quantity))).toBe(report.meanPrice)
  })
})
