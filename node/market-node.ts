import './polyfill.js'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Command, Fact, ParticipantStatus } from '../src/agent/agent.js'
import { Participant, type ParticipantOptions } from '../src/agent/participant.js'
import type { BuyPlan, Rules, SellPlan } from '../src/agent/rules.js'
import type { PeerId } from '../src/ports/signer.js'
import type { StoreContents } from '../src/ports/store.js'
import { byteWire } from '../src/protocol/codec.js'
import { offersTopicOf } from '../src/protocol/topics.js'
import { ownerOf } from '../src/runtime/audit.js'
import { Driver, defaultDriverLimits } from '../src/runtime/driver.js'
import { recorded } from '../src/runtime/recording.js'
import { Prng } from '../src/sim/prng.js'
import { SystemClock } from './clock-system.js'
import { IdentityMismatchError, identityFileOf, identityFromSeed, loadIdentity } from './identity.js'
import { ownAddressesOf } from './libp2p/address.js'
import { composeLibp2p, type Host } from './libp2p/compose.js'
import { Discovery } from './libp2p/discovery.js'
import { type Offence, PeerGuard, type PeerRefusal } from './libp2p/guard.js'
import { offenceOf } from './libp2p/offences.js'
import { OfferSync, type OfferSyncSettings } from './libp2p/offer-sync.js'
import { type Peer, type PeerNews, peersOf, watchPeers } from './libp2p/peers.js'
import { meshPeersOf } from './libp2p/shim.js'
import { Libp2pTransport, type Traffic } from './libp2p/transport.js'
import type { PassphraseSource } from './passphrase.js'
import { ed25519Verifier, signerOf } from './signer-ed25519.js'
import { readMark } from './store/mark.js'
import { LevelStore } from './store-level.js'
import { LiveTrace } from './trace-live.js'

export interface MarketNodeOptions {
  /** For people and logs only. */
  readonly name: string
  /** Holds the identity and the store; belongs to this node alone. */
  readonly folder: string
  readonly market: string
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[]
  /** Multiaddrs of nodes that usually run. */
  readonly bootstrap: readonly string[]
  /** Whether all peers share this machine. */
  readonly local: boolean
  /** 32 bytes that the identity follows from, for swarms that must be repeatable; default: the one in the folder. */
  readonly identitySeed?: Uint8Array
  /** Where the passphrase of an encrypted identity comes from; the environment unless said. */
  readonly passphrase?: PassphraseSource
  readonly rules: Rules
  /** How often offers are asked for, where it is not the usual. */
  readonly sync?: Partial<OfferSyncSettings>
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
  readonly log: Logger
  /** A file to which every step is appended, for `overage replay`; none unless said. */
  readonly trace?: string
  /** Gets what libp2p and gossipsub count. */
  readonly metrics?: Registry
}

export interface NodeStatus extends ParticipantStatus {
  /** Connected peers, and those of them with whom offers are exchanged in full. */
  readonly peers: number
  readonly meshPeers: number
  readonly traffic: Traffic
  /** Effects that wait for the store. */
  readonly backlog: number
}

/** A participant of the market on a real network. */
export interface MarketNode {
  readonly peerId: string
  /** Where it can be dialled. */
  addresses(): readonly string[]
  status(): NodeStatus
  /** What it knows of the market, for its person. */
  readonly view: Pick<Participant, 'offers' | 'auction' | 'bids'>
  readonly rules: Rules
  peers(): Promise<readonly Peer[]>
  /** Streams of every protocol, over all connections. */
  openStreams(): number
  onFact(listener: (fact: Fact) => void): void
  onPeer(listener: (news: PeerNews) => void): void
  /** The peers that this node has disconnected and refuses for now, each with the reason. */
  refusals(): readonly PeerRefusal[]
  /** Calls `listener` when the store or the trace failed: the node then sends nothing more and should be stopped. */
  onFailure(listener: (error: Error) => void): void
  /** Everything saved so far. */
  contents(): Promise<StoreContents>
  command(command: Command): void
  /** Resolves when all that followed from what happened so far is saved and sent, or never will be. */
  settled(): Promise<void>
  /** More peers to dial. */
  addBootstrap(addresses: readonly string[]): void
  /** Begins to trade. Until then it listens, connects and learns of offers. */
  trade(): void
  /**
   * Stops; with `withdraw`, tells the market first that its offer is closed and its bids are withdrawn.
   * @throws TraceWriteError when the end of the trace could not be written; the node has stopped all the same.
   */
  stop(options: { readonly withdraw: boolean }): Promise<void>
}

