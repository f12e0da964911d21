import './polyfill.js'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Command, Fact } from '../src/agent/agent.js'
import { Participant, type ParticipantOptions } from '../src/agent/participant.js'
import type { Rules } from '../src/agent/rules.js'
import type { PeerId } from '../src/ports/signer.js'
import type { StoreContents } from '../src/ports/store.js'
import { decode } from '../src/protocol/codec.js'
import { limits, sellerOf } from '../src/protocol/message.js'
import { offersTopicOf, shardOf } from '../src/protocol/topics.js'
import { auditOf } from '../src/runtime/audit.js'
import { Driver, defaultDriverLimits } from '../src/runtime/driver.js'
import { recorded } from '../src/runtime/recording.js'
import { Prng } from '../src/sim/prng.js'
import { SystemClock } from './clock-system.js'
import { IdentityMismatchError, identityFileOf, identityFromSeed, loadIdentity } from './identity.js'
import { Capture } from './inspect/capture.js'
import { furthestOf, ownAddressesOf } from './libp2p/address.js'
import { composeLibp2p, type Host } from './libp2p/compose.js'
import { Discovery } from './libp2p/discovery.js'
import { type Offence, PeerGuard, type PeerRefusal } from './libp2p/guard.js'
import { Membership } from './libp2p/membership.js'
import { offenceOf } from './libp2p/offences.js'
import { OfferSync } from './libp2p/offer-sync.js'
import { type Peer, type PeerNews, peersOf, standingOf, watchPeers } from './libp2p/peers.js'
import { meshPeersOf } from './libp2p/shim.js'
import { Tap } from './libp2p/tap.js'
import { Libp2pTransport } from './libp2p/transport.js'
import { servicesOf, type Topics, topicsOf } from './network.js'
import type { MarketNode, MarketNodeOptions, NodeStatus } from './node-contract.js'
import { RememberedPeers } from './remembered-peers.js'
import { ed25519Verifier, signerOf } from './signer-ed25519.js'
import { StoreOutrunError, StoreUnreadableError } from './store/errors.js'
import { readMark } from './store/mark.js'
import { LevelStore } from './store-level.js'
import { LiveTrace } from './trace-live.js'

export type { MarketNode, MarketNodeOptions, NodeStatus } from './node-contract.js'

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
    // What its own agents wrote need not be verified again, only understood: the seal shows that nothing else is in there.
    const { owners, outrun, bad } = auditOf(restored, { verify: () => true })
    const [owner] = owners
    if (bad[0] !== undefined) throw new StoreUnreadableError(folder, bad[0])
    if (outrun !== undefined) throw new StoreOutrunError(folder, outrun.offer)
    if (owner !== undefined && owner !== signer.id) throw new IdentityMismatchError(folder, { key: signer.id, owner })
    const { listen, local, market, metrics, network, links, log } = options
    const topics = topicsOf(market, signer.id, network)
    const { id, role, key, announce = [], multicast, confined = false } = network ?? {}
    const reach = id &&
      role &&
      !confined && { network: id, role, multicast: multicast === true, ...(key !== undefined && { key }) }
    const guard = new PeerGuard({
      onRefused: (refusal) => {
        log.warn({ refusal }, 'a peer is refused')
        host?.hangUp(peerIdFromString(refusal.peer)).catch(() => {})
      },
    })
    const tap = new Tap({ node: signer.id, name: options.name, market })
    const asked = { guard, tap, ...(reach && { reach }), ...(metrics && { metrics }), ...(links && { links }) }
    host = await composeLibp2p({ privateKey, listen, announce, local, topics: topics.listen, ...asked })
    const node = new Libp2pMarketNode(options, { host, guard, tap, store, restored, signer, topics })
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
  readonly tap: Tap
  readonly store: LevelStore
  readonly restored: StoreContents
  readonly signer: ReturnType<typeof signerOf>
  readonly topics: Topics
}

class Libp2pMarketNode implements MarketNode {
  readonly peerId: string
  readonly tap: Tap
  readonly #options: MarketNodeOptions
  readonly #host: Host
  readonly #guard: PeerGuard
  readonly #store: LevelStore
  readonly #participant: Participant
  readonly #driver: Driver
  readonly #transport: Libp2pTransport
  /** How it finds peers: with a network, among those that belong to it. */
  readonly #peers: Membership | Discovery
  readonly #topics: Topics
  readonly #sync: OfferSync
  readonly #trace: LiveTrace | undefined
  readonly #capture: Capture | undefined
  readonly #factListeners: ((fact: Fact) => void)[] = []
  readonly #failureListeners: ((error: Error) => void)[] = []
  readonly #bootstrapLater: string[] = []
  #addresses: readonly string[]

