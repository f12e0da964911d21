/** Plays a scenario on a real swarm: each step in its turn, until one fails. */
import { setTimeout as delay } from 'node:timers/promises'
import { millis } from '../../src/units.js'
import type { RunningAttack } from '../swarm/attack/attack.js'
import { attackNamed } from '../swarm/attack/attacks.js'
import { Swarm } from '../swarm/swarm.js'
import { type Miss, missesOf } from './evidence.js'
import type { Scenario } from './read.js'
import { actions, type Step } from './schema.js'

export interface StepResult {
  readonly what: string
  /** Since trading began, when the step was done or given up. */
  readonly atMs: number
  readonly tookMs: number
  /** What did not hold, or went wrong; empty: the step was met. */
  readonly misses: readonly Miss[]
}

export interface ScenarioResult {
  readonly scenario: string
  readonly file: string
  readonly folder: string
  readonly steps: readonly StepResult[]
  readonly passed: boolean
}

export interface PlayOptions {
  readonly folder: string
  readonly onStep: (result: StepResult) => void
  /** Given the swarm before it starts anything, to be stopped when the person wants so. */
  readonly onSwarm: (swarm: Swarm) => void
}

const patienceMs = 60_000
const pollMs = 250
const withinMs = 10_000
/** A scenario says itself how long it waits for what. */
const timeLimitMs = 3_600_000

/** @throws NodeStartError when the swarm does not start. Nothing runs any more by then. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const { market, seed } = scenario
  const { folder, onStep } = options
  const how = { isolate: 'process', trace: undefined, patienceMs, timeLimitMs, api: true, joinable: true } as const
  const swarm = new Swarm({ ...how, market, seed, folder }, { phase() {}, progress() {}, fact() {} })
  options.onSwarm(swarm)
  const player = new Player(scenario, swarm)
  const steps: StepResult[] = []
  try {
    await swarm.launch()
    player.begin()
    for (const step of scenario.steps) {
      const result = await player.do(step)
      steps.push(result)
      onStep(result)
      if (result.misses.length > 0) break
    }
  } finally {
    await player.end()
    await swarm.stop().catch(() => swarm.kill())
  }
  const passed = steps.length === scenario.steps.length && steps.every(({ misses }) => misses.length === 0)
  return { scenario: scenario.name, file: scenario.file, folder, steps, passed }
}

class Player {
  readonly #scenario: Scenario
  readonly #swarm: Swarm
  readonly #attacks: RunningAttack[] = []
  readonly #paused = new Set<string>()
  #began = 0
  #atRest = false

  constructor(scenario: Scenario, swarm: Swarm) {
    this.#scenario = scenario
    this.#swarm = swarm
  }

  begin(): void {
    this.#began = performance.now()
    void this.#swarm.trade().then((rest) => {
      this.#atRest = rest === 'at rest'
    })
  }

  async do(step: Step): Promise<StepResult> {
    const due: number = step.after ?? Math.max(0, (step.at ?? 0) - (performance.now() - this.#began))
    await delay(due)
    const start = performance.now()
    const misses = await this.#act(step).catch((error: Error) => [{ expected: sentenceOf(step), seen: error.message }])
    const now = performance.now()
    return { what: sentenceOf(step), atMs: Math.round(now - this.#began), tookMs: Math.round(now - start), misses }
  }

  async end(): Promise<void> {
    for (const name of [...this.#paused]) this.#signal(name, 'SIGCONT')
    await Promise.all(this.#attacks.map((attack) => attack.stop()))
  }

  async #act({
    kill,
    restart,
    pause,
    resume,
    join,
    attack,
    expect,
    within = millis(withinMs),
  }: Step): Promise<readonly Miss[]> {
    if (kill !== undefined) await this.#swarm.end(kill)
    if (restart !== undefined) await this.#swarm.restart(restart)
    if (pause !== undefined) {
      this.#signal(pause, 'SIGSTOP')
      this.#paused.add(pause)
    }
    if (resume !== undefined) {
      this.#signal(resume, 'SIGCONT')
      this.#paused.delete(resume)
    }
    if (join !== undefined) {
      const { name, sells, wants } = join
      await this.#swarm.add({ name, ...(sells !== undefined && { sells }), ...(wants !== undefined && { wants }) })
    }
    if (attack !== undefined) await this.#attack(attack)
    return expect === undefined ? [] : this.#await(expect, within ?? withinMs)
  }

  async #attack({ name, on, identities, perSecond }: NonNullable<Step['attack']>): Promise<void> {
    const targets = this.#swarm.members
      .filter(({ node }) => on === undefined || on.includes(node.name))
      .flatMap(({ node }) => node.addresses.slice(0, 1))
    const how = { ...(identities !== undefined && { identities }), ...(perSecond !== undefined && { perSecond }) }
    this.#attacks.push(await attackNamed(name)!.start({ market: this.#scenario.market.market, targets, ...how }))
  }

  async #await(expected: NonNullable<Step['expect']>, within: number): Promise<readonly Miss[]> {
    const end = performance.now() + within
    for (;;) {
      const attackers = new Set(this.#attacks.flatMap(({ peerIds }) => peerIds))
      const situation = { scenario: this.#scenario, swarm: this.#swarm, atRest: () => this.#atRest, attackers }
      const misses = await missesOf(expected, { ...situation, paused: this.#paused })
      if (misses.length === 0 || performance.now() >= end) return misses
      await delay(pollMs)
    }
  }

  #signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.#swarm.members.find(({ node }) => node.name === name)?.node.pid
    if (pid === undefined) throw new Error(`${name} has no process`)
    process.kill(pid, signal)
  }
}

/** A step in words. */
export function sentenceOf(step: Step): string {
  const action = actions.find((each) => step[each] !== undefined)!
  if (step.expect !== undefined)
    return `expect ${Object.entries(step.expect)
      .map(([what, value]) => (value === true ? what : `${what} ${value}`))
      .join(', ')}`
  if (step.join !== undefined) return `join ${step.join.name}`
  if (step.attack !== undefined) return `attack ${step.attack.name}`
  return `${action} ${step[action]}`
}
