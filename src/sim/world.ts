/**
 * A market of participants in virtual time: the shipped agents, driver, codec and admission rules, with only the
 * network, the clock and the disk replaced. Everything that happens follows from the seed.
 */
import type { Fact } from '../agent/agent.js'
import { Participant, type ParticipantOptions } from '../agent/participant.js'
import type { BuyPlan, Rules, SellPlan } from '../agent/rules.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { Store, StoreContents } from '../ports/store.js'
import type { Transport } from '../ports/transport.js'
import { Driver, defaultDriverLimits } from '../runtime/driver.js'
import { recorded } from '../runtime/recording.js'
import type { TraceLine } from '../runtime/trace-line.js'
import { type Millis, millis } from '../units.js'
import { Agenda } from './agenda.js'
import { Disk } from './disk.js'
import type { Prng } from './prng.js'

export interface WorldOptions {
  readonly market: string
  readonly rules: Rules
  readonly random: Prng
  readonly network: NetworkOptions
  readonly people: readonly SimulatedPerson[]
  readonly verifier: Verifier
  readonly onFact?: (person: string, fact: Fact, now: Millis) => void
  /** Sees every run and every step of every node, as a trace has it. */
  readonly onTrace?: (person: string, line: TraceLine) => void
  /** Sees every message as it is handed to the network, whatever becomes of it. */
  readonly onMessage?: (message: Outgoing) => void
  /** Asked at every moment at which a node can end; it crashes there when this returns true. */
  readonly crashes?: (person: SimulatedPerson, moment: Moment) => boolean
}

/**
 * When a node can end with something to lose: after a step and before its first effect, after all effects up to a save and
 * before that is in place, and after a save is in place and before anything that waited for it.
 */
export type Moment = 'stepped' | 'saving' | 'saved'

export interface Outgoing {
  readonly from: PeerId
  /** undefined: to everyone who listens. */
  readonly to: PeerId | undefined
  readonly bytes: Uint8Array
}

export interface NetworkOptions {
  /** One-way delay of a message, drawn evenly from the range. */
  readonly latencyMsMin: Millis
  readonly latencyMsMax: Millis
  /** Messages lost, in thousandths. */
  readonly lossPerMille: number
  /** Messages that arrive a second time, with a delay of their own, in thousandths. */
  readonly duplicatePerMille: number
}

export interface SimulatedPerson {
  readonly name: string
  readonly signer: Signer
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
}

interface Host {
  readonly person: SimulatedPerson
  disk: Disk
  participant: Participant
  driver: Driver | undefined
}

/** Virtual time starts here, so that sequences derived from time look as they do on real nodes. */
const epoch = millis(1_700_000_000_000)

export class World {
  readonly #options: WorldOptions
  readonly #agenda = new Agenda()
  readonly #hosts = new Map<PeerId, Host>()
  /** Chance of the way from one node to another: what befalls one pair changes nobody else's luck. */
  readonly #ways = new Map<string, Prng>()
  /** Which side of a partition a node is on; all are on one while there is none. */
  #sideOf: (id: PeerId) => unknown = () => undefined
  #directMessages = 0
  #gossipMessages = 0

  constructor(options: WorldOptions) {
    this.#options = options
    for (const person of options.people) {
      const participant = new Participant(this.#participantOptions(person, []))
      const host: Host = { person, disk: new Disk(), participant, driver: undefined }
      this.#hosts.set(person.signer.id, host)
    }
  }

  get now(): Millis {
    return (epoch + this.#agenda.now) as Millis
  }

  get elapsedMs(): Millis {
    return this.#agenda.now
  }

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

  /** Starts a node, with what its disk holds. */
  start(id: PeerId): void {
    const host = this.#host(id)
    const { market, verifier, onFact, onTrace } = this.#options
    const options = this.#participantOptions(host.person, this.disk(id))
    const { name } = host.person
    const recording =
      onTrace && recorded(options, { name, signatures: 'simulated', sink: (line) => onTrace(name, line) })
    host.participant = recording?.participant ?? new Participant(options)
    const driver = new Driver({
      agent: host.participant,
      market,
      signer: host.person.signer,
      verifier,
      clock: { now: () => this.now, wakeAt: (at, wake) => this.#agenda.schedule((at - epoch) as Millis, wake) },
      store: this.#store(host),
      limits: defaultDriverLimits,
      trace: {
        step: (now, event, effects) => {
          recording?.trace.step(now, event, effects)
          if (effects.length > 0) this.#crashesAt(host, 'stepped')
        },
      },
      onFact: (fact) => onFact?.(name, fact, this.now),
      onFailure: (error) => {
        throw error
      },
    })
    host.driver = driver
    driver.attach(this.#transport(id))
    driver.start()
  }

  startAll(): void {
    for (const id of this.#hosts.keys()) this.start(id)
  }

  /** Ends a node: what it had not yet sent or saved is gone, and with its power also what it had not synced. */
  crash(id: PeerId, { powerLoss = false } = {}): void {
    const host = this.#host(id)
    host.driver?.stop()
    host.driver = undefined
    if (powerLoss) host.disk = host.disk.afterPowerLoss()
  }

  /** From now on nothing that is sent passes between nodes for which `sideOf` differs. */
  partition(sideOf: (id: PeerId) => unknown): void {
    this.#sideOf = sideOf
  }

  heal(): void {
    this.#sideOf = () => undefined
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

  #host(id: PeerId): Host {
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

  #crashesAt(host: Host, moment: Moment): boolean {
    const crashes = this.#options.crashes?.(host.person, moment) === true
    if (crashes) this.crash(host.person.signer.id)
    return crashes
  }

  #store(host: Host): Store {
    const { disk } = host
    return {
      write: (records, options, done) => {
        const { driver } = host
        const runs = () => driver !== undefined && host.driver === driver
        this.#agenda.schedule(this.#agenda.now, () => {
          if (runs() && this.#crashesAt(host, 'saving')) return
          disk.write(records, options)
          if (runs()) this.#crashesAt(host, 'saved')
          done()
        })
      },
    }
  }

  #transport(from: PeerId): Transport {
    return {
      publish: (bytes) => {
        this.#options.onMessage?.({ from, to: undefined, bytes })
        for (const to of this.#hosts.keys()) {
          if (to === from) continue
          this.#gossipMessages += 1
          this.#deliver({ from, to }, (host) => host.driver?.gossip(from, bytes))
        }
      },
      send: (to, bytes) => {
        this.#options.onMessage?.({ from, to, bytes })
        this.#directMessages += 1
        if (this.#hosts.has(to)) this.#deliver({ from, to }, (host) => host.driver?.direct(from, bytes))
      },
    }
  }

  #deliver({ from, to }: { readonly from: PeerId; readonly to: PeerId }, receive: (host: Host) => void): void {
    const { network } = this.#options
    const random = this.#way(`${from} ${to}`)
    if (this.#sideOf(from) !== this.#sideOf(to)) return
    const copies = random.below(1_000) < network.duplicatePerMille ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      if (random.below(1_000) < network.lossPerMille) continue
      const delay = network.latencyMsMin + random.below(network.latencyMsMax - network.latencyMsMin + 1)
      this.after(delay as Millis, () => receive(this.#host(to)))
    }
  }

  #way(pair: string): Prng {
    const known = this.#ways.get(pair)
    if (known !== undefined) return known
    const random = this.#options.random.fork(pair)
    this.#ways.set(pair, random)
    return random
  }
}
