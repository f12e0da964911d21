/** One market in virtual time from a seed to its end, and what an observer of all of it measures. */
import type { Fact } from '../agent/agent.js'
import { scaled } from '../mechanism/valuation.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Wire } from '../protocol/codec.js'
import { openWire } from '../protocol/open-seal.js'
import { defaultDriverLimits } from '../runtime/driver.js'
import type { TraceLine } from '../runtime/trace-line.js'
import { type Millis, millis } from '../units.js'
import { applyFaults, endOf, planOf } from './faults.js'
import { epoch } from './host.js'
import type { Violation } from './laws.js'
import type { SimulationOptions } from './options.js'
import { type Person, populationOf } from './population.js'
import { Prng } from './prng.js'
import { reportOn, type SimulationReport, type Trade } from './report.js'
import { simulatedSigner, simulatedVerifier } from './signer.js'
import type { Step } from './watch/step.js'
import { Watch } from './watch/watch.js'
import { sharedByteWire } from './wire.js'
import { type SimulatedPerson, World } from './world.js'

export { defaultSimulation, type SimulationOptions, shardsFor } from './options.js'
export type { SimulationReport } from './report.js'

/** Where a run stands, for whoever waits for it. */
export interface SimulationProgress {
  readonly elapsedMs: Millis
  readonly offersOpen: number
  readonly offers: number
  readonly soldShare: number
  readonly steps: number
}

export interface SimulationHooks {
  readonly onStep?: (step: Step) => void
  /** Sees every node's trace. Not with `fast`: a trace is made of bytes. */
  readonly onTrace?: (person: string, line: TraceLine) => void
}

/** What an observer notes while a market runs. */
interface Notes {
  readonly trades: Trade[]
  /** MB so far. */
  bought: number
  /** Offers so far. */
  opened: number
  closed: number
  bytes: { direct: number; gossip: number }
}

/** How often, in virtual time, it is asked whether the market has ended. */
const lookMs = 100

/** One run. It goes on only while it is {@link advance}d, so that whoever drives it can show progress, or stop. */
export class Simulation {
  readonly options: SimulationOptions
  readonly people: readonly SimulatedPerson[]
  readonly #world: World<unknown>
  readonly #watch: Watch | undefined
  /** What all have to sell, in MB. */
  readonly #stock: number
  readonly #notes: Notes = { trades: [], bought: 0, opened: 0, closed: 0, bytes: { direct: 0, gossip: 0 } }
  #lastUndone = 0
  #lookAtMs: number
  /** Whether there was nothing left to do at the last look. */
  #decided = false
  #state: 'running' | 'ended' | 'given-up' = 'running'