/** Every node of a small market shares one shard. */
const offersTopic = (market: string): string => offersTopicOf({ market, shard: 0 })

/** Opens the store, begins to listen and to dial, and resolves as soon as the node can be reached. */
export async function startMarketNode(options: MarketNodeOptions): Promise<MarketNode> {
  const { folder, identitySeed, passphrase } = options
  // A new key would be made where the old one was lost, over a store that it cannot settle.
  if (identitySeed === undefined && !existsSync(identityFileOf(folder)) && (readMark(join(folder, 'store')) ?? 0) > 0)
    throw new IdentityMismatchError(folder, { key: '', owner: undefined })
  const privateKey = await (identitySeed === undefined
    ? loadIdentity(folder, passphrase)
    : identityFromSeed(identitySeed))
  const store = await LevelStore.open(join(folder, 'store'))
  let host: Host | undefined
  try {
    const restored = await store.contents()
    const signer = signerOf(privateKey)
    const owner = ownerOf(restored)
    if (owner !== undefined && owner !== signer.id) throw new IdentityMismatchError(folder, { key: signer.id, owner })
    const { listen, local, market, metrics, log } = options
    const topics = [offersTopic(market)]
    const guard = new PeerGuard({
      onRefused: (refusal) => {
        log.warn({ refusal }, 'a peer is refused')
        host?.hangUp(peerIdFromString(refusal.peer)).catch(() => {})
      },
    })
    host = await composeLibp2p({ privateKey, listen, local, topics, guard, ...(metrics && { metrics }) })
    const node = new Libp2pMarketNode(options, { host, guard, store, restored, signer })
    await node.start()
    return node
  } catch (error) {
    await host?.stop()
    await store.close()
    throw error
  }
}

interface Parts {
  readonly host: Host
  readonly guard: PeerGuard
  readonly store: LevelStore
  readonly restored: StoreContents
  readonly signer: ReturnType<typeof signerOf>
}

class Libp2pMarketNode implements MarketNode {
  readonly peerId: string
  readonly #options: MarketNodeOptions
  readonly #host: Host
  readonly #guard: PeerGuard
  readonly #store: LevelStore
  readonly #participant: Participant
  readonly #driver: Driver
  readonly #transport: Libp2pTransport
  readonly #discovery: Discovery
  readonly #sync: OfferSync
  readonly #trace: LiveTrace | undefined
  readonly #factListeners: ((fact: Fact) => void)[] = []
  readonly #failureListeners: ((error: Error) => void)[] = []
  readonly #bootstrapLater: string[] = []

