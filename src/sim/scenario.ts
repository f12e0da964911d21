/** One market under its faults, from the first start to rest, with every law watched. */
import { defaultDriverLimits } from '../runtime/driver.js'
import { millis } from '../units.js'
import { violationsIn } from './checkers.js'
import { applyFaults, planOf } from './faults.js'
import type { Violation } from './laws.js'
import { populationOf } from './population.js'
import { Prng } from './prng.js'
import { simulatedSigner, simulatedVerifier } from './signer.js'
import type { SimulationOptions } from './simulation.js'
import { Watch } from './watch/watch.js'
import { World } from './world.js'

export interface ScenarioOutcome {
  readonly violations: readonly Violation[]
  /** Whether everybody was up, every offer closed and every accept answered in time. */
  readonly ended: boolean
  /** Buyers that wait for the answer to an accept. */
  readonly waiting: readonly string[]
  readonly sales: number
  readonly steps: number
  readonly elapsedMs: number
}

/** What is wrong with an outcome, in words; nothing when the market came to rest with every law kept. */
export function failuresOf({ violations, ended, waiting, elapsedMs }: ScenarioOutcome): readonly string[] {
  return [
    ...violations.map(({ law, who, detail }) => `${law}: ${who}, ${detail}`),
    ...(ended ? [] : [`the market was not at rest after ${elapsedMs} ms of its time`]),
    ...waiting.map((name) => `${name} still waits for the answer to an accept`),
  ]
}

export function runScenario(options: SimulationOptions): ScenarioOutcome {
  const { seed, rules, network, faults, elapsedMsMax } = options
  const random = new Prng(seed)
  const people = populationOf(options).map((person) => ({
    ...person,
    signer: simulatedSigner(`${seed} ${person.name}`),
  }))
  let sales = 0
  let steps = 0
  const watch = new Watch({
    rules,
    verifier: simulatedVerifier,
    contentsOf: (id) => world.disk(id),
    backlogMax: defaultDriverLimits.backlogMax,
  })
  const world: World = new World({
    market: 'soak',
    rules,
    random: random.fork('world'),
    network,
    people,
    verifier: simulatedVerifier,
    onStep: (step) => {
      steps += 1
      watch.step(step)
    },
    onFact: (_who, fact) => {
      if (fact.type === 'sold') sales += 1
    },
  })
  world.startAll()
  const plan = planOf(faults, { people: people.map(({ signer }) => signer.id), random: random.fork('faults') })
  applyFaults(world, plan)
  const calmAt = Math.max(
    0,
    ...plan.crashes.map(({ atMs, downMs }) => atMs + downMs),
    ...plan.splits.map(({ atMs, forMs }) => atMs + forMs),
  )
  const isAtRest = () =>
    people.every(({ signer }) => {
      const { seller, buyer } = world.participant(signer.id).status()
      return world.isRunning(signer.id) && !seller?.open && !seller?.unsettled && !buyer?.unsettled
    })
  let asked = 0
  world.runUntil(() => world.elapsedMs > calmAt && ++asked % 100 === 0 && isAtRest(), elapsedMsMax)
  const ended = world.elapsedMs <= elapsedMsMax && isAtRest()
  // What was decided last is still on its way to the disks.
  const settledAt = world.elapsedMs + 1
  world.runUntil(() => world.elapsedMs >= settledAt, millis(settledAt))
  const running = people.filter(({ signer }) => world.isRunning(signer.id))
  watch.end(running.map(({ signer }) => ({ id: signer.id, now: world.now })))
  const ledgers = people.map((person) => ({ ...person, id: person.signer.id, contents: world.disk(person.signer.id) }))
  return {
    violations: [...watch.violations, ...violationsIn(ledgers, simulatedVerifier)],
    ended,
    waiting: people.flatMap(({ name, signer }) =>
      world.participant(signer.id).status().buyer?.unsettled ? [name] : [],
    ),
    sales,
    steps,
    elapsedMs: world.elapsedMs,
  }
}