  constructor(options: SimulationOptions, hooks: SimulationHooks = {}) {
    this.options = options
    const random = new Prng(options.seed)
    this.people = peopleOf(options)
    this.#stock = this.people.reduce((sum, { sells }) => sum + (sells?.stock ?? 0), 0)
    const verifier = options.fast ? openVerifier : simulatedVerifier
    if (options.check === 'every-step') {
      const contentsOf = (id: PeerId) => this.#world.disk(id)
      this.#watch = new Watch({
        rules: options.rules,
        verifier,
        contentsOf,
        backlogMax: defaultDriverLimits.backlogMax,
      })
    }
    this.#world = new World<unknown>({
      market: 'simulation',
      rules: options.rules,
      random: random.fork('world'),
      network: options.network,
      people: this.people,
      verifier,
      wire: (options.fast ? openWire : sharedByteWire()) as Wire<unknown>,
      shards: { count: options.shards, heard: options.shardsHeard },
      ...this.#stepsTo(hooks),
      onFact: (person, fact, now) => this.#note(person, fact, now),
      ...(hooks.onTrace && { onTrace: hooks.onTrace }),
      ...(!options.fast && {
        onMessage: ({ to, bytes, copies }) => {
          this.#notes.bytes[to === undefined ? 'gossip' : 'direct'] += bytes * copies
        },
      }),
    })
    this.#world.startAll()
    const ids = this.people.map(({ signer }) => signer.id)
    const plan = planOf(options.faults, { people: ids, random: random.fork('faults') })
    applyFaults(this.#world, plan)
    this.#lookAtMs = endOf(plan) + lookMs
  }

  /** Goes on by up to `steps` entries of the agenda; returns whether there is more to do. */
  advance(steps: number): boolean {
    const { elapsedMsMax } = this.options
    let left = steps
    this.#world.runUntil(() => {
      left -= 1
      if (this.#world.elapsedMs >= this.#lookAtMs) this.#look()
      return left < 0 || this.#state !== 'running'
    }, elapsedMsMax)
    // Past its time, or nobody has anything to wait for.
    if (this.#state === 'running' && left >= 0) this.#state = 'given-up'
    return this.#state === 'running'
  }

  progress(): SimulationProgress {
    const { opened, closed, bought } = this.#notes
    return {
      elapsedMs: this.#world.elapsedMs,
      offers: this.options.sellers,
      offersOpen: opened - closed,
      soldShare: this.#stock === 0 ? 0 : bought / this.#stock,
      steps: this.#world.steps,
    }
  }

  report(): SimulationReport {
    const { trades, bytes } = this.#notes
    return reportOn({
      options: this.options,
      people: this.people,
      world: this.#world,
      ended: this.#state === 'ended',
      verifier: this.options.fast ? openVerifier : simulatedVerifier,
      seen: this.#watched(),
      steps: this.#world.steps,
      trades,
      bytes: this.options.fast ? undefined : bytes,
    })
  }

  /** Who sees every step: nobody in most runs, since there are millions. */
  #stepsTo({ onStep }: SimulationHooks): { readonly onStep?: (step: Step) => void } {
    const watch = this.#watch
    if (watch === undefined) return onStep === undefined ? {} : { onStep }
    return {
      onStep: (step) => {
        watch.step(step)
        onStep?.(step)
      },
    }
  }

  /** What was seen on the way. */
  #watched(): readonly Violation[] {
    if (this.#watch === undefined) return []
    const running = this.people.map(({ signer }) => signer.id).filter((id) => this.#world.isRunning(id))
    this.#watch.end(running.map((id) => ({ id, now: this.#world.nowAt(id) })))
    return this.#watch.violations
  }

  #note(name: string, fact: Fact, now: Millis): void {
    const notes = this.#notes
    switch (fact.type) {
      case 'bought':
        notes.trades.push({ buyer: name, atMs: millis(now - epoch), receipt: fact.receipt })
        notes.bought += fact.receipt.quantity
        break
      case 'offer-opened':
        notes.opened += 1
        break
      case 'offer-closed':
        notes.closed += 1
        break
    }
  }

  /** Ended: everybody is there, every offer is closed and every accept answered. Asks first who was not done last time. */
  #look(): void {
    this.#lookAtMs = this.#world.elapsedMs + lookMs
    const isUndone = (person: SimulatedPerson) => !this.#isDone(person)
    const undone = isUndone(this.people[this.#lastUndone]!) ? this.#lastUndone : this.people.findIndex(isUndone)
    if (undone >= 0) {
      this.#lastUndone = undone
      this.#decided = false
      return
    }
    // What was decided last is still on its way to the disks.
    if (this.#decided) this.#state = 'ended'
    else this.#world.after(millis(1), () => {})
    this.#decided = true
    this.#lookAtMs = this.#world.elapsedMs + 1
  }

  #isDone({ signer: { id } }: SimulatedPerson): boolean {
    const { seller, buyer } = this.#world.participant(id).status()
    return this.#world.isRunning(id) && !seller?.open && !seller?.unsettled && !buyer?.unsettled
  }
}

/** Runs a market to its end. */
export function simulate(options: SimulationOptions, hooks?: SimulationHooks): SimulationReport {
  const simulation = new Simulation(options, hooks)
  while (simulation.advance(1_000_000)) {}
  return simulation.report()
}

/** Who takes part, with identities that follow from the seed. */
export function peopleOf(options: SimulationOptions): readonly SimulatedPerson[] {
  const { seed, fast } = options
  return populationOf(options).map((person) => ({
    ...declaredBy(person, options),
    signer: simulatedSigner(`${seed} ${person.name}`, { open: fast }),
  }))
}

/** What a person says of itself: one of them may declare another value than it has. */
function declaredBy(person: Person, { misreport }: SimulationOptions): Person {
  const { name, wants } = person
  if (misreport === undefined || wants === undefined || name !== `buyer-${misreport.buyer}`) return person
  return { ...person, wants: { ...wants, valuation: scaled(wants.valuation, misreport.perMille / 1_000) } }
}

/** With nothing signed there is nothing to check. */
const openVerifier: Verifier = { verify: () => true }
