/** Nodes in processes of their own that are killed and come back, and a memory of everything they ever said. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeStatus } from '../../node/market-node.js'
import { LevelStore } from '../../node/store-level.js'
import { ChildNode } from '../../node/swarm/child.js'
import { type Desk, layOut } from '../../node/swarm/workspace.js'
import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import type { Digest } from '../../src/protocol/message.js'
import type { Person } from '../../src/sim/population.js'
import { Prng } from '../../src/sim/prng.js'
import { grown, marketOf, rewriteConfig, type Size } from './people.js'

export interface KillSwarmOptions extends Size {
  readonly seed: string
  readonly folder: string
}

/** A receipt that somebody once told of. */
export interface Told {
  readonly award: Digest
  readonly by: string
  readonly as: 'sold' | 'bought'
}

const patienceMs = 60_000
const pollMs = 300

interface Seat {
  readonly desk: Desk
  person: Person
  node: ChildNode
  /** Its peer id, once it has said so. */
  id: string | undefined
  /** Returned from its last kill, or still on its way. */
  revival: Promise<void>
  down: boolean
}

export class KillSwarm {
  readonly #options: KillSwarmOptions
  readonly #prng: Prng
  readonly #seats: Seat[] = []
  readonly #killed = new WeakSet<ChildNode>()
  readonly #listeners = new Set<(name: string, fact: Fact) => void>()
  /** What went wrong besides the laws: a node that ended by itself, or would not start again. */
  readonly failures: string[] = []
  readonly told: Told[] = []
  #over = false

  constructor(options: KillSwarmOptions) {
    this.#options = options
    this.#prng = new Prng(options.seed).fork('growth')
  }

  get names(): readonly string[] {
    return this.#seats.map(({ desk }) => desk.person.name)
  }

  /** @throws NodeStartError */
  async launch(): Promise<void> {
    const { seed, folder, sellers, buyers } = this.#options
    const market = marketOf({ sellers, buyers }, new Prng(seed).fork('people'))
    const desks = await layOut({ folder, market, seed, trace: undefined })
    for (const desk of desks) {
      const node = this.#fork(desk)
      const seat = { desk, person: desk.person, node, id: undefined, revival: Promise.resolve(), down: true }
      this.#seats.push(seat)
      await this.#start(seat)
    }
  }

  /** Kills a node this instant, whatever it does, and starts it again with more to trade. Does nothing while it is down. */
  kill(name: string, { grow }: { readonly grow: boolean }): boolean {
    const seat = this.#seats.find(({ desk }) => desk.person.name === name)!
    // One that is starting may well be hit, but not before its process runs.
    if (this.#killed.has(seat.node) || this.#over) return false
    this.#killed.add(seat.node)
    seat.node.kill()
    seat.down = true
    seat.revival = this.#revive(seat, grow).catch((error: Error) => void this.failures.push(error.message))
    return true
  }

  onFact(listener: (name: string, fact: Fact) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Until everybody is back, every offer has ended and nothing is unsettled, or the time is up. */
  async rest(msMax: number): Promise<boolean> {
    const end = performance.now() + msMax
    while (performance.now() < end && !this.#over && this.failures.length === 0) {
      await Promise.all(this.#seats.map(({ revival }) => revival))
      const statuses = await Promise.all(this.#seats.map(({ node }) => node.status().catch(() => undefined)))
      if (statuses.every((status) => status !== undefined && isAtRest(status))) return true
      await delay(pollMs)
    }
    return false
  }

  async stop(): Promise<void> {
    this.#over = true
    await Promise.all(this.#seats.map(({ revival }) => revival))
    await Promise.all(this.#seats.map(({ node }) => node.stop({ withdraw: true })))
  }

  killAll(): void {
    this.#over = true
    for (const { node } of this.#seats) node.kill()
  }

  /** What everybody's store holds, once they have stopped. */
  async ledgers(): Promise<readonly (Person & { readonly id: string; readonly contents: StoreContents })[]> {
    return Promise.all(
      this.#seats.map(async ({ desk, person, id }) => {
        const store = await LevelStore.open(join(desk.folder, 'store'))
        const contents = await store.contents()
        await store.close()
        return { ...person, id: id!, contents }
      }),
    )
  }

  async #revive(seat: Seat, grow: boolean): Promise<void> {
    await seat.node.stop({ withdraw: false })
    if (this.#over) return
    if (grow) {
      seat.person = grown(seat.person, this.#prng)
      await rewriteConfig(seat.desk.config, seat.person)
    }
    seat.node = this.#fork(seat.desk)
    await this.#start(seat)
  }

  async #start(seat: Seat): Promise<void> {
    const { node } = seat
    try {
      await node.loaded()
      await node.start({ bootstrap: this.#addresses() })
      node.trade()
    } catch (error) {
      // Hit while it was starting: whoever killed it starts it again.
      if (!this.#killed.has(node) && !this.#over) throw error
      return
    }
    seat.id = node.peerId
    seat.down = false
  }

  #fork(desk: Desk): ChildNode {
    const { name } = desk.person
    const node = new ChildNode({ name, config: desk.config, logFile: desk.log, patienceMs })
    node.onDeath((reason) => this.failures.push(reason))
    node.onFact((fact) => {
      if (fact.type === 'sold' || fact.type === 'bought')
        this.told.push({ award: fact.receipt.award, by: name, as: fact.type })
      for (const listener of this.#listeners) listener(name, fact)
    })
    return node
  }

  #addresses(): readonly string[] {
    return this.#seats.filter(({ down }) => !down).flatMap(({ node }) => node.addresses)
  }
}

function isAtRest({ seller, buyer }: NodeStatus): boolean {
  const sold = seller === undefined || (!seller.open && seller.unsettled === 0)
  return sold && (buyer === undefined || buyer.unsettled === 0)
}
