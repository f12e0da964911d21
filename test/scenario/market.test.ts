import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/agent/agent.js'
import { lanRules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from './market.js'

/** More seeds find rarer faults: `OVERAGE_SEEDS=1000 npm run test:scenario`. */
const seeds = Array.from({ length: Number(process.env['OVERAGE_SEEDS'] ?? 8) }, (_, index) => `market ${index}`)

describe('a market of agents in virtual time', () => {
  it('ends by itself near the optimum with every receipt on both sides', () => {
    const network = { ...calmNetwork, latencyMsMin: millis(1), latencyMsMax: millis(5) }
    const shares = seeds.map((seed) => {
      const trial = new Trial({ seed, buyers: 8, sellers: 4, rules: lanRules, network })
      trial.run()
      expect(trial.ended, seed).toBe(true)
      expect(trial.violations(), seed).toEqual([])
      expect(trial.count('bid-sent') / 8, seed).toBeLessThanOrEqual(12)
      expect(trial.count('sold'), seed).toBe(trial.count('bought'))
      expect(trial.welfareShare(), seed).toBeGreaterThanOrEqual(0.9)
      return trial.welfareShare()
    })
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThanOrEqual(0.985)
  })

  it.each(seeds)('keeps every law under loss, duplication and reordering (%s)', (seed) => {
    const network = { ...calmNetwork, lossPerMille: 100, duplicatePerMille: 100 }
    const trial = new Trial({ seed, buyers: 10, sellers: 5, network })
    trial.run()
    expect(trial.ended).toBe(true)
    expect(trial.violations()).toEqual([])
    expect(trial.welfareShare()).toBeGreaterThanOrEqual(0.9)
  })

  it.each(seeds)('never lets a buyer exceed its budget (%s)', (seed) => {
    const trial = new Trial({ seed, buyers: 10, sellers: 5, budget: [20, 120] })
    trial.run()
    expect(trial.ended).toBe(true)
    expect(trial.violations()).toEqual([])
    expect(trial.count('bought')).toBeGreaterThan(0)
  })

  it.each(seeds)('settles everything that was accepted although nodes crash at any step (%s)', (seed) => {
    const network = { ...calmNetwork, lossPerMille: 20 }
    const trial = new Trial({ seed, buyers: 8, sellers: 4, network })
    trial.world.startAll()
    for (const { signer } of trial.people) {
      const at = 200 + trial.random.below(12_000)
      trial.world.after(millis(at), () => trial.world.crash(signer.id))
      trial.world.after(millis(at + 100 + trial.random.below(4_000)), () => trial.world.start(signer.id))
    }
    trial.world.runUntil(() => trial.world.elapsedMs > 20_000, millis(20_000))
    trial.finish()
    expect(trial.ended).toBe(true)
    expect(trial.violations()).toEqual([])
    expect(trial.count('sold')).toBeGreaterThan(0)
  })

  it.each(seeds)('falls into halves that trade by themselves, and heals (%s)', (seed) => {
    const trial = new Trial({ seed, buyers: 8, sellers: 4 })
    const { world, people } = trial
    const half = new Map(people.map(({ signer }, index) => [signer.id, index % 2]))
    world.startAll()
    world.runUntil(() => world.elapsedMs >= 1_500, millis(1_500))
    world.partition((id) => half.get(id))
    const crossing = () =>
      trial.facts.filter(({ fact, who }) => fact.type === 'bid-received' && isAcross(fact, who)).length
    const isAcross = (fact: Extract<Fact, { type: 'bid-received' }>, who: string) =>
      half.get(fact.buyer) !== half.get(people.find(({ name }) => name === who)!.signer.id)
    world.runUntil(() => world.elapsedMs >= 2_000, millis(2_000))
    const before = { crossing: crossing(), bids: trial.count('bid-received') }
    world.runUntil(() => world.elapsedMs >= 20_000, millis(20_000))
    expect(crossing()).toBe(before.crossing)
    expect(trial.count('bid-received')).toBeGreaterThan(before.bids)
    world.heal()
    trial.finish()
    expect(trial.ended).toBe(true)
    expect(trial.violations()).toEqual([])
    expect(trial.count('sold')).toBe(trial.count('bought'))
  })

  it('gives the same outcome for the same seed', () => {
    const [first, second] = [1, 2].map(() => {
      const trial = new Trial({ seed: 'twice', buyers: 6, sellers: 3 })
      trial.run()
      return trial.facts
    })
    expect(second).toEqual(first)
  })
})
