/**
 * A market of participants in virtual time: the shipped agents, driver, codec and admission rules, with only the
 * network, the clock and the disk replaced. Everything that happens follows from the seed.
 */
import type { Command, Fact } from '../agent/agent.js'
import { Participant, type ParticipantOptions } from '../agent/participant.js'
import type { BuyPlan, Rules, SellPlan } from '../agent/rules.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { StoreContents } from '../ports/store.js'
import type { Wire } from '../protocol/codec.js'
import { limits } from '../protocol/message.js'
import { listenedShards, shardOf } from '../protocol/topics.js'
import { Driver, defaultDriverLimits } from '../runtime/driver.js'
import { recorded } from '../runtime/recording.js'
import type { TraceLine } from '../runtime/trace-line.js'
import type { Millis } from '../units.js'
import { Agenda } from './agenda.js'
import { Disk } from './disk.js'
import { DiskStore, epoch, type Host, HostClock } from './host.js'
import { Links, type Outgoing } from './links.js'
import { Network, type NetworkOptions } from './network.js'
import type { Prng } from './prng.js'
import type { Step } from './watch/step.js'

export interface WorldOptions<Frame = Uint8Array> {
  readonly market: string
  readonly rules: Rules
  readonly random: Prng
  readonly network: NetworkOptions
  readonly people: readonly SimulatedPerson[]
  readonly verifier: Verifier
  /** How messages pass: as bytes through the real codec, or as objects. */
  readonly wire: Wire<Frame>
  /** Shards of the offers' gossip, and how many of them a buyer listens to. Default: one. */
  readonly shards?: { readonly count: number; readonly heard: number }
  readonly onFact?: (person: string, fact: Fact, now: Millis) => void
  /** Sees every run and every step of every node, as its trace has them. Messages must pass as bytes. */
  readonly onTrace?: (person: string, line: TraceLine) => void
  /** Sees every step of every node before any of its effects is carried out. */
  readonly onStep?: (step: Step) => void
  /** Sees every message as it is handed to the network, whatever becomes of it. */
  readonly onMessage?: (message: Outgoing<Frame>) => void
  /** Asked at every moment at which a node can end; it crashes there when this returns true. */
  readonly crashes?: (person: SimulatedPerson, moment: Moment) => boolean
}

/**
 * When a node can end with something to lose: after a step and before its first effect, after all effects up to a save and
 * before that is in place, and after a save is in place and before anything that waited for it.
 */