  constructor(options: MarketNodeOptions, { host, guard, store, restored, signer }: Parts) {
    const { name, market, rules, sells, wants, bootstrap } = options
    this.#options = options
    this.#host = host
    this.#guard = guard
    this.#store = store
    this.peerId = signer.id
    // Chance only staggers reactions here; no two nodes share an identity, so none share their delays.
    const random = new Prng(`${signer.id} ${Date.now()}`)
    const addresses = ownAddressesOf(host)
    const given: ParticipantOptions = {
      signer,
      verifier: ed25519Verifier,
      market,
      rules,
      random,
      addresses,
      sells,
      wants,
      restored,
    }
    this.#trace = this.#openTrace()
    const recording = this.#trace && recorded(given, { name, signatures: 'ed25519', sink: this.#trace.write })
    this.#participant = recording?.participant ?? new Participant(given)
    this.#driver = new Driver({
      agent: this.#participant,
      market,
      wire: byteWire,
      signer,
      verifier: ed25519Verifier,
      clock: new SystemClock(),
      store,
      limits: defaultDriverLimits,
      ...(recording !== undefined && { trace: recording.trace }),
      onFact: (fact) => this.#report(fact),
      onRefused: (from, code, via) => this.#hold(from, offenceOf(code, via)),
      onFailure: (error) => this.#fail(error, 'the store failed; nothing more is sent'),
    })
    const topic = offersTopic(market)
    this.#transport = new Libp2pTransport({
      host,
      publishTopic: topic,
      listenTopics: [topic],
      receiver: this.#driver,
      onFault: (peer, fault) => this.#hold(peer, fault),
    })
    this.#discovery = new Discovery({
      host,
      bootstrap,
      candidates: () => [...this.#bootstrapLater, ...this.#participant.knownAddresses()],
    })
    this.#sync = new OfferSync({
      host,
      market,
      book: this.#participant,
      receive: (from, bytes) => this.#driver.synced(from, bytes),
      guard,
      ...(options.sync !== undefined && { settings: options.sync }),
    })
  }

  async start(): Promise<void> {
    this.#driver.attach(this.#transport)
    await this.#transport.start()
    await this.#sync.start()
    this.#discovery.start()
    this.#options.log.info({ peer: this.peerId, addresses: this.addresses() }, 'listening')
  }

  addresses(): readonly string[] {
    return this.#host.getMultiaddrs().map(String)
  }

  get view(): Participant {
    return this.#participant
  }

  get rules(): Rules {
    return this.#options.rules
  }

  peers(): Promise<readonly Peer[]> {
    return peersOf(this.#host, offersTopic(this.#options.market))
  }

  status(): NodeStatus {
    return {
      ...this.#participant.status(),
      peers: this.#host.getPeers().length,
      meshPeers: meshPeersOf(this.#host.services.pubsub, offersTopic(this.#options.market)).length,
      traffic: this.#transport.traffic(),
      backlog: this.#driver.backlog,
    }
  }

  refusals(): readonly PeerRefusal[] {
    return this.#guard.refusals()
  }

  openStreams(): number {
    return this.#host.getConnections().reduce((sum, { streams }) => sum + streams.length, 0)
  }

  onFact(listener: (fact: Fact) => void): void {
    this.#factListeners.push(listener)
  }

  onPeer(listener: (news: PeerNews) => void): void {
    watchPeers(this.#host, listener)
  }

  onFailure(listener: (error: Error) => void): void {
    this.#failureListeners.push(listener)
  }

  contents(): Promise<StoreContents> {
    return this.#store.contents()
  }

  command(command: Command): void {
    this.#driver.command(command)
  }

  settled(): Promise<void> {
    return new Promise((resolve) => this.#driver.whenIdle(resolve))
  }

  addBootstrap(addresses: readonly string[]): void {
    this.#bootstrapLater.push(...addresses)
    this.#discovery.wake()
  }

  trade(): void {
    this.#driver.start()
  }

  async stop({ withdraw }: { readonly withdraw: boolean }): Promise<void> {
    if (withdraw) {
      this.#driver.command({ type: 'stop-buying' })
      this.#driver.command({ type: 'withdraw-offer' })
      await this.settled()
    }
    this.#driver.stop()
    try {
      this.#trace?.close()
    } finally {
      await this.#shutDown()
    }
  }

  async #shutDown(): Promise<void> {
    await this.#discovery.stop()
    await this.#sync.stop()
    await this.#transport.stop()
    await this.#host.stop()
    await this.#store.close()
    this.#options.log.info('stopped')
  }

  #openTrace(): LiveTrace | undefined {
    const { trace } = this.#options
    if (trace === undefined) return undefined
    return new LiveTrace(trace, {
      onFailure: (error) => {
        // A trace with a hole proves nothing; whoever asked for one must not believe to have it.
        this.#driver.stop()
        this.#fail(error, 'the trace failed; nothing more is sent')
      },
    })
  }

  #fail(error: Error, what: string): void {
    this.#options.log.error({ err: error }, what)
    for (const listener of this.#failureListeners) listener(error)
  }

  #hold(peer: PeerId, offence: Offence | undefined): void {
    if (offence !== undefined) this.#guard.report(peer, offence)
  }

  #report(fact: Fact): void {
    // A bid's signature is looked at when its auction needs it, and no longer by the gate.
    if (fact.type === 'refused' && fact.by === 'me' && fact.code === 'bad-signature') {
      this.#guard.report(fact.peer, 'forged-message')
    }
    this.#options.log.info({ fact }, fact.type)
    for (const listener of this.#factListeners) listener(fact)
  }
}