  constructor(options: MarketNodeOptions, { host, guard, tap, store, restored, signer, topics }: Parts) {
    const { name, market, rules, sells, wants } = options
    this.#topics = topics
    this.#options = options
    this.#host = host
    this.#guard = guard
    this.tap = tap
    this.#store = store
    this.peerId = signer.id
    // Chance only staggers reactions here; no two nodes share an identity, so none share their delays.
    const random = new Prng(`${signer.id} ${Date.now()}`)
    const addresses = ownAddressesOf(host, { local: options.local })
    this.#addresses = addresses
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
    this.#capture = this.#openCapture()
    const recording = this.#trace && recorded(given, { name, signatures: 'ed25519', sink: this.#trace.write })
    this.#participant = recording?.participant ?? new Participant(given)
    this.#driver = new Driver({
      agent: this.#participant,
      market,
      wire: tap.wire,
      signer,
      verifier: ed25519Verifier,
      clock: new SystemClock(),
      store,
      limits: defaultDriverLimits,
      ...(recording !== undefined && { trace: recording.trace }),
      onFact: (fact) => this.#report(fact),
      onRefused: (from, code, via, frame) => {
        tap.refused(from, code, { via, frame })
        this.#hold(from, offenceOf(code, via))
      },
      onIgnored: (from, code, frame) => tap.refused(from, code, { via: 'gossip', frame }),
      onFailure: (error) => this.#fail(error, 'the store failed; nothing more is sent'),
    })
    const { publish: publishTopic, listen: listenTopics } = topics
    const onFault = (peer: PeerId, fault: Offence) => this.#hold(peer, fault)
    // An offer opened before anybody was there would be heard of at its next refresh, or by a sync.
    const onListener = () => this.#driver.command({ type: 'announce' })
    const heard = { receiver: this.#driver, observer: tap, onFault, onListener }
    this.#transport = new Libp2pTransport({ host, publishTopic, listenTopics, ...heard })
    this.#peers = this.#peersOf(host)
    this.#sync = new OfferSync({
      host,
      market,
      book: this.#participant,
      receive: (from, bytes) => (this.#isHeard(bytes) ? this.#driver.synced(from, bytes) : 'ignore'),
      heard: topics.heard,
      guard,
      observer: tap,
      ...(options.sync !== undefined && { settings: options.sync }),
    })
  }

  async start(): Promise<void> {
    this.#driver.attach(this.#transport)
    watchPeers(this.#host, ({ type, peer }) =>
      this.tap.peer(type === 'peer-connected' ? 'connected' : 'disconnected', peer),
    )
    this.tap.stand(standingOf(this.#host, this.#topics.listen))
    await this.#transport.start()
    await this.#sync.start()
    this.#host.addEventListener('self:peer:update', this.#moved)
    await this.#peers.start()
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
    return peersOf(this.#host, this.#topics.listen)
  }

  status(): NodeStatus {
    const { pubsub } = this.#host.services
    const reach = furthestOf(this.#host.getMultiaddrs())
    return {
      ...this.#participant.status(),
      peers: this.#host.getPeers().length,
      meshPeers: new Set(this.#topics.listen.flatMap((topic) => meshPeersOf(pubsub, topic))).size,
      traffic: this.#transport.traffic(),
      backlog: this.#driver.backlog,
      ...(reach !== undefined && { reach }),
      sync: this.#sync.status(),
      ...(this.#peers instanceof Membership && {
        network: { ...this.#peers.status(), role: this.#options.network!.role },
      }),
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
    this.#peers.wake()
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
    this.#host.removeEventListener('self:peer:update', this.#moved)
    await this.#peers.stop()
    await this.#sync.stop()
    await this.#transport.stop()
    await this.#host.stop()
    this.#options.links?.end()
    await this.#capture?.close()
    await this.#store.close()
    this.#options.log.info('stopped')
  }

  #peersOf(host: Host): Membership | Discovery {
    const { bootstrap, network, folder } = this.#options
    const candidates = () => [...this.#bootstrapLater, ...this.#participant.knownAddresses()]
    if (network === undefined) return new Discovery({ host, bootstrap, candidates })
    const { id, role, version, now } = network
    return new Membership({
      host,
      network: id,
      serves: servicesOf(role),
      bootstrap,
      remembered: new RememberedPeers(folder),
      candidates,
      isShort: () => this.#isShort(),
      onClock: (clock, isOff) =>
        this.#options.log.warn(
          { clock },
          isOff ? 'this clock is off: others ignore what it dates' : 'this clock is right',
        ),
      ...(version !== undefined && { version }),
      ...(now !== undefined && { now }),
    })
  }

  /** Whether some shard that it listens to has nobody else among its peers. */
  #isShort(): boolean {
    const { pubsub } = this.#host.services
    return this.#topics.listen.some((topic) => pubsub.getSubscribers(topic).length === 0)
  }

  /** Peers tell of every offer that they know; a node takes those of the shards that it listens to. */
  #isHeard(bytes: Uint8Array): boolean {
    const { market, network } = this.#options
    if (network === undefined || network.shards === 1) return true
    const read = decode(bytes, limits.offerBytesMax)
    if (!read.ok || read.sealed.body.type !== 'offer') return true
    const shard = shardOf(sellerOf(read.sealed.body.offer), network.shards)
    return this.#topics.listen.includes(offersTopicOf({ market, shard }))
  }

  /** A relay was found or lost, or an address turned out to work: its offer must say so. */
  readonly #moved = (): void => {
    const addresses = ownAddressesOf(this.#host, { local: this.#options.local })
    if (addresses.join() === this.#addresses.join()) return
    this.#addresses = addresses
    this.#options.log.info({ addresses }, 'can be dialled elsewhere now')
    this.#driver.command({ type: 'addresses', addresses })
  }

  #openCapture(): Capture | undefined {
    const { capture, name, log } = this.#options
    // Looking on is no part of the market, which goes on without.
    const onFailure = (error: Error) => log.error({ err: error }, 'the capture failed; the node goes on without')
    return capture === undefined ? undefined : new Capture(this.tap, { folder: capture, name, onFailure })
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
    if (fact.type === 'outrun') {
      this.#driver.stop()
      this.#fail(new StoreOutrunError(this.#options.folder, fact.offer), 'this folder is an old copy')
    }
    for (const listener of this.#factListeners) listener(fact)
  }
}
