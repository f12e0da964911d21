/** A market of people who began with nothing to sell or to buy, and tell their nodes so as it runs; each may end at any moment. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/agent/agent.js'
import { lanRules } from '../../src/agent/rules.js'
import { defaultDriverLimits } from '../../src/runtime/driver.js'
import { violationsIn } from '../../src/sim/checkers.js'
import { Prng } from '../../src/sim/prng.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { Watch } from '../../src/sim/watch/watch.js'
import { sharedByteWire } from '../../src/sim/wire.js'
import { type SimulatedPerson, World, type WorldOptions } from '../../src/sim/world.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'
import { calmNetwork } from './market.js'
import { replayed, Traces } from './traces.js'

const network = { ...calmNetwork, latencyMsMin: millis(1), latencyMsMax: millis(20) }
const rules = { ...lanRules, idleMsMax: millis(2_000) }
const people: readonly SimulatedPerson[] = ['ann', 'bob', 'cat', 'dora'].map((name) => ({
  name,
  signer: simulatedSigner(`commanded ${name}`),
}))

const sell = (gb: number, floor: number): Command => ({
  type: 'sell',
  plan: { stock: megabytes(gb * 1_000), floor: ticks(floor), policy: 'tracking', closesAfterMs: millis(60_000) },
})
const buy = (demand: number, sigma: number, budget?: number): Command => ({
  type: 'buy',
  plan: {
    valuation: { kind: 'alpha-fair', sigma, alpha: 0.5, demand },
    budget: budget === undefined ? undefined : micros(budget * 1_000_000),
    strategy: 'minimal-pool',
  },
})

/** Who is told what, and when. Some of it comes while awards and accepts are on their way. */
const script: readonly (readonly [ms: number, name: string, command: Command])[] = [
  [50, 'ann', sell(4, 2_000)],
  [60, 'bob', sell(6, 1_500)],
  [80, 'cat', buy(3, 40)],
  [90, 'dora', buy(5, 30, 60)],
  [1_400, 'ann', sell(2, 1_000)],
  [1_900, 'cat', buy(4, 50, 100)],
  [2_600, 'dora', buy(1, 20)],
  [3_000, 'bob', { type: 'withdraw-offer', forget: true }],
  [3_600, 'bob', sell(3, 1_000)],
  [4_200, 'bob', buy(2, 60)],
  [4_500, 'cat', { type: 'stop-buying', forget: true }],
  [5_000, 'cat', sell(1, 500)],
]

interface Crash {
  readonly at: number
  readonly powerLoss: boolean
  readonly downMs: number
}

function runWith({ at, powerLoss, downMs }: Crash, onTrace?: WorldOptions['onTrace']) {
  let moments = 0
  let where = 'nowhere'
  const sold = new Map<string, number>()
  const watch = new Watch({
    rules,
    verifier: simulatedVerifier,
    contentsOf: (id) => world.disk(id),
    backlogMax: defaultDriverLimits.backlogMax,
  })
  const world: World = new World({
    market: 'commanded',
    rules,
    random: new Prng('commanded'),
    network,
    people,
    verifier: simulatedVerifier,
    wire: sharedByteWire(),
    onStep: (step) => watch.step(step),
    onFact: (who, fact) => {
      if (fact.type === 'sold') sold.set(who, (sold.get(who) ?? 0) + fact.receipt.quantity)
    },
    crashes: (person, moment) => {
      moments += 1
      if (moments - 1 !== at) return false
      where = `${person.name} ${moment} at ${world.elapsedMs} ms (moment ${at}, ${powerLoss ? 'power' : 'process'})`
      world.after(millis(downMs), () => world.start(person.signer.id))
      if (powerLoss) world.crash(person.signer.id, { powerLoss })
      return true
    },
    ...(onTrace !== undefined && { onTrace }),
  })
  const idOf = (name: string) => people.find((person) => person.name === name)!.signer.id
  world.startAll()
  for (const [ms, name, command] of script) world.after(millis(ms), () => world.command(idOf(name), command))
  const isAtRest = () =>
    world.elapsedMs > 6_000 &&
    people.every(({ signer }) => {
      const { seller, buyer } = world.participant(signer.id).status()
      return world.isRunning(signer.id) && !seller?.open && !seller?.unsettled && !buyer?.unsettled
    })
  const ended = world.runUntil(isAtRest, millis(120_000))
  const settledAt = world.elapsedMs + 1
  world.runUntil(() => world.elapsedMs >= settledAt, millis(130_000))
  watch.end(people.map(({ signer: { id } }) => ({ id, now: world.nowAt(id) })))
  const ledgers = people.map(({ name, signer: { id } }) => ({ name, id, contents: world.disk(id) }))
  const violations = [...watch.violations, ...violationsIn(ledgers, simulatedVerifier)]
  return { ended, violations, moments, where, sold, world, idOf }
}

describe('a market that is told what to trade as it runs', () => {
  it('sells under every plan, keeps every law, and is replayed from its traces byte for byte', () => {
    const traces = new Traces()
    const { ended, violations, sold, world, idOf } = runWith({ at: -1, powerLoss: false, downMs: 0 }, traces.take)
    expect(ended).toBe(true)
    expect(violations).toEqual([])
    // More than any of their plans alone.
    expect(sold.get('ann')! + sold.get('bob')!).toBeGreaterThan(6_000)
    expect(world.participant(idOf('bob')).status().buyer?.owned).toBeGreaterThan(0)
    for (const { name } of people) {
      expect(replayed(traces.of(name)), name).toMatchObject({ type: 'identical' })
      expect(traces.of(name).some((line) => line.includes('"command":{"type":"'))).toBe(true)
    }
  })

  it.each([
    { of: 'its process', powerLoss: false, downMs: 500, every: 7 },
    { of: 'its power', powerLoss: true, downMs: 500, every: 11 },
    { of: 'its power for longer than an award waits', powerLoss: true, downMs: 12_000, every: 29 },
  ])('keeps every law when one of its nodes loses $of at any moment', ({ powerLoss, downMs, every }) => {
    const { moments } = runWith({ at: -1, powerLoss, downMs })
    expect(moments).toBeGreaterThan(100)
    for (let at = 0; at < moments; at += every) {
      const { ended, violations, where } = runWith({ at, powerLoss, downMs })
      expect(ended, where).toBe(true)
      expect(violations, where).toEqual([])
    }
  })
})
