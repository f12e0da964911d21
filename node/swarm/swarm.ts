/** Launches a market's nodes on this machine, wires them, lets them trade, and watches until the market is at rest. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import { Prng } from '../../src/sim/prng.js'
import { openLog } from '../log.js'
import type { Market } from '../market-file.js'
import type { NodeStatus } from '../market-node.js'
import { ChildNode } from './child.js'
import type { Isolation } from './flags.js'
import type { NodeHandle } from './handle.js'
import { startInProcess } from './in-process.js'
import { type Desk, layOut, writeInfo } from './workspace.js'

export interface SwarmOptions {
  readonly market: Market
  /** Fixes the identities and who dials whom. */
  readonly seed: string
  readonly folder: string
  readonly isolate: Isolation
  /** How long a node may take to load, start, answer or stop. A loaded machine starts twelve at once. */
  readonly patienceMs: number
  /** How long trading may take. */
  readonly timeLimitMs: number
}

/** How the swarm stands; what an observer shows. */
export type Phase = 'starting' | 'connecting' | 'trading' | 'stopping'

export interface SwarmObserver {
  phase(phase: Phase): void
  /** Called about four times a second, and whenever a node comes up. */
  progress(progress: Progress): void
  fact(name: string, fact: Fact): void
}

export interface Progress {
  readonly phase: Phase
  readonly up: number
  readonly statuses: ReadonlyMap<string, NodeStatus>
}

/** A node with its desk. */
export interface Member {
  readonly desk: Desk
  readonly node: NodeHandle
}

export interface Death {
  readonly name: string
  readonly reason: string
}

export type Rest = 'at rest' | 'time limit' | 'all dead'

/** Peers that a starting node is told of. Three keep the mesh connected when one dies. */
const bootstrapPeers = 3
const pollMs = 250
/** How long the mesh may take to form before trading starts anyway. */
const meshMsMax = 15_000

export class Swarm {
  readonly #options: SwarmOptions
  readonly #observer: SwarmObserver
  readonly #children = new Set<ChildNode>()
  readonly #members: Member[] = []
  readonly #deaths: Death[] = []
  readonly #statuses = new Map<string, NodeStatus>()
  #phase: Phase = 'starting'
  #cancelled = false

  constructor(options: SwarmOptions, observer: SwarmObserver) {
    this.#options = options
    this.#observer = observer
  }

  get members(): readonly Member[] {
    return this.#members
  }
  /** Nodes that ended without having been asked to. */
  get deaths(): readonly Death[] {
    return this.#deaths
  }
  /** The last that each node said of itself. */
  get statuses(): ReadonlyMap<string, NodeStatus> {
    return this.#statuses
  }

