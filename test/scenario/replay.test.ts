/** No node has global state: each, alone with its own trace, does again what it did in the market. */
import { beforeAll, describe, expect, it } from 'vitest'
import { internetRules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from './market.js'
import { replayed, Traces } from './traces.js'

const traces = new Traces()
let trial: Trial

/** Sixty nodes; messages lost and doubled, a third of the nodes crash, and the market is in halves for a while. */
beforeAll(() => {
  const network = { ...calmNetwork, lossPerMille: 50, duplicatePerMille: 50 }
  trial = new Trial({ seed: 'sixty', buyers: 42, sellers: 18, rules: internetRules, network, onTrace: traces.take })
  const { world, people, random } = trial
  world.startAll()
  for (const [index, { signer }] of people.entries()) {
    if (index % 3 !== 0) continue
    const at = 300 + random.below(15_000)
    const powerLoss = random.below(2) === 0
    world.after(millis(at), () => world.crash(signer.id, { powerLoss }))
    world.after(millis(at + 200 + random.below(5_000)), () => world.start(signer.id))
  }
  const half = new Map(people.map(({ signer }, index) => [signer.id, index % 2]))
  world.after(millis(4_000), () => world.partition((id) => half.get(id)))
  world.after(millis(9_000), () => world.heal())
  world.runUntil(() => world.elapsedMs > 22_000, millis(22_000))
  trial.finish()
})

describe('a faulty market of sixty', () => {
  it('ends with every law kept', () => {
    expect(trial.ended).toBe(true)
    expect(trial.violations()).toEqual([])
    expect(trial.count('sold')).toBeGreaterThan(20)
  })

  it('has every run of every node replayed from the text of its trace alone, byte for byte', () => {
    let [runs, steps, effects] = [0, 0, 0]
    for (const { name } of trial.people) {
      const outcome = replayed(traces.of(name))
      expect(outcome, name).toMatchObject({ type: 'identical' })
      if (outcome.type !== 'identical') continue
      runs += outcome.counts.runs
      steps += outcome.counts.steps
      effects += outcome.counts.effects
    }
    // Every third node began twice.
    expect(runs).toBe(80)
    expect(steps).toBeGreaterThan(5_000)
    expect(effects).toBeGreaterThan(5_000)
  })

  it('is not replayed by a node that was given somebody else’s chance, store, or plan', () => {
    const buyer = trial.people.find(({ name }) => name === 'buyer-2')!
    const lines = traces.of(buyer.name)
    const swapped = (change: (run: Record<string, unknown>) => void) =>
      replayed(
        lines.map((line) => {
          const value = JSON.parse(line) as Record<string, unknown>
          if (value['type'] === 'run') change(value)
          return JSON.stringify(value)
        }),
      )
    const plan = JSON.parse(traces.of('buyer-3')[0]!) as Record<string, unknown>
    expect(swapped((run) => Object.assign(run, { wants: plan['wants'] }))).toMatchObject({ type: 'different' })
    expect(swapped((run) => Object.assign(run, { who: plan['who'] }))).toMatchObject({ type: 'different' })
    expect(
      swapped((run) => Object.assign(run, { restored: [{ key: 'buyer/sequence', value: 1_800_000_000_000 }] })),
    ).toMatchObject({ type: 'different' })
  })
})
