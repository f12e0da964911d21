/** One part of a simulated market: a share of its nodes, which runs without the others from border to border of a course. */
import type { Fact } from '../agent/agent.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Wire } from '../protocol/codec.js'
import { openPacking, openWire } from '../protocol/open-seal.js'
import { defaultDriverLimits } from '../runtime/driver.js'
import type { TraceLine } from '../runtime/trace-line.js'
import { type Millis, millis } from '../units.js'
import { Course, type Standing } from './course.js'
import { type Division, isOwn } from './division.js'
import { applyFaults, endOf, planOf } from './faults.js'
import { epoch, smallEpoch } from './host.js'
import type { Violation } from './laws.js'
import { arrivalOf, type Mail, type Packing, plainPacking } from './mail.js'
import type { SimulationOptions } from './options.js'
import { type Outcome, outcomeOf, type Trade } from './outcome.js'
import type { Participating } from './people.js'
import { Prng } from './prng.js'
import { simulatedVerifier } from './signer.js'
import type { Step } from './watch/step.js'
import { Watch } from './watch/watch.js'
import { sharedByteWire } from './wire.js'
import { World } from './world.js'

export interface SimulationHooks {
  readonly onStep?: (step: Step) => void
  /** Sees every node's trace. Not with `fast`: a trace is made of bytes. */
  readonly onTrace?: (person: string, line: TraceLine) => void
}

/** What a part says to another at a border: plain data. */
export interface Word extends Standing {
  readonly mail: readonly Mail<unknown>[]
  readonly tally: Tally
}

/** How far a part's nodes are. */
export interface Tally {
  readonly steps: number
  readonly offersOpen: number
  /** MB bought. */
  readonly bought: number
}

export class Part {
  readonly #options: SimulationOptions
  readonly #people: readonly Participating[]
  readonly #division: Division
  readonly #world: World<unknown>
  readonly #course: Course
  /** Everybody's place, by name. */
  readonly #nodes: ReadonlyMap<string, number>
  readonly #own: readonly Participating[]
  readonly #watch: Watch | undefined
  readonly #trades: Trade[] = []
  readonly #bytes = { direct: 0, gossip: 0 }
  #bought = 0
  #offersOpen = 0
  #lastUndone = 0