  /** Starts every node and waits until the mesh has formed. @throws NodeStartError naming the node that did not start. */
  async launch(): Promise<void> {
    const { market, seed, folder } = this.#options
    this.#enter('starting')
    const desks = await layOut({ folder, market, seed })
    const dialling = new Prng(seed).fork('dialling')
    const isolated = this.#options.isolate === 'process'
    const starters = isolated ? await this.#loadChildren(desks) : await this.#inProcess(desks)
    for (const [index, start] of starters.entries()) {
      if (this.#cancelled) return
      const peers = someOf(this.#members.slice(0, index), dialling)
      const node = await start(peers.flatMap(({ node: { addresses } }) => addresses))
      this.#admit({ desk: desks[index]!, node })
    }
    await writeInfo(folder, {
      seed,
      market: market.market,
      pid: process.pid,
      nodes: this.#members.map(({ desk, node }) => ({
        name: node.name,
        peerId: node.peerId,
        addresses: node.addresses,
        pid: node.pid,
        folder: desk.folder,
        config: desk.config,
        log: desk.log,
      })),
    })
    this.#enter('connecting')
    await this.#until(() => this.#connected(), meshMsMax)
  }

  /** Lets all nodes trade until every offer is closed and nothing is unsettled, or the time is up. */
  async trade(): Promise<Rest> {
    this.#enter('trading')
    for (const { node } of this.#members) node.trade()
    const rested = await this.#until(() => this.#atRest(), this.#options.timeLimitMs)
    if (this.#members.length === this.#deaths.length) return 'all dead'
    return rested ? 'at rest' : 'time limit'
  }

  /** Ends every node. Safe to call at any time, also while launching. */
  async stop(): Promise<void> {
    this.#cancelled = true
    this.#enter('stopping')
    for (const child of this.#children) if (!this.#members.some(({ node }) => node === child)) child.kill()
    await Promise.all(this.#members.map(({ node }) => node.stop({ withdraw: true })))
  }

  /** Ends every process of the swarm at once; synchronous, for a last resort. */
  kill(): void {
    this.#cancelled = true
    for (const child of this.#children) child.kill()
  }

  /** What every node has in its store: asked of the nodes while they run, read from disk once they have stopped. */
  async ledgers(): Promise<readonly { readonly member: Member; readonly contents: StoreContents }[]> {
    const running = this.#phase !== 'stopping'
    const dead = new Set(this.#deaths.map(({ name }) => name))
    return Promise.all(
      this.#members.map(async (member) => ({
        member,
        contents: running && !dead.has(member.node.name) ? await member.node.contents() : await storedIn(member.desk),
      })),
    )
  }

  /** Loads the code of all children, a few at a time, so that starting them is quick and in order. */
  async #loadChildren(desks: readonly Desk[]): Promise<readonly Starter[]> {
    const children: (() => Promise<ChildNode>)[] = desks.map((desk) => async () => {
      const { patienceMs } = this.#options
      const child = new ChildNode({ name: desk.person.name, config: desk.config, logFile: desk.log, patienceMs })
      this.#children.add(child)
      await child.loaded()
      return child
    })
    const loaded = await inTurns(children, availableParallelism() + 1)
    return loaded.map((child) => async (bootstrap) => {
      await child.start(bootstrap)
      return child
    })
  }

  async #inProcess(desks: readonly Desk[]): Promise<readonly Starter[]> {
    const { startMarketNode } = await import('../market-node.js')
    const { market, rules } = this.#options.market
    return desks.map(({ person, folder, log, identitySeed }) => (bootstrap) => {
      const node = {
        ...person,
        folder,
        market,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        bootstrap,
        local: true,
        identitySeed,
        rules,
        log: openLog(log, { level: 'info', node: person.name }),
      }
      return startInProcess({ node, logFile: log, start: startMarketNode })
    })
  }

  #admit(member: Member): void {
    const { node } = member
    this.#members.push(member)
    node.onFact((fact) => this.#observer.fact(node.name, fact))
    node.onDeath((reason) => this.#deaths.push({ name: node.name, reason }))
    this.#report()
  }

  #enter(phase: Phase): void {
    this.#phase = phase
    this.#observer.phase(phase)
    this.#report()
  }

  #report(): void {
    const up = this.#members.length - this.#deaths.length
    this.#observer.progress({ phase: this.#phase, up, statuses: this.#statuses })
  }

  /** Polls all nodes until `done` holds. False when the time was up, the swarm was stopped, or nobody is left. */
  async #until(done: () => boolean, msMax: number): Promise<boolean> {
    const start = performance.now()
    while (!this.#cancelled) {
      await this.#poll()
      this.#report()
      if (done()) return true
      if (performance.now() - start > msMax || this.#deaths.length === this.#members.length) return false
      await delay(pollMs)
    }
    return false
  }

  async #poll(): Promise<void> {
    await Promise.all(
      this.#living().map(async ({ node }) => {
        try {
          this.#statuses.set(node.name, await node.status())
        } catch {
          // A node that died is reported as such; one that is silent keeps its last status.
        }
      }),
    )
  }

  #living(): readonly Member[] {
    const dead = new Set(this.#deaths.map(({ name }) => name))
    return this.#members.filter(({ node }) => !dead.has(node.name))
  }

  #connected(): boolean {
    const others = this.#members.length - 1
    return this.#living().every(({ node }) => (this.#statuses.get(node.name)?.meshPeers ?? 0) >= Math.min(2, others))
  }

  #atRest(): boolean {
    return this.#living().every(({ node }) => {
      const status = this.#statuses.get(node.name)
      if (status === undefined) return false
      const { seller, buyer } = status
      const sold = seller === undefined || (seller.closeReason !== undefined && seller.unsettled === 0)
      return sold && (buyer === undefined || buyer.unsettled === 0)
    })
  }
}

type Starter = (bootstrap: readonly string[]) => Promise<NodeHandle>

/** The latest member and some earlier ones: a chain, so that all are connected, with shortcuts, so that it is short. */
function someOf(members: readonly Member[], prng: Prng): readonly Member[] {
  const latest = members.at(-1)
  if (latest === undefined) return []
  return [latest, ...prng.shuffled(members.slice(0, -1)).slice(0, bootstrapPeers - 1)]
}

/** Runs all tasks, `width` at a time; results in the order of the tasks. The first failure is thrown. */
async function inTurns<T>(tasks: readonly (() => Promise<T>)[], width: number): Promise<readonly T[]> {
  const results = new Array<T>(tasks.length)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) results[index] = await tasks[index]!()
  }
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, worker))
  return results
}

async function storedIn({ folder }: Desk): Promise<StoreContents> {
  const { LevelStore } = await import('../store-level.js')
  const store = await LevelStore.open(join(folder, 'store'))
  try {
    return await store.contents()
  } finally {
    await store.close()
  }
}
