/** Plays a scenario on a real swarm: each step in its turn, until one fails. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { millis } from '../../src/units.js'
import type { RunningAttack } from '../swarm/attack/attack.js'
import { attackNamed } from '../swarm/attack/attacks.js'
import { Swarm } from '../swarm/swarm.js'
import { Wires } from '../swarm/wires.js'
import { type Miss, missesOf } from './evidence.js'
import { nowUs } from './gossip.js'
import type { Scenario } from './read.js'
import type { ScenarioResult, StepResult } from './result.js'
import type { Expectation, Step } from './schema.js'
import { sentenceOf } from './sentence.js'

export interface PlayOptions {
  /** The swarm's. */
  readonly folder: string
  /** Told what is being done now. */
  readonly onWork: (what: string) => void
  readonly onStep: (result: StepResult) => void
  /** Ends it early, in good order. */
  readonly signal: AbortSignal
  /** Given the swarm before it starts anything, to be ended at once when it must be. */
  readonly onSwarm: (swarm: Swarm) => void
}

const patienceMs = 60_000
const pollMs = 250
const withinMs = millis(10_000)
/** A scenario says itself how long it waits for what. */
const timeLimitMs = 3_600_000
/** Beside the folders of people, whose names have no dot. */
const capturesName = 'gossip.captures'

/**
 * Nothing runs any more when it is settled.
 * @throws NodeStartError when the swarm does not start, the signal's reason when it was ended.
 */
