/** Launches a market's nodes on this machine, wires them, lets them trade, and watches until the market is at rest. */
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import type { Person } from '../../src/sim/population.js'
import { Prng } from '../../src/sim/prng.js'
import { UsageError } from '../errors.js'
import type { Market } from '../market-file.js'
import type { NodeStatus } from '../market-node.js'
import type { Isolation } from './flags.js'
import type { NodeHandle } from './handle.js'
import { inTurns } from './in-turns.js'
import { Launcher, type Starter } from './launcher.js'
import type { Death, Member } from './member.js'
import type { ApiPlace } from './record.js'
import { networkOf, RecordKeeper } from './record-keeper.js'
import { storedIn } from './stored.js'
import type { Wires } from './wires.js'
import { bootstrapPeers, isDoor, partition, peersOf } from './wiring.js'
import { addDesk, type Desk, layOut } from './workspace.js'

export type { Death, Member } from './member.js'

export interface SwarmOptions {
  readonly market: Market
  /** Fixes the identities and who dials whom. */
  readonly seed: string
  readonly folder: string
  /** Where each node's trace goes; undefined: none is written. */
  readonly trace: string | undefined
  /** Where captures of all nodes go; undefined: none are made. */
  readonly capture?: string | undefined
  readonly isolate: Isolation
  /** How long a node may take to load, start, answer or stop. A loaded machine starts twelve at once. */
  readonly patienceMs: number
  /** How long trading may take. */
  readonly timeLimitMs: number
  /** Whether each node has a local API. Default: none has. */
  readonly api?: boolean
  /** Whether a bundle is written with which others on this machine can join. Default: none is. */
  readonly joinable?: boolean
  /** Called once there is a folder: begins to take orders from other programs, and says where. */
  readonly serve?: () => Promise<ApiPlace>
  /** What lies between the nodes, each in a process of its own. Default: nothing ever does. */
  readonly wires?: Wires | undefined
}

/** How the swarm stands; what an observer shows. */
export type Phase = 'starting' | 'connecting' | 'trading' | 'stopping'

export interface SwarmObserver {
  phase(phase: Phase): void
  /** Called about four times a second, and whenever a node comes up. */
  progress(progress: Progress): void
  fact(name: string, fact: Fact): void
  /** A node is up, for the first time or again. */
  joined?(member: Member): void
}

export interface Progress {
  /** Nodes that run. */
  readonly up: number
  readonly statuses: ReadonlyMap<string, NodeStatus>
}

/** How trading ended; `stopped`: somebody said so. */
export type Rest = 'at rest' | 'time limit' | 'all dead' | 'stopped'

const pollMs = 250
/** How long one answer of a node is waited for before the others' are looked at. */
const answerMs = 1_000
/** How long the mesh may take to form before trading starts anyway. */
const meshMsMax = 15_000

/** Nodes of a swarm are told by their names, in any case; those of the dead are not given away. */
export class NameTakenError extends UsageError {}

export class Swarm {
  readonly #options: SwarmOptions
  readonly #observer: SwarmObserver
  readonly #launcher: Launcher
  readonly #records: RecordKeeper
  readonly #members: Member[] = []
  /** By desk; filled in order. */
  readonly #launching: Promise<Member>[] = []
  readonly #deaths: Death[] = []
  readonly #statuses = new Map<string, NodeStatus>()
  /** Asked, and not answered yet: one that hangs is not asked again, and nobody waits for it. */
  readonly #asked = new Map<string, Promise<void>>()
  #place: ApiPlace | undefined
  #phase: Phase | 'idle' | 'stopped' = 'idle'
  #cancelled = false
  #isToldToStop = false
  readonly #joining = new Set<string>()

  constructor(options: SwarmOptions, observer: SwarmObserver) {
    const { market, isolate, patienceMs, capture, api = false, joinable = false, wires } = options
    this.#options = options
    this.#observer = observer
    const network = joinable ? networkOf(market) : undefined
    this.#records = new RecordKeeper({ ...options, network })
    const ofNode = (name: string) => (isDoor(market, name) ? network?.id : undefined)
    this.#launcher = new Launcher({ market, isolate, patienceMs, capture, api, networkOf: ofNode, wires })
  }

  get members(): readonly Member[] {
    return this.#members
  }
  /** Nodes that ended by themselves, or were killed on request. */
  get deaths(): readonly Death[] {
    return this.#deaths
  }
  /** The last that each node said of itself. */
  get statuses(): ReadonlyMap<string, NodeStatus> {
    return this.#statuses
  }

