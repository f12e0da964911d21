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
import { Driver, type DriverLimits, defaultDriverLimits } from '../runtime/driver.js'
import { recorded } from '../runtime/recording.js'
import type { TraceLine } from '../runtime/trace-line.js'
import type { Millis } from '../units.js'
import { Agenda } from './agenda.js'
import { Disk } from './disk.js'
import { type Division, isOwn, undivided } from './division.js'
import { DiskStore, epoch, type Host, HostClock } from './host.js'
import { Links, type Member, type Outgoing } from './links.js'
import type { Mail, Packing } from './mail.js'
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
  /** Which of the people have their nodes here; the others' are in other parts, and there is mail for them. Default: all. */
  readonly division?: Division
  /** How a frame goes to another part. */
  readonly packing?: Packing<Frame>
  /** What clocks show when virtual time begins. Default: {@link epoch}. */
  readonly startsAt?: number
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

/** Who passed an offer on is not known here: it comes in its publisher's name. */
const driverLimits: DriverLimits = Object.freeze({ ...defaultDriverLimits, forwarded: undefined })

/** A node that comes back asks so many others for the offers that they know. */
const syncPeers = 3

export class World<Frame = Uint8Array> {
  readonly #options: WorldOptions<Frame>
  readonly #shards: NonNullable<WorldOptions['shards']>
  readonly #startsAt: number
  readonly #agenda: Agenda
  readonly #hosts: ReadonlyMap<PeerId, Machine<Frame>>
  readonly #links: Links<Frame>
  #steps = 0
  /** One for all nodes of which nobody asks more: a closure for each would be one more thing to fetch at every step. */
  readonly #counted = {
    step: () => {
      this.#steps += 1
    },
  }

  constructor(options: WorldOptions<Frame>) {
    const { people, random, shards = { count: 1, heard: 1 }, wire, onMessage, packing } = options
    const { division = undivided, startsAt = epoch } = options
    this.#options = options
    this.#startsAt = startsAt
    this.#shards = shards
    this.#agenda = new Agenda(people.length)
    const seed = random.fork('network').below(2 ** 32)
    const network = new Network(options.network, { seed, nodes: people.length })
    const members = people.map((person): Member => ({ id: person.signer.id, shards: this.#shardsOf(person) }))
    const hosts = new Map<PeerId, Machine<Frame>>()
    for (const [node, { id, shards }] of members.entries()) {
      if (!isOwn(node, division)) continue
      const clock = new HostClock(this.#agenda, startsAt + network.skewOf(node), node + 1)
      const person = people[node]!
      hosts.set(id, { id, person, shards, clock, disk: new Disk(), participant: undefined, driver: undefined })
    }
    this.#hosts = hosts
    this.#links = new Links({
      agenda: this.#agenda,
      network,
      members,
      sizeOf: wire.sizeOf,
      bytesMax: limits.directBytesMax,
      seed,
      division,
      offersOf: (node, asker) => this.#offersOf(people[node]!.signer.id, asker),
      ...(packing && { packing }),
      ...(onMessage && { onMessage }),
    })
  }

  get now(): Millis {
    return (this.#startsAt + this.#agenda.now) as Millis
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

  /** As it runs, as it was when it crashed, or, before its first start, as it would begin. */
  participant(id: PeerId): Participant {
    const host = this.#host(id)
    host.participant ??= new Participant(this.#participantOptions(host.person, []))
    return host.participant
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
    const host = this.#hosts.get(id)
    if (host === undefined) this.#links.mark(id, true)
    else {
      this.#boot(host).start()
      this.#links.sync(id, syncPeers)
    }
  }

  #boot(host: Machine<Frame>): Driver<Frame> {
    const { market, verifier, crashes, onFact, onStep, onTrace } = this.#options
    const { name } = host.person
    const given = this.#participantOptions(host.person, host.disk.contents())
    const recording = onTrace && recorded(given, { name, signatures: 'simulated', sink: (line) => onTrace(name, line) })
    const participant = recording?.participant ?? new Participant(given)
    host.participant = participant
    const driver: Driver<Frame> = new Driver<Frame>({
      agent: participant,
      market,
      wire: this.#options.wire,
      signer: host.person.signer,
      verifier,
      clock: host.clock,
      store: new DiskStore(host.disk, this.#agenda, {
        before: () => host.driver === driver && this.#crashesAt(host, 'saving'),
        after: () => host.driver === driver && this.#crashesAt(host, 'saved'),
      }),
      limits: driverLimits,
      trace:
        onStep === undefined && crashes === undefined && recording === undefined
          ? this.#counted
          : {
              step: (now, event, effects) => {
                recording?.trace.step(now, event, effects)
                this.#counted.step()
                if (onStep !== undefined) {
                  const { person } = host
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
    for (const { signer } of this.#options.people) this.#links.mark(signer.id, true)
    for (const host of this.#hosts.values()) this.#boot(host)
    for (const host of this.#hosts.values()) host.driver?.start()
  }

  /** Ends a node: what it had not yet sent or saved is gone, and with its power also what it had not synced. */
  crash(id: PeerId, { powerLoss = false } = {}): void {
    const host = this.#hosts.get(id)
    if (host === undefined) {
      this.#links.mark(id, false)
      return
    }
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
    for (const { id, driver } of this.#hosts.values()) if (driver !== undefined) this.#links.sync(id, syncPeers)
  }

  /** Runs until `done`, or until `elapsedMsMax` of virtual time; returns whether it was done. */
  runUntil(done: () => boolean, elapsedMsMax: Millis): boolean {
    while (!done()) {
      if (this.#agenda.now > elapsedMsMax || !this.#agenda.advance()) return done()
    }
    return true
  }

  /** Runs what is due before `untilMs`. The nodes of other parts do the same, and get each other's mail before anybody goes on. */
  runBefore(untilMs: Millis): void {
    while (this.#agenda.advance(untilMs)) {}
  }

  /** When there is something to do again; undefined: never, unless mail comes. */
  get next(): Millis | undefined {
    return this.#agenda.next
  }

  takeMailTo(part: number): readonly Mail<unknown>[] {
    return this.#links.takeMailTo(part)
  }

  receive(mails: readonly Mail<unknown>[]): void {
    this.#links.receive(mails)
  }

  /** Calls `action` after `delayMs`. */
  after(delayMs: Millis, action: () => void): void {
    this.#agenda.schedule((this.#agenda.now + delayMs) as Millis, action)
  }

  #shardsOf({ signer: { id }, sells, wants }: SimulatedPerson): readonly number[] {
    // Whoever comes with no plan may be told one of either kind.
    const either = sells === undefined && wants === undefined
    const published = sells === undefined && !either ? [] : [shardOf(id, this.#shards.count)]
    const heard = wants === undefined && !either ? [] : listenedShards(id, this.#shards)
    return [...new Set([...published, ...heard])]
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

  /** What a node knows of the shards that another listens to. */
  #offersOf(id: PeerId, asker: Member): readonly Frame[] {
    const { count } = this.#shards
    return this.participant(id)
      .page('', Number.MAX_SAFE_INTEGER)
      .offers.filter(({ signer }) => asker.shards.includes(shardOf(signer, count)))
      .map((offer) => this.#options.wire.encode(offer))
  }
}