export async function play(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const { market, seed, steps: planned } = scenario
  const { folder, onStep, onWork, onSwarm, signal } = options
  signal.throwIfAborted()
  // Neither is on the way of a node that is not asked about it.
  const wires = planned.some(changesLinks) ? new Wires(seed) : undefined
  const captures = planned.some(({ expect }) => expect?.stats) ? join(folder, capturesName) : undefined
  const how = { isolate: 'process', trace: undefined, patienceMs, timeLimitMs, api: true, joinable: true } as const
  const given = { ...how, market, seed, folder, wires, capture: captures }
  const swarm = new Swarm(given, { phase() {}, progress() {}, fact() {} })
  onSwarm(swarm)
  const player = new Player(scenario, { swarm, wires, captures, signal })
  const steps: StepResult[] = []
  const stop = (): void => void swarm.stop().catch(() => swarm.kill())
  signal.addEventListener('abort', stop)
  try {
    onWork(`starting ${market.people.length} nodes`)
    await swarm.launch()
    signal.throwIfAborted()
    for (const [index, step] of planned.entries()) {
      onWork(`step ${index + 1} of ${planned.length}: ${sentenceOf(step)}`)
      const result = await player.do(step)
      signal.throwIfAborted()
      steps.push(result)
      onStep(result)
      if (result.misses.length > 0) break
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await player.end()
    await swarm.stop().catch(() => swarm.kill())
  }
  const passed = steps.length === planned.length && steps.every(({ misses }) => misses.length === 0)
  return { scenario: scenario.name, file: scenario.file, steps, passed }
}

/** Such steps, when they come first, are done before anybody trades: no offer gets through before a cut that is there from the start. */
const isSetting = (step: Step): boolean => changesLinks(step) && step.at === undefined && step.after === undefined

const changesLinks = ({ partition, latency, loss }: Step): boolean =>
  partition !== undefined || latency !== undefined || loss !== undefined

interface Stage {
  readonly swarm: Swarm
  /** Undefined where no step changes links. */
  readonly wires: Wires | undefined
  readonly captures: string | undefined
  readonly signal: AbortSignal
}

class Player {
  readonly #scenario: Scenario
  readonly #stage: Stage
  readonly #swarm: Swarm
  readonly #attacks: RunningAttack[] = []
  readonly #paused = new Set<string>()
  readonly #doneUs = new Map<string, number>()
  /** When trading began. */
  #began: number | undefined
  #atRest = false

  constructor(scenario: Scenario, stage: Stage) {
    this.#scenario = scenario
    this.#stage = stage
    this.#swarm = stage.swarm
  }

  /** @throws the signal's reason when it was ended meanwhile. */
  async do(step: Step): Promise<StepResult> {
    if (this.#began === undefined && !isSetting(step)) this.#begin()
    await this.#wait(step.after ?? Math.max(0, (step.at ?? 0) - this.#ageMs()))
    const start = performance.now()
    const misses = await this.#act(step).catch((error: Error) => [{ expected: sentenceOf(step), seen: error.message }])
    if (step.name !== undefined) this.#doneUs.set(step.name, nowUs())
    const tookMs = Math.round(performance.now() - start)
    return { what: sentenceOf(step), atMs: Math.round(this.#ageMs()), tookMs, misses }
  }

  async end(): Promise<void> {
    for (const name of this.#paused) {
      try {
        this.#signal(name, 'SIGCONT')
      } catch {
        // It is gone.
      }
    }
    await Promise.all(this.#attacks.map((attack) => attack.stop()))
  }

  #begin(): void {
    this.#began = performance.now()
    void this.#swarm.trade().then((rest) => {
      this.#atRest = rest === 'at rest'
    })
  }

  /** Of trading. */
  #ageMs(): number {
    return this.#began === undefined ? 0 : performance.now() - this.#began
  }

  async #act(step: Step): Promise<readonly Miss[]> {
    const { kill, restart, pause, resume, join: newcomer, attack, expect, within = withinMs } = step
    if (kill !== undefined) {
      await this.#swarm.end(kill)
      this.#paused.delete(kill)
    }
    if (restart !== undefined) await this.#swarm.restart(restart)
    if (pause !== undefined) {
      this.#signal(pause, 'SIGSTOP')
      this.#paused.add(pause)
    }
    if (resume !== undefined) this.#resume(resume)
    if (newcomer !== undefined) {
      const { name, sells, wants } = newcomer
      await this.#swarm.add({ name, ...(sells !== undefined && { sells }), ...(wants !== undefined && { wants }) })
    }
    if (attack !== undefined) await this.#attack(attack)
    if (this.#stage.wires !== undefined) await this.#rewire(step, this.#stage.wires)
    return expect === undefined ? [] : this.#await(expect, within)
  }

  async #rewire({ partition, heal, latency, loss }: Step, wires: Wires): Promise<void> {
    if (partition !== undefined) wires.cut(partition)
    if (heal) wires.heal()
    if (latency !== undefined) wires.change(latency, { latencyMs: latency.time, jitterMs: latency.jitter ?? 0 })
    if (loss !== undefined) wires.change(loss, { lossPerMille: loss.share })
    if (partition ?? heal ?? latency ?? loss) await this.#swarm.rewire()
  }

  async #attack({ name, on, identities, perSecond }: NonNullable<Step['attack']>): Promise<void> {
    const targets = this.#swarm.members
      .filter(({ node }) => on === undefined || on.includes(node.name))
      .flatMap(({ node }) => node.addresses.slice(0, 1))
    const how = { ...(identities !== undefined && { identities }), ...(perSecond !== undefined && { perSecond }) }
    this.#attacks.push(await attackNamed(name)!.start({ market: this.#scenario.market.market, targets, ...how }))
  }

  async #await(expected: Expectation, within: number): Promise<readonly Miss[]> {
    const { swarm, captures } = this.#stage
    const end = performance.now() + within
    for (;;) {
      const start = performance.now()
      const misses = await missesOf(expected, {
        scenario: this.#scenario,
        swarm,
        atRest: () => this.#atRest,
        attackers: new Set(this.#attacks.flatMap(({ peerIds }) => peerIds)),
        paused: this.#paused,
        captures,
        doneUs: this.#doneUs,
      })
      const now = performance.now()
      if (misses.length === 0 || now >= end) return misses
      // Looking must not take the machine from those who are looked at.
      await this.#wait(Math.max(pollMs, now - start))
    }
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#stage
    await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  }

  #resume(name: string): void {
    this.#paused.delete(name)
    this.#signal(name, 'SIGCONT')
  }

  #signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.#swarm.members.find(({ node }) => node.name === name)?.node.pid
    if (pid === undefined) throw new Error(`${name} has no process`)
    process.kill(pid, signal)
  }
}