  /** Starts every node and waits until the mesh has formed. @throws NodeStartError naming the node that did not start. */
  async launch(): Promise<void> {
    const { seed, wires } = this.#options
    const desks = await layOut(this.#options)
    for (const desk of desks) await wires?.add(desk)
    this.#enter('starting')
    this.#place = await this.#options.serve?.()
    await this.#record()
    const dialling = new Prng(seed).fork('dialling')
    const dialled = desks.map((_, index) => peersOf(index, dialling))
    const tasks = desks.map((desk, index) => () => {
      this.#launching[index] = this.#launchOne(desk, this.#launcher.prepare(desk), dialled[index]!)
      return this.#launching[index]
    })
    try {
      await inTurns(tasks, availableParallelism() + 1)
    } catch (error) {
      this.#cancel()
      throw error
    }
    this.#enter('connecting')
    await this.#record()
    await this.#until(() => this.#connected(), meshMsMax)
  }

  /** Lets all nodes trade until every offer is closed and nothing is unsettled, or the time is up. */
  async trade(): Promise<Rest> {
    this.#enter('trading')
    // Buyers first, so that nobody misses an opening. Their answer says that they have begun: orders are obeyed in turn.
    const [sellers, buyers] = partition(this.#members, ({ desk }) => desk.person.sells !== undefined)
    for (const { node } of buyers) node.trade()
    await this.ask()
    for (const { node } of sellers) node.trade()
    const rested = await this.#until(() => this.#atRest(), this.#options.timeLimitMs)
    if (this.#isToldToStop) return 'stopped'
    if (this.#living().length === 0) return 'all dead'
    return rested ? 'at rest' : 'time limit'
  }

  /** Ends trading as soon as possible, as if the market had come to rest. */
  tellToStop(): void {
    this.#isToldToStop = true
  }

  get phase(): Phase | 'idle' | 'stopped' {
    return this.#phase
  }

  get startedAt(): number {
    return this.#records.startedAt
  }

  get isToldToStop(): boolean {
    return this.#isToldToStop
  }

  /** A newcomer, who begins to trade at once. @throws NameTakenError, UsageError before it trades, NodeStartError when it does not start. */
  async add(person: Person): Promise<Member> {
    const isTaken = this.#members.some(({ desk }) => desk.person.name.toLowerCase() === person.name.toLowerCase())
    if (isTaken || this.#joining.has(person.name.toLowerCase()))
      throw new NameTakenError(`${person.name} is there already`, {
        advice: `choose another name than ${this.#members.map(({ node }) => node.name).join(', ')}`,
      })
    if (this.#phase !== 'trading')
      throw new UsageError(`the swarm is ${this.#phase}`, { advice: 'people can be added while it trades' })
    this.#joining.add(person.name.toLowerCase())
    try {
      const starting = this.#newcomer(person)
      this.#launching.push(starting)
      const member = await starting
      member.node.trade()
      await this.#record()
      return member
    } finally {
      this.#joining.delete(person.name.toLowerCase())
    }
  }

  /** Ends the process of a node as a crash would: nothing is saved, nobody is told. @throws UsageError when there is none. */
  async end(name: string): Promise<void> {
    const member = this.#living().find(({ node }) => node.name === name)
    if (member === undefined) {
      const names = this.#living().map(({ node }) => node.name)
      throw new UsageError(`no node called ${name} runs in the swarm`, { advice: `there are ${names.join(', ')}` })
    }
    if (!this.#launcher.killOne(member.node))
      throw new UsageError(`${name} has no process of its own`, { advice: 'run the swarm with --isolate process' })
    this.#deaths.push({ name, reason: 'it was killed on request', killed: true })
    await this.#record()
  }

  /** Starts the node of somebody who died again, from what its disk holds. @throws UsageError, NodeStartError */
  async restart(name: string): Promise<void> {
    const index = this.#members.findIndex(({ node }) => node.name === name)
    const death = this.#deaths.findIndex((one) => one.name === name)
    if (index < 0 || death < 0) throw new UsageError(`${name} is not dead`, { advice: 'kill it first' })
    const { desk } = this.#members[index]!
    const start = await this.#launcher.prepare(desk)
    const node = await start(this.#peersForOneMore())
    const member = { desk, node }
    this.#members[index] = member
    this.#deaths.splice(death, 1)
    this.#watch(node)
    this.#observer.joined?.(member)
    node.trade()
    await this.#record()
  }

  /** Lets every node know how its links are by now. */
  async rewire(): Promise<void> {
    if (this.#options.wires === undefined) return
    this.#launcher.rewire()
    // Orders are obeyed in turn: whoever answers knows.
    await this.ask()
  }

  #peersForOneMore(): readonly string[] {
    return this.#living()
      .slice(-bootstrapPeers)
      .flatMap(({ node: { addresses } }) => addresses)
  }

  /** Ends every node. Safe to call at any time, also while launching. */
  async stop(): Promise<void> {
    this.#cancel()
    if (this.#phase === 'idle' || this.#phase === 'stopped') return
    this.#enter('stopping')
    this.#launcher.kill(new Set(this.#members.map(({ node }) => node)))
    await Promise.allSettled(this.#launching)
    await Promise.all(this.#members.map(({ node }) => node.stop({ withdraw: true })))
    this.#phase = 'stopped'
    await this.#record()
  }

  /** Ends every process of the swarm at once; synchronous, for a last resort. */
  kill(): void {
    this.#cancel()
    this.#launcher.kill()
  }

  #cancel(): void {
    this.#cancelled = true
    this.#launcher.cancel()
  }

  /** What every node has in its store: asked of those that run, read from disk of those that do not. */
  async ledgers(): Promise<readonly { readonly member: Member; readonly contents: StoreContents }[]> {
    const running = this.#phase !== 'stopping' && this.#phase !== 'stopped'
    return Promise.all(
      this.#members.map(async (member) => {
        const stored = () => storedIn(member.desk)
        return { member, contents: await (running ? member.node.contents().catch(stored) : stored()) }
      }),
    )
  }

  /** Starts one node as soon as those that it dials have started: the others load meanwhile. */
  async #launchOne(desk: Desk, preparing: Promise<Starter>, dialled: readonly number[]): Promise<Member> {
    const start = await preparing
    const peers = await Promise.all(dialled.map((index) => this.#launching[index]!))
    const node = await start(peers.flatMap(({ node: { addresses } }) => addresses))
    const member = { desk, node }
    this.#admit(member)
    return member
  }

  async #newcomer(person: Person): Promise<Member> {
    const desk = await addDesk(person, this.#options)
    await this.#options.wires?.add(desk)
    await this.rewire()
    const start = await this.#launcher.prepare(desk)
    const member = { desk, node: await start(this.#peersForOneMore()) }
    this.#admit(member)
    return member
  }

  /** Says to other programs how the swarm stands (docs/swarm.md). */
  #record(): Promise<void> {
    const state = this.#phase === 'stopped' ? 'ended' : this.#phase === 'starting' ? 'starting' : 'running'
    return this.#records.write({ state, members: this.#members, deaths: [...this.#deaths], api: this.#place })
  }

  #admit(member: Member): void {
    this.#members.push(member)
    this.#watch(member.node)
    this.#observer.joined?.(member)
    this.#report()
  }

  #watch(node: NodeHandle): void {
    node.onFact((fact) => this.#observer.fact(node.name, fact))
    node.onDeath((reason) => {
      this.#deaths.push({ name: node.name, reason, killed: false })
      if (this.#phase !== 'starting') this.#record().catch(() => {})
    })
  }

  #enter(phase: Phase): void {
    if (phase === this.#phase) return
    this.#phase = phase
    this.#observer.phase(phase)
    this.#report()
  }

  #report(): void {
    const up = this.#members.length - this.#deaths.length
    this.#observer.progress({ up, statuses: this.#statuses })
  }

  /** Polls all nodes until `done` holds. False when the time was up, the swarm was stopped, or nobody is left. */
  async #until(done: () => boolean, msMax: number): Promise<boolean> {
    const start = performance.now()
    while (!this.#cancelled && !this.#isToldToStop) {
      await this.ask()
      this.#report()
      if (done()) return true
      if (performance.now() - start > msMax || this.#deaths.length === this.#members.length) return false
      await delay(pollMs)
    }
    return false
  }

  /** Asks all nodes how they stand. */
  async ask(): Promise<void> {
    await Promise.all(this.#living().map((member) => this.#askOne(member)))
  }

  /** Its status, or that it is slow to answer: then the answer is taken when it comes. */
  async #askOne({ node }: Member): Promise<void> {
    const asking =
      this.#asked.get(node.name) ??
      node
        .status()
        .then(
          (status) => void this.#statuses.set(node.name, status),
          // A node that died is reported as such; one that is silent keeps its last status.
          () => {},
        )
        .finally(() => this.#asked.delete(node.name))
    this.#asked.set(node.name, asking)
    await Promise.race([asking, delay(answerMs, undefined, { ref: false })])
  }

  #living(): readonly Member[] {
    const dead = new Set(this.#deaths.map(({ name }) => name))
    return this.#members.filter(({ node }) => !dead.has(node.name))
  }

  #connected(): boolean {
    const living = this.#living()
    const others = living.length - 1
    return living.every(({ node }) => (this.#statuses.get(node.name)?.meshPeers ?? 0) >= Math.min(2, others))
  }

  /** Every offer is closed and every award answered. An accept that went to a seller that died is not waited for. */
  #atRest(): boolean {
    const bereaved = this.#deaths.length > 0
    return this.#living().every(({ node }) => {
      const status = this.#statuses.get(node.name)
      if (status === undefined) return false
      const { seller, buyer } = status
      const sold = seller === undefined || (seller.closeReason !== undefined && seller.unsettled === 0)
      return sold && (buyer === undefined || buyer.unsettled === 0 || bereaved)
    })
  }
}
