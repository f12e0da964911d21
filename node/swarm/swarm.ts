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
  /** Where each node's trace goes; undefined: none is written. */
  readonly trace: string | undefined
  /** Where captures of all nodes go; undefined: none are made. */
  readonly capture?: string | undefined
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
  /** Nodes that run. */
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
  /** By desk; filled in order. */
  readonly #launching: Promise<Member>[] = []
  readonly #deaths: Death[] = []
  readonly #statuses = new Map<string, NodeStatus>()
  #phase: Phase | 'idle' = 'idle'
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
    const { market, seed, folder, trace, capture } = this.#options
    const desks = await layOut({ folder, market, seed, trace, capture })
    this.#enter('starting')
    const dialling = new Prng(seed).fork('dialling')
    const dialled = desks.map((_, index) => peersOf(index, dialling))
    const prepare = this.#options.isolate === 'process' ? this.#child : await this.#inProcess()
    const tasks = desks.map((desk, index) => () => {
      this.#launching[index] = this.#launchOne(desk, prepare(desk), dialled[index]!)
      return this.#launching[index]
    })
    try {
      await inTurns(tasks, availableParallelism() + 1)
    } catch (error) {
      this.#cancelled = true
      throw error
    }
    await this.#writeInfo(process.pid)
    this.#enter('connecting')
    await this.#until(() => this.#connected(), meshMsMax)
  }

  /** Lets all nodes trade until every offer is closed and nothing is unsettled, or the time is up. */
  async trade(): Promise<Rest> {
    this.#enter('trading')
    // Buyers first, so that nobody misses an opening. Their answer says that they have begun: orders are obeyed in turn.
    const [sellers, buyers] = partition(this.#members, ({ desk }) => desk.person.sells !== undefined)
    for (const { node } of buyers) node.trade()
    await this.#poll()
    for (const { node } of sellers) node.trade()
    const rested = await this.#until(() => this.#atRest(), this.#options.timeLimitMs)
    if (this.#members.length === this.#deaths.length) return 'all dead'
    return rested ? 'at rest' : 'time limit'
  }

  /** Ends every node. Safe to call at any time, also while launching. */
  async stop(): Promise<void> {
    this.#cancelled = true
    if (this.#phase !== 'idle') this.#enter('stopping')
    for (const child of this.#children) if (!this.#members.some(({ node }) => node === child)) child.kill()
    await Promise.allSettled(this.#launching)
    await Promise.all(this.#members.map(({ node }) => node.stop({ withdraw: true })))
    if (this.#phase !== 'idle') await this.#writeInfo(null)
  }

  /** Ends every process of the swarm at once; synchronous, for a last resort. */
  kill(): void {
    this.#cancelled = true
    for (const child of this.#children) child.kill()
  }

  /** What every node has in its store: asked of those that run, read from disk of those that do not. */
  async ledgers(): Promise<readonly { readonly member: Member; readonly contents: StoreContents }[]> {
    const running = this.#phase !== 'stopping'
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

  /** A node in a process of its own, its code loaded. */
  readonly #child = async ({ person, config, log }: Desk): Promise<Starter> => {
    if (this.#cancelled) throw new Error('the swarm was stopped')
    const { patienceMs } = this.#options
    const child = new ChildNode({ name: person.name, config, logFile: log, patienceMs })
    this.#children.add(child)
    await child.loaded()
    return async (bootstrap) => {
      await child.start(bootstrap)
      return child
    }
  }

  /** Nodes in this process. */
  async #inProcess(): Promise<(desk: Desk) => Promise<Starter>> {
    const { startMarketNode } = await import('../market-node.js')
    const { market, rules } = this.#options.market
    const { capture } = this.#options
    return async ({ person, folder, log, trace, identitySeed }) => {
      if (this.#cancelled) throw new Error('the swarm was stopped')
      const node = {
        ...person,
        folder,
        market,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        local: true,
        identitySeed,
        rules,
        log: openLog(log, { level: 'info', node: person.name }),
        ...(trace !== undefined && { trace }),
        ...(capture !== undefined && { capture }),
      }
      return (bootstrap) => startInProcess({ node: { ...node, bootstrap }, logFile: log, start: startMarketNode })
    }
  }

  async #writeInfo(pid: number | null): Promise<void> {
    const { market, seed, folder } = this.#options
    const nodes = this.#members.map(({ desk, node }) => ({
      name: node.name,
      peerId: node.peerId,
      addresses: node.addresses,
      pid: node.pid,
      folder: desk.folder,
      config: desk.config,
      log: desk.log,
    }))
    await writeInfo(folder, { seed, market: market.market, pid, nodes })
  }

  #admit(member: Member): void {
    const { node } = member
    this.#members.push(member)
    node.onFact((fact) => this.#observer.fact(node.name, fact))
    node.onDeath((reason) => this.#deaths.push({ name: node.name, reason }))
    this.#report()
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

type Starter = (bootstrap: readonly string[]) => Promise<NodeHandle>

/** Whom the node at `index` dials: the one before it, so that all are connected, and some others, so that ways are short. */
function peersOf(index: number, prng: Prng): readonly number[] {
  if (index === 0) return []
  const earlier = Array.from({ length: index - 1 }, (_, other) => other)
  return [index - 1, ...prng.shuffled(earlier).slice(0, bootstrapPeers - 1)]
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))]
}

/** Runs all tasks in order, `width` at a time. The first failure is thrown; no task begins after it. */
async function inTurns(tasks: readonly (() => Promise<unknown>)[], width: number): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      await tasks[index]!().catch((error: unknown) => {
        next = tasks.length
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
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
