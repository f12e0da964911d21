/**
 * A market of participants in virtual time: the shipped agents, driver, codec and admission rules, with only the
 * network, the clock and the disk replaced. Everything that happens follows from the seed.
 */
import type { AgentEvent, Effect, Fact } from '../agent/agent.js'
import { Participant } from '../agent/participant.js'
import type { BuyPlan, Rules, SellPlan } from '../agent/rules.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { StoreContents } from '../ports/store.js'
import type { Transport } from '../ports/transport.js'
import type { Wire } from '../protocol/codec.js'
import { listenedShards, shardOf } from '../protocol/topics.js'
import { Driver, defaultDriverLimits } from '../runtime/driver.js'
import type { Millis } from '../units.js'
import { Agenda } from './agenda.js'
import { Disk } from './disk.js'
import { epoch, type Host, HostClock, storeOn } from './host.js'
import { Mesh, nodesMax } from './mesh.js'
import { Network, type NetworkOptions } from './network.js'
import { lotOf, type Prng } from './prng.js'
import { sharedByteWire } from './wire.js'

export interface WorldOptions<Frame = Uint8Array> {
  readonly market: string
  readonly rules: Rules
  readonly random: Prng
  readonly network: NetworkOptions
  readonly people: readonly SimulatedPerson[]
  readonly verifier: Verifier
  /** Default: bytes, through the real codec. */
  readonly wire?: Wire<Frame>
  /** Shards of the offers' gossip, and how many of them a buyer listens to. Default: one. */
  readonly shards?: { readonly count: number; readonly heard: number }
  readonly onFact?: (person: string, fact: Fact, now: Millis) => void
  /** Sees every step of every node. */
  readonly onStep?: (step: Step) => void
  /** Sees every message as it is handed to the network, whatever becomes of it. */
  readonly onMessage?: (message: Outgoing<Frame>) => void
  /** Asked at every moment at which a node can end; it crashes there when this returns true. */
  readonly crashes?: (person: SimulatedPerson, moment: Moment) => boolean
}

export interface Step {
  readonly person: SimulatedPerson
  readonly participant: Participant
  readonly now: Millis
  readonly event: AgentEvent
  readonly effects: readonly Effect[]
}

/**
 * When a node can end with something to lose: after a step and before its first effect, after all effects up to a save and
 * before that is in place, and after a save is in place and before anything that waited for it.
 */
export type Moment = 'stepped' | 'saving' | 'saved'

export interface Outgoing<Frame = Uint8Array> {
  readonly from: PeerId
  /** undefined: to everyone who listens. */
  readonly to: PeerId | undefined
  readonly bytes: Frame
  /** Copies on the mesh; 1 for a direct message. */
  readonly copies: number
}

export interface SimulatedPerson {
  readonly name: string
  readonly signer: Signer
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
}

type Machine<Frame> = Host<Frame> & { readonly person: SimulatedPerson }

/** A node that comes back asks so many others for the offers that they know. */
const syncPeers = 3

export class World<Frame = Uint8Array> {
  readonly #options: WorldOptions<Frame>
  readonly #wire: Wire<Frame>
  readonly #shards: NonNullable<WorldOptions['shards']>
  readonly #agenda = new Agenda()
  readonly #network: Network
  readonly #hosts: Machine<Frame>[] = []
  readonly #byId = new Map<PeerId, Machine<Frame>>()
  readonly #meshes: readonly Mesh[]
  /** Whether nodes came, went or were parted since the meshes were mended. */
  readonly #torn: boolean[]
  #groupOf: ((id: PeerId) => unknown) | undefined
  #directMessages = 0
  #gossipMessages = 0