  /** @throws RangeError when the market cannot be divided so. */
  constructor(
    options: SimulationOptions,
    { people, division, hooks = {} }: { people: readonly Participating[]; division: Division; hooks?: SimulationHooks },
  ) {
    assertDivisible(options, division, hooks)
    this.#options = options
    this.#people = people
    this.#division = division
    this.#nodes = new Map(people.map(({ name }, node) => [name, node]))
    this.#own = people.filter((_, node) => isOwn(node, division))
    this.#watch = options.check === 'every-step' ? this.#newWatch() : undefined
    const random = new Prng(options.seed)
    this.#world = new World<unknown>({
      market: 'simulation',
      rules: options.rules,
      random: random.fork('world'),
      network: options.network,
      startsAt: this.#startsAt,
      people,
      division,
      verifier: this.#verifier,
      wire: (options.fast ? openWire : sharedByteWire()) as Wire<unknown>,
      packing: (options.fast ? openPacking : plainPacking) as Packing<unknown>,
      shards: { count: options.shards, heard: options.shardsHeard },
      ...this.#stepsTo(hooks),
      onFact: (person, fact, now) => this.#note(person, fact, now),
      ...(hooks.onTrace && { onTrace: hooks.onTrace }),
      ...(!options.fast && {
        onMessage: ({ to, bytes, copies }) => {
          this.#bytes[to === undefined ? 'gossip' : 'direct'] += bytes * copies
        },
      }),
    })
    this.#world.startAll()
    const plan = planOf(options.faults, {
      people: people.map(({ signer }) => signer.id),
      random: random.fork('faults'),
    })
    applyFaults(this.#world, plan)
    const lookaheadMs = division.parts === 1 ? options.elapsedMsMax : options.network.latencyMsMin
    this.#course = new Course({ lookaheadMs, calmAtMs: endOf(plan), elapsedMsMax: options.elapsedMsMax })
  }

  get course(): Pick<Course, 'state' | 'elapsedMs'> {
    return this.#course
  }

  /** Runs to the next border. All parts do, tell each other {@link wordTo} and {@link hear} all words, before one goes on. */
  run(): void {
    this.#world.runBefore(this.#course.untilMs)
  }

  /** What another part has to hear of this one; the mail to it is gone from here. */
  wordsTo(parts: number): readonly Word[] {
    const mails = Array.from({ length: parts }, (_, part) => this.#world.takeMailTo(part))
    const times = [this.#world.next ?? Number.POSITIVE_INFINITY, ...mails.flat().map(arrivalOf)]
    const first = times.reduce((a, b) => Math.min(a, b))
    const standing: Standing = {
      next: first === Number.POSITIVE_INFINITY ? undefined : millis(first),
      isDone: this.#course.isLook && this.#isDone(),
    }
    return mails.map((mail) => ({ ...standing, mail, tally: this.tally }))
  }

  /** What all parts said, this one too. */
  hear(words: readonly Word[]): void {
    for (const { mail } of words) this.#world.receive(mail)
    this.#course.pass(words)
  }

  get tally(): Tally {
    return { steps: this.#world.steps, offersOpen: this.#offersOpen, bought: this.#bought }
  }

  outcome(): Outcome {
    return outcomeOf({
      people: this.#people,
      division: this.#division,
      world: this.#world,
      verifier: this.#verifier,
      trades: this.#trades,
      bytes: this.#bytes,
      seen: this.#watched(),
    })
  }

  get #startsAt(): number {
    return this.#options.fast ? smallEpoch : epoch
  }

  get #verifier(): Verifier {
    return this.#options.fast ? openVerifier : simulatedVerifier
  }

  #newWatch(): Watch {
    const contentsOf = (id: PeerId) => this.#world.disk(id)
    const { rules } = this.#options
    return new Watch({ rules, verifier: this.#verifier, contentsOf, backlogMax: defaultDriverLimits.backlogMax })
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
    const running = this.#own.map(({ signer }) => signer.id).filter((id) => this.#world.isRunning(id))
    this.#watch.end(running.map((id) => ({ id, now: this.#world.nowAt(id) })))
    return this.#watch.violations
  }

  #note(person: string, fact: Fact, now: Millis): void {
    switch (fact.type) {
      case 'bought': {
        const { offer, round, quantity, charge } = fact.receipt
        this.#trades.push({
          node: this.#nodes.get(person)!,
          atMs: millis(now - this.#startsAt),
          offer,
          round,
          quantity,
          charge,
        })
        this.#bought += quantity
        break
      }
      case 'offer-opened':
        this.#offersOpen += 1
        break
      case 'offer-closed':
        this.#offersOpen -= 1
        break
    }
  }

  /** Goes on round from who was not done last time: those before it were, and hardly any of them is so no more. */
  #isDone(): boolean {
    const count = this.#own.length
    for (let asked = 0; asked < count; asked++) {
      const node = (this.#lastUndone + asked) % count
      if (this.#isSettled(this.#own[node]!.signer.id)) continue
      this.#lastUndone = node
      return false
    }
    return true
  }

  #isSettled(id: PeerId): boolean {
    const { seller, buyer } = this.#world.participant(id).status()
    return this.#world.isRunning(id) && !seller?.open && !seller?.unsettled && !buyer?.unsettled
  }
}

function assertDivisible(options: SimulationOptions, { parts }: Division, { onStep, onTrace }: SimulationHooks): void {
  if (parts === 1) return
  const reason = indivisibleBy(options)
  if (reason !== undefined) throw new RangeError(`${reason}: run the market in one part`)
  if (onStep !== undefined || onTrace !== undefined) throw new RangeError('whoever sees every step sees one part only')
}

/** Why a market can only run in one part; undefined when it can run in several. */
export function indivisibleBy({ network, check }: SimulationOptions): string | undefined {
  if (network.latencyMsMin < 1) return 'messages that take no time cannot leave their thread in time'
  if (check === 'every-step') return 'the laws of every step are checked by one observer'
  return undefined
}

/** With nothing signed there is nothing to check. */
const openVerifier: Verifier = { verify: () => true }
