import type { PeerId } from '../ports/signer.js'
import type { Receiver, Transport } from '../ports/transport.js'
import type { Millis } from '../units.js'
import type { Agenda } from './agenda.js'
import { type Arrival, Mesh, nodesMax } from './mesh.js'
import type { Network } from './network.js'
import { lotOf } from './prng.js'

/** A node as the network knows it; its number is its place in the list. */
export interface Member {
  readonly id: PeerId
  /** Shards whose topics it listens to; it publishes in the first. */
  readonly shards: readonly number[]
}

export interface LinksOptions<Frame> {
  readonly agenda: Agenda
  readonly network: Network
  readonly members: readonly Member[]
  /** The size of a frame in bytes, and the largest that may be sent to one node. */
  readonly sizeOf: (frame: Frame) => number
  readonly bytesMax: number
  /** Of the meshes' wiring. */
  readonly seed: number
  /** Sees every message as it is handed over, whatever becomes of it. */
  readonly onMessage?: (message: Outgoing<Frame>) => void
}

export interface Outgoing<Frame = Uint8Array> {
  readonly from: PeerId
  /** undefined: to everyone who listens. */
  readonly to: PeerId | undefined
  readonly frame: Frame
  readonly bytes: number
  /** Copies that arrive over the mesh; 1 for a direct message. */
  readonly copies: number
}

/** What carries messages between simulated nodes: one transport for each, all over one {@link Network}. */
export class Links<Frame> {
  readonly #options: LinksOptions<Frame>
  readonly #nodes: ReadonlyMap<PeerId, number>
  /** Whoever runs at each node now. */
  readonly #receivers: (Receiver<Frame> | undefined)[]
  readonly #meshes: readonly Mesh[]
  /** Whether nodes came, went or were parted since a mesh was mended. */
  readonly #torn: boolean[]
  #groupOf: ((id: PeerId) => unknown) | undefined
  #direct = 0
  #gossip = 0

  constructor(options: LinksOptions<Frame>) {
    const { members, network, seed } = options
    if (members.length > nodesMax) throw new RangeError(`more than ${nodesMax} nodes: ${members.length}`)
    this.#options = options
    this.#nodes = new Map(members.map(({ id }, node) => [id, node]))
    this.#receivers = members.map(() => undefined)
    const listeners: number[][] = []
    for (const [node, { shards }] of members.entries()) {
      for (const shard of shards) {
        listeners[shard] ??= []
        listeners[shard].push(node)
      }
    }
    const { gossip } = network.options
    this.#meshes = Array.from(listeners, (nodes = [], shard) => new Mesh(nodes, gossip, lotOf(seed, shard)))
    this.#torn = this.#meshes.map(() => true)
  }

  /** Messages sent to one node, and copies that arrived over a mesh. */
  get traffic(): { readonly direct: number; readonly gossip: number } {
    return { direct: this.#direct, gossip: this.#gossip }
  }

  transportOf(id: PeerId): Transport<Frame> {
    const node = this.#nodeOf(id)
    return {
      publish: (frame) => this.#publish(node, frame),
      send: (to, frame) => this.#send(node, to, frame),
    }
  }

  /** From now on `receiver` gets what arrives at a node; undefined: it is down. */
  attach(id: PeerId, receiver: Receiver<Frame> | undefined): void {
    const node = this.#nodeOf(id)
    this.#receivers[node] = receiver
    for (const shard of this.#members[node]!.shards) this.#torn[shard] = true
  }

  /** From now on nothing passes between nodes for which `groupOf` differs; undefined: everything does again. */
  partition(groupOf: ((id: PeerId) => unknown) | undefined): void {
    this.#groupOf = groupOf
    this.#options.network.partition(groupOf && ((node) => groupOf(this.#members[node]!.id)))
    this.#torn.fill(true)
  }

  /** Up to `count` of those with whom a node exchanges gossip, in any of its shards. */
  neighboursOf(id: PeerId, count: number): readonly PeerId[] {
    const node = this.#nodeOf(id)
    const known = new Set<number>()
    for (const shard of this.#members[node]!.shards) {
      for (const neighbour of this.#meshOf(shard).neighboursOf(node).slice(0, count)) known.add(neighbour)
    }
    return [...known].map((neighbour) => this.#members[neighbour]!.id)
  }

  /** Calls `arrived` for each copy of something that goes from one node to another beside the market's messages. */
  pass(from: PeerId, to: PeerId, arrived: () => void): void {
    const sender = this.#nodeOf(from)
    const { network } = this.#options
    network.arrivals(sender, this.#nodeOf(to), network.nextOf(sender), (delayMs) => this.#after(delayMs, arrived))
  }

  get #members(): readonly Member[] {
    return this.#options.members
  }

  #nodeOf(id: PeerId): number {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new Error(`no such node: ${id}`)
    return node
  }

  #after(delayMs: Millis, run: () => void): void {
    const { agenda } = this.#options
    agenda.schedule((agenda.now + delayMs) as Millis, run)
  }

  #send(node: number, id: PeerId, frame: Frame): void {
    const { network, onMessage, sizeOf, bytesMax } = this.#options
    const from = this.#members[node]!.id
    this.#direct += 1
    onMessage?.({ from, to: id, frame, bytes: sizeOf(frame), copies: 1 })
    const to = this.#nodes.get(id)
    const message = network.nextOf(node)
    if (to === undefined || sizeOf(frame) > bytesMax) {
      this.#after(0 as Millis, () => this.#receivers[node]?.undelivered(id))
      return
    }
    network.arrivals(node, to, message, (delayMs) =>
      this.#after(delayMs, () => {
        const receiver = this.#receivers[to]
        if (receiver !== undefined) receiver.direct(from, frame)
        // The machine answers that nobody listens.
        else this.#after(delayMs, () => this.#receivers[node]?.undelivered(id))
      }),
    )
  }

  #publish(node: number, frame: Frame): void {
    const { network, onMessage, sizeOf } = this.#options
    const { id: from, shards } = this.#members[node]!
    const [shard] = shards
    if (shard === undefined) return
    const message = lotOf(node, network.nextOf(node))
    const { copies, arrivals } = this.#meshOf(shard).spread(node, message, network)
    this.#deliver(arrivals, (to) => this.#receivers[to]?.gossip(from, frame))
    this.#gossip += copies
    onMessage?.({ from, to: undefined, frame, bytes: sizeOf(frame), copies })
  }

  /** One entry of the agenda at a time for a whole spread: a large market has millions of arrivals before it. */
  #deliver(arrivals: readonly Arrival[], receive: (node: number) => void): void {
    const { agenda } = this.#options
    const start = agenda.now
    let next = 0
    const run = (): void => {
      for (; next < arrivals.length; next++) {
        const { node, delayMs } = arrivals[next]!
        if (start + delayMs > agenda.now) {
          agenda.schedule((start + delayMs) as Millis, run)
          return
        }
        receive(node)
      }
    }
    const first = arrivals[0]
    if (first !== undefined) agenda.schedule((start + first.delayMs) as Millis, run)
  }

  #meshOf(shard: number): Mesh {
    const mesh = this.#meshes[shard]!
    if (this.#torn[shard]) {
      this.#torn[shard] = false
      mesh.mend({
        isRunning: (node) => this.#receivers[node] !== undefined,
        groupOf: (node) => this.#groupOf?.(this.#members[node]!.id),
      })
    }
    return mesh
  }
}