  constructor(options: WorldOptions<Frame>) {
    const { people, network, random, shards = { count: 1, heard: 1 } } = options
    this.#shards = shards
    if (people.length > nodesMax) throw new RangeError(`more than ${nodesMax} people: ${people.length}`)
    this.#options = options
    this.#wire = options.wire ?? (sharedByteWire() as unknown as Wire<Frame>)
    const seed = `${random.fork('network').below(2 ** 32)}`
    this.#network = new Network(network, { seed, nodes: people.length })
    for (const [node, person] of people.entries()) this.#add(node, person)
    const meshSeed = random.fork('mesh').below(2 ** 32)
    this.#meshes = Array.from({ length: shards.count }, (_, shard) => {
      const members = this.#hosts.filter((host) => host.shards.includes(shard)).map(({ node }) => node)
      return new Mesh(members, network.gossip, lotOf(meshSeed, shard))
    })
    this.#torn = this.#meshes.map(() => true)
  }

  get now(): Millis {
    return (epoch + this.#agenda.now) as Millis
  }

  get elapsedMs(): Millis {
    return this.#agenda.now
  }

  /** Messages sent to one node, and copies that arrived over a mesh. */
  get traffic(): { readonly direct: number; readonly gossip: number } {
    return { direct: this.#directMessages, gossip: this.#gossipMessages }
  }

  participant(id: PeerId): Participant {
    return this.#host(id).participant
  }

  isRunning(id: PeerId): boolean {
    return this.#host(id).driver !== undefined
  }

  disk(id: PeerId): StoreContents {
    return this.#host(id).disk.contents()
  }

  /** Starts a node, with what its disk holds and its neighbours know. */
  start(id: PeerId): void {
    const host = this.#host(id)
    this.#boot(host).start()
    this.#sync(host)
  }

  #boot(host: Machine<Frame>): Driver<Frame> {
    const { market, verifier, onFact } = this.#options
    host.participant = this.#participant(host.person, host.disk.contents())
    const driver: Driver<Frame> = new Driver<Frame>({
      agent: host.participant,
      market,
      wire: this.#wire,
      signer: host.person.signer,
      verifier,
      clock: host.clock,
      store: storeOn(host.disk, this.#agenda, {
        before: () => host.driver === driver && this.#crashesAt(host, 'saving'),
        after: () => host.driver === driver && this.#crashesAt(host, 'saved'),
      }),
      limits: defaultDriverLimits,
      trace: { step: (now, event, effects) => this.#stepped(host, { now, event, effects }) },
      onFact: (fact) => onFact?.(host.person.name, fact, this.now),
      onFailure: (error) => {
        throw error
      },
    })
    host.driver = driver
    this.#tear(host)
    driver.attach(this.#transport(host))
    return driver
  }

  /** Starts everybody at once: whoever hears of it first has a mesh of all. */
  startAll(): void {
    for (const host of this.#hosts) this.#boot(host)
    for (const host of this.#hosts) host.driver?.start()
  }

  /** Ends a node: what it had not yet sent or saved is gone, and with its power also what it had not synced. */
  crash(id: PeerId, { powerLoss = false } = {}): void {
    const host = this.#host(id)
    host.driver?.stop()
    host.driver = undefined
    this.#tear(host)
    if (powerLoss) host.disk = host.disk.afterPowerLoss()
  }

  /** From now on nothing that is sent passes between nodes for which `groupOf` differs. */
  partition(groupOf: (id: PeerId) => unknown): void {
    this.#groupOf = groupOf
    this.#network.partition((node) => groupOf(this.#hosts[node]!.id))
    this.#torn.fill(true)
  }

  /** Everybody reaches everybody again, and asks others for what it missed. */
  heal(): void {
    this.#groupOf = undefined
    this.#network.partition(undefined)
    this.#torn.fill(true)
    for (const host of this.#hosts) if (host.driver !== undefined) this.#sync(host)
  }

  /** Runs until `done`, or until `elapsedMsMax` of virtual time; returns whether it was done. */
  runUntil(done: () => boolean, elapsedMsMax: Millis): boolean {
    while (!done()) {
      if (this.#agenda.now > elapsedMsMax || !this.#agenda.advance()) return done()
    }
    return true
  }

  /** Calls `action` after `delayMs`. */
  after(delayMs: Millis, action: () => void): void {
    this.#agenda.schedule((this.#agenda.now + delayMs) as Millis, action)
  }

  #add(node: number, person: SimulatedPerson): void {
    const { signer, sells, wants } = person
    const shards = this.#shards
    const published = sells === undefined ? [] : [shardOf(signer.id, shards.count)]
    const heard = wants === undefined ? [] : listenedShards(signer.id, shards)
    const clock = new HostClock(this.#agenda, this.#network.skewOf(node))
    const host: Machine<Frame> = {
      node,
      id: signer.id,
      person,
      shards: [...new Set([...published, ...heard])],
      clock,
      disk: new Disk(),
      participant: this.#participant(person, []),
      driver: undefined,
    }
    this.#hosts.push(host)
    this.#byId.set(signer.id, host)
  }

  #host(id: PeerId): Machine<Frame> {
    const host = this.#byId.get(id)
    if (host === undefined) throw new Error(`no such node: ${id}`)
    return host
  }

  #participant(person: SimulatedPerson, restored: StoreContents): Participant {
    const { market, rules, random, verifier } = this.#options
    const { signer, sells, wants } = person
    return new Participant({
      signer,
      verifier,
      market,
      rules,
      random: random.fork(signer.id),
      addresses: [],
      sells,
      wants,
      restored,
    })
  }

  #stepped(host: Machine<Frame>, step: Pick<Step, 'now' | 'event' | 'effects'>): void {
    const { person, participant } = host
    this.#options.onStep?.({ person, participant, ...step })
    if (step.effects.length > 0) this.#crashesAt(host, 'stepped')
  }

  #crashesAt(host: Machine<Frame>, moment: Moment): boolean {
    const crashes = this.#options.crashes?.(host.person, moment) === true
    if (crashes) this.crash(host.id)
    return crashes
  }

  #transport(from: Machine<Frame>): Transport<Frame> {
    return {
      publish: (frame) => this.#publish(from, frame),
      send: (id, frame) => this.#send(from, id, frame),
    }
  }

  #send(from: Machine<Frame>, id: PeerId, frame: Frame): void {
    this.#options.onMessage?.({ from: from.id, to: id, bytes: frame, copies: 1 })
    this.#directMessages += 1
    const to = this.#byId.get(id)
    if (to === undefined) return
    this.#network.arrivals(from.node, to.node, this.#network.nextOf(from.node), (delayMs) =>
      this.after(delayMs, () => {
        if (to.driver !== undefined) to.driver.direct(from.id, frame)
        // The machine is there and says that nobody listens.
        else this.after(delayMs, () => from.driver?.undelivered(id))
      }),
    )
  }

  #publish(from: Machine<Frame>, frame: Frame): void {
    const [shard] = from.shards
    if (shard === undefined) return
    const before = this.#gossipMessages
    const message = this.#network.nextOf(from.node)
    const deliver = (node: number, delayMs: Millis) =>
      this.after(delayMs, () => this.#hosts[node]!.driver?.gossip(from.id, frame))
    if (this.#options.network.gossip.degree === 0) {
      for (const { node, shards } of this.#hosts) {
        if (node === from.node || !shards.includes(shard)) continue
        this.#network.arrivals(from.node, node, message, (delayMs) => {
          this.#gossipMessages += 1
          deliver(node, delayMs)
        })
      }
    } else {
      const lot = lotOf(from.node, message)
      this.#gossipMessages += this.#meshOf(shard).spread(from.node, lot, this.#network, deliver).copies
    }
    const copies = this.#gossipMessages - before
    this.#options.onMessage?.({ from: from.id, to: undefined, bytes: frame, copies })
  }

  #meshOf(shard: number): Mesh {
    const mesh = this.#meshes[shard]!
    if (this.#torn[shard]) {
      this.#torn[shard] = false
      mesh.mend({
        isRunning: (node) => this.#hosts[node]!.driver !== undefined,
        groupOf: (node) => this.#groupOf?.(this.#hosts[node]!.id),
      })
    }
    return mesh
  }

  #tear(host: Machine<Frame>): void {
    for (const shard of host.shards) this.#torn[shard] = true
  }

  /** Offer sync: what a few neighbours know of the shards that are listened to, a round trip later. */
  #sync(host: Machine<Frame>): void {
    for (const shard of host.shards) {
      for (const node of this.#meshOf(shard).neighboursOf(host.node).slice(0, syncPeers)) {
        const peer = this.#hosts[node]!
        this.#network.arrivals(host.node, node, this.#network.nextOf(host.node), (thereMs) =>
          this.after(thereMs, () => this.#answerSync(peer, host)),
        )
      }
    }
  }

  #answerSync(from: Machine<Frame>, to: Machine<Frame>): void {
    if (from.driver === undefined) return
    const { count } = this.#shards
    const offers = from.participant
      .page('', Number.MAX_SAFE_INTEGER)
      .offers.filter(({ signer }) => to.shards.includes(shardOf(signer, count)))
      .map((offer) => this.#wire.encode(offer))
    this.#network.arrivals(from.node, to.node, this.#network.nextOf(from.node), (backMs) =>
      this.after(backMs, () => {
        for (const offer of offers) to.driver?.gossip(from.id, offer)
      }),
    )
  }
}
