import type { PeerId } from '../ports/signer.js'
import type { Receiver, Transport } from '../ports/transport.js'
import type { Millis } from '../units.js'
import type { Agenda } from './agenda.js'
import { type Division, isOwn, partOf, undivided } from './division.js'
import { arrivalOf, type Letter, type Mail, type Packing, plainPacking, reframed, type Spreading } from './mail.js'
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
  /** What a node that runs answers to another that asks for the offers it knows. Default: none. */
  readonly offersOf?: (node: number, asker: Member) => readonly Frame[]
  /** Which nodes are carried here; for the others there is mail. Default: all. */
  readonly division?: Division
  readonly packing?: Packing<Frame>
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
  readonly #division: Division
  readonly #packing: Packing<Frame>
  readonly #nodes: ReadonlyMap<PeerId, number>
  /** Whoever runs at each node now; of other parts' nodes it is only known whether somebody does. */
  readonly #receivers: (Receiver<Frame> | undefined)[]
  readonly #running: boolean[]
  /** Who listens to each shard. */
  readonly #listeners: readonly (readonly number[])[]
  /** Made when somebody first publishes there. */
  readonly #meshes: (Mesh | undefined)[]
  /** Whether nodes came, went or were parted since a mesh was mended. */
  readonly #torn: boolean[]
  /** Mail to each other part. */
  #outgoing: Mail<unknown>[][]
  #groupOf: ((id: PeerId) => unknown) | undefined
  #direct = 0
  #gossip = 0

  constructor(options: LinksOptions<Frame>) {
    const { members, division = undivided, packing = plainPacking } = options
    if (members.length > nodesMax) throw new RangeError(`more than ${nodesMax} nodes: ${members.length}`)
    this.#options = options
    this.#division = division
    this.#packing = packing as Packing<Frame>
    this.#nodes = new Map(members.map(({ id }, node) => [id, node]))
    this.#receivers = members.map(() => undefined)
    this.#running = members.map(() => false)
    this.#listeners = listenersOf(members)
    this.#meshes = this.#listeners.map(() => undefined)
    this.#torn = this.#listeners.map(() => true)
    this.#outgoing = Array.from({ length: division.parts }, () => [])
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
    this.#receivers[this.#nodeOf(id)] = receiver
    this.mark(id, receiver !== undefined)
  }

  /** From now on a node of another part runs, or is down. */
  mark(id: PeerId, isRunning: boolean): void {
    const node = this.#nodeOf(id)
    this.#running[node] = isRunning
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
    return this.#neighboursOf(this.#nodeOf(id), count).map((neighbour) => this.#members[neighbour]!.id)
  }

  /** Offer sync: asks so many neighbours what they know of the shards that a node listens to. It hears it a round trip later. */
  sync(id: PeerId, peers: number): void {
    const from = this.#nodeOf(id)
    for (const to of this.#neighboursOf(from, peers)) {
      this.#pass(from, to, (at) => ({ type: 'ask', at, order: this.#orderOf(from), from, to }))
    }
  }

  /** What has to go to another part; it is gone from here. */
  takeMailTo(part: number): readonly Mail<unknown>[] {
    const mail = this.#outgoing[part]!
    this.#outgoing[part] = []
    return mail
  }

  /** Mail from other parts, none of it late. */
  receive(mails: readonly Mail<unknown>[]): void {
    for (const mail of mails) {
      if (arrivalOf(mail) <= this.#options.agenda.now) throw new Error('mail from another part came late')
      const unpacked = reframed(mail, (packed) => this.#packing.unpack(packed))
      if (unpacked.type === 'spread') this.#scatter(unpacked)
      else this.#expect(unpacked)
    }
  }

  get #members(): readonly Member[] {
    return this.#options.members
  }

  #nodeOf(id: PeerId): number {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new Error(`no such node: ${id}`)
    return node
  }

  #neighboursOf(node: number, count: number): readonly number[] {
    const known = new Set<number>()
    for (const shard of this.#members[node]!.shards) {
      for (const neighbour of this.#meshOf(shard).neighboursOf(node).slice(0, count)) known.add(neighbour)
    }
    return [...known]
  }

  #orderOf(node: number): number {
    return this.#options.agenda.orderOf(node + 1)
  }

  #send(from: number, id: PeerId, frame: Frame): void {
    const { agenda, network, onMessage, sizeOf, bytesMax } = this.#options
    this.#direct += 1
    onMessage?.({ from: this.#members[from]!.id, to: id, frame, bytes: sizeOf(frame), copies: 1 })
    const to = this.#nodes.get(id)
    const message = network.nextOf(from)
    if (to === undefined || sizeOf(frame) > bytesMax) {
      this.#expect({ type: 'undelivered', at: agenda.now, order: this.#orderOf(from), from, to: from, about: id })
      return
    }
    network.arrivals(from, to, message, (delayMs) => {
      const at = (agenda.now + delayMs) as Millis
      this.#post({ type: 'direct', at, order: this.#orderOf(from), from, to, frame, delayMs })
    })
  }

  /** A letter beside the market's messages, once for each copy of it that arrives. */
  #pass(from: number, to: number, letterAt: (at: Millis) => Letter<Frame>): void {
    const { agenda, network } = this.#options
    network.arrivals(from, to, network.nextOf(from), (delayMs) =>
      this.#post(letterAt((agenda.now + delayMs) as Millis)),
    )
  }

  #post(letter: Letter<Frame>): void {
    if (isOwn(letter.to, this.#division)) this.#expect(letter)
    else this.#leave(partOf(letter.to, this.#division), letter)
  }

  #leave(part: number, mail: Mail<Frame>): void {
    this.#outgoing[part]!.push(reframed(mail, (frame) => this.#packing.pack(frame)))
  }

  #expect(letter: Letter<Frame>): void {
    this.#options.agenda.place(letter.at, letter.order, () => this.#open(letter))
  }

  #open(letter: Letter<Frame>): void {
    const { from, to } = letter
    const receiver = this.#receivers[to]
    switch (letter.type) {
      case 'direct': {
        const { id } = this.#members[from]!
        if (receiver !== undefined) receiver.direct(id, letter.frame)
        // The machine answers that nobody listens.
        else this.#refuse(letter)
        break
      }
      case 'undelivered':
        receiver?.undelivered(letter.about)
        break
      case 'ask': {
        if (receiver === undefined) return
        const frames = this.#options.offersOf?.(to, this.#members[from]!) ?? []
        this.#pass(to, from, (at) => ({ type: 'page', at, order: this.#orderOf(to), from: to, to: from, frames }))
        break
      }
      case 'page':
        // Each of them may end the node.
        for (const frame of letter.frames) this.#receivers[to]?.gossip(this.#members[from]!.id, frame)
        break
    }
  }

  #refuse({ at, from, to, delayMs }: Extract<Letter<Frame>, { type: 'direct' }>): void {
    const about = this.#members[to]!.id
    const back = (at + delayMs) as Millis
    this.#post({ type: 'undelivered', at: back, order: this.#orderOf(to), from: to, to: from, about })
  }

  #publish(from: number, frame: Frame): void {
    const { network, onMessage, sizeOf } = this.#options
    const { id, shards } = this.#members[from]!
    const [shard] = shards
    if (shard === undefined) return
    const message = lotOf(from, network.nextOf(from))
    const { copies, arrivals } = this.#meshOf(shard).spread(from, message, network)
    const order = this.#orderOf(from)
    for (const [part, dealt] of this.#dealt(arrivals).entries()) {
      if (dealt.length === 0) continue
      const spreading: Spreading<Frame> = { type: 'spread', order, from, frame, arrivals: dealt }
      if (part === this.#division.part) this.#scatter(spreading)
      else this.#leave(part, spreading)
    }
    this.#gossip += copies
    onMessage?.({ from: id, to: undefined, frame, bytes: sizeOf(frame), copies })
  }

  /** Of each part its arrivals. */
  #dealt(arrivals: readonly Arrival[]): readonly (readonly number[])[] {
    const { now } = this.#options.agenda
    const dealt: number[][] = Array.from({ length: this.#division.parts }, () => [])
    for (const { node, delayMs } of arrivals) dealt[partOf(node, this.#division)]!.push(node, now + delayMs)
    return dealt
  }

  /** One entry of the agenda at a time for a whole spread: a large market has millions of arrivals before it. */
  #scatter({ from, frame, arrivals, order }: Spreading<Frame>): void {
    const { agenda } = this.#options
    const { id } = this.#members[from]!
    let next = 0
    const run = (): void => {
      for (; next < arrivals.length; next += 2) {
        const at = arrivals[next + 1]! as Millis
        if (at > agenda.now) {
          agenda.place(at, order, run)
          return
        }
        this.#receivers[arrivals[next]!]?.gossip(id, frame)
      }
    }
    agenda.place(arrivals[1]! as Millis, order, run)
  }

  #meshOf(shard: number): Mesh {
    const { network, seed } = this.#options
    this.#meshes[shard] ??= new Mesh(this.#listeners[shard]!, network.options.gossip, lotOf(seed, shard))
    const mesh = this.#meshes[shard]
    if (this.#torn[shard]) {
      this.#torn[shard] = false
      mesh.mend({
        isRunning: (node) => this.#running[node]!,
        groupOf: (node) => this.#groupOf?.(this.#members[node]!.id),
      })
    }
    return mesh
  }
}

function listenersOf(members: readonly Member[]): readonly (readonly number[])[] {
  const listeners: number[][] = []
  for (const [node, { shards }] of members.entries()) {
    for (const shard of shards) {
      listeners[shard] ??= []
      listeners[shard].push(node)
    }
  }
  return Array.from(listeners, (nodes = []) => nodes)
}