export type Moment = 'stepped' | 'saving' | 'saved'

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
  readonly #shards: NonNullable<WorldOptions['shards']>
  readonly #agenda = new Agenda()
  readonly #hosts: ReadonlyMap<PeerId, Machine<Frame>>
  readonly #links: Links<Frame>
  #steps = 0

  constructor(options: WorldOptions<Frame>) {
    const { people, random, shards = { count: 1, heard: 1 }, wire, onMessage } = options
    this.#options = options
    this.#shards = shards
    const seed = random.fork('network').below(2 ** 32)
    const network = new Network(options.network, { seed, nodes: people.length })
    const hosts = people.map((person, node) => this.#hostOf(person, network.skewOf(node)))
    this.#hosts = new Map(hosts.map((host) => [host.id, host]))
    this.#links = new Links({
      agenda: this.#agenda,
      network,
      members: hosts,
      sizeOf: wire.sizeOf,
      bytesMax: limits.directBytesMax,
      seed,
      ...(onMessage && { onMessage }),
    })
  }

  get now(): Millis {
    return (epoch + this.#agenda.now) as Millis
  }

  get elapsedMs(): Millis {
    return this.#agenda.now
  }

  /** Steps that all nodes took together. */
  get steps(): number {
    return this.#steps
  }

  get traffic(): Links<Frame>['traffic'] {
    return this.#links.traffic
  }

  participant(id: PeerId): Participant {
    return this.#host(id).participant
  }

  /** By a node's own clock. */
  nowAt(id: PeerId): Millis {
    return this.#host(id).clock.now()
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
    const { market, verifier, onFact, onStep, onTrace } = this.#options
    const { name } = host.person
    const given = this.#participantOptions(host.person, host.disk.contents())
    const recording = onTrace && recorded(given, { name, signatures: 'simulated', sink: (line) => onTrace(name, line) })
    host.participant = recording?.participant ?? new Participant(given)
    const driver: Driver<Frame> = new Driver<Frame>({
      agent: host.participant,
      market,
      wire: this.#options.wire,
      signer: host.person.signer,
      verifier,
      clock: host.clock,
      store: new DiskStore(host.disk, this.#agenda, {
        before: () => host.driver === driver && this.#crashesAt(host, 'saving'),
        after: () => host.driver === driver && this.#crashesAt(host, 'saved'),
      }),
      limits: defaultDriverLimits,
      trace: {
        step: (now, event, effects) => {
          recording?.trace.step(now, event, effects)
          this.#steps += 1
          if (onStep !== undefined) {
            const { person, participant } = host
            onStep({ person, participant, now, event, effects, backlog: driver.backlog })
          }
          if (effects.length > 0) this.#crashesAt(host, 'stepped')
        },
      },
      onFact: (fact) => onFact?.(name, fact, this.now),
      onFailure: (error) => {
        throw error
      },
    })
    host.driver = driver
    this.#links.attach(host.id, driver)
    driver.attach(this.#links.transportOf(host.id))
    return driver
  }

  /** Starts everybody at once: whoever hears of it first has a mesh of all. */
  startAll(): void {
    for (const host of this.#hosts.values()) this.#boot(host)
    for (const host of this.#hosts.values()) host.driver?.start()
  }

  /** Ends a node: what it had not yet sent or saved is gone, and with its power also what it had not synced. */
  crash(id: PeerId, { powerLoss = false } = {}): void {
    const host = this.#host(id)
    host.driver?.stop()
    host.driver = undefined
    this.#links.attach(id, undefined)
    if (powerLoss) host.disk = host.disk.afterPowerLoss()
  }

  /** Its person tells a node something; one that is down does not hear it. */
  command(id: PeerId, command: Command): void {
    this.#host(id).driver?.command(command)
  }

  /** From now on nothing that is sent passes between nodes for which `groupOf` differs. */
  partition(groupOf: (id: PeerId) => unknown): void {
    this.#links.partition(groupOf)
  }

  /** Everybody reaches everybody again, and asks others for what it missed. */
  heal(): void {
    this.#links.partition(undefined)
    for (const host of this.#hosts.values()) if (host.driver !== undefined) this.#sync(host)
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

  #hostOf(person: SimulatedPerson, skewMs: number): Machine<Frame> {
    const { signer, sells, wants } = person
    // Whoever comes with no plan may be told one of either kind.
    const either = sells === undefined && wants === undefined
    const published = sells === undefined && !either ? [] : [shardOf(signer.id, this.#shards.count)]
    const heard = wants === undefined && !either ? [] : listenedShards(signer.id, this.#shards)
    return {
      id: signer.id,
      person,
      shards: [...new Set([...published, ...heard])],
      clock: new HostClock(this.#agenda, skewMs),
      disk: new Disk(),
      participant: new Participant(this.#participantOptions(person, [])),
      driver: undefined,
    }
  }

  #host(id: PeerId): Machine<Frame> {
    const host = this.#hosts.get(id)
    if (host === undefined) throw new Error(`no such node: ${id}`)
    return host
  }

  #participantOptions({ signer, sells, wants }: SimulatedPerson, restored: StoreContents): ParticipantOptions {
    const { market, rules, random, verifier } = this.#options
    return {
      signer,
      verifier,
      market,
      rules,
      random: random.fork(signer.id),
      addresses: [],
      sells,
      wants,
      restored,
    }
  }

  #crashesAt(host: Machine<Frame>, moment: Moment): boolean {
    const crashes = this.#options.crashes?.(host.person, moment) === true
    if (crashes) this.crash(host.id)
    return crashes
  }

  /** Offer sync: what a few neighbours know of the shards that are listened to, a round trip later. */
  #sync(host: Machine<Frame>): void {
    for (const id of this.#links.neighboursOf(host.id, syncPeers)) {
      const peer = this.#host(id)
      this.#links.pass(host.id, id, () => {
        if (peer.driver === undefined) return
        const offers = this.#offersFor(host, peer)
        this.#links.pass(id, host.id, () => {
          for (const offer of offers) host.driver?.gossip(id, offer)
        })
      })
    }
  }

  #offersFor(host: Machine<Frame>, peer: Machine<Frame>): readonly Frame[] {
    const { count } = this.#shards
    return peer.participant
      .page('', Number.MAX_SAFE_INTEGER)
      .offers.filter(({ signer }) => host.shards.includes(shardOf(signer, count)))
      .map((offer) => this.#options.wire.encode(offer))
  }
}
