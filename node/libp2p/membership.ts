import type { PeerId as Libp2pPeerId, PeerInfo, PeerUpdate } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../src/ports/signer.js'
import { type AgreedOffset, agreedOffset, type ClockReading, offsetIn } from '../../src/protocol/clock-offset.js'
import { type Hello, type NetworkId, protocolVersion, type Service } from '../../src/protocol/hello.js'
import { limits } from '../../src/protocol/message.js'
import { millis } from '../../src/units.js'
import type { RememberedPeers } from '../remembered-peers.js'
import { compareReach, isRelayed, placeOf } from './address.js'
import type { Host } from './compose.js'
import { type DialFailure, dialFailureOf } from './dial-problem.js'
import { Discovery, type DiscoverySettings } from './discovery.js'
import { type Greeted, Greeting, type GreetingSettings } from './greeting.js'
import { PeerPool, type Source } from './peer-pool.js'

export interface MembershipOptions {
  readonly host: Host
  readonly network: NetworkId
  readonly serves: readonly Service[]
  /** Multiaddrs of peers that usually run. */
  readonly bootstrap: readonly string[]
  readonly remembered: RememberedPeers
  /** Further addresses, as for {@link Discovery}. */
  readonly candidates: () => readonly string[]
  readonly isShort: () => boolean
  /** Default: the version that this overage speaks. */
  readonly version?: number
  /** The clock that others are told of and compared with; ms. Default: the wall clock. */
  readonly now?: () => number
  readonly discovery?: Partial<DiscoverySettings>
  readonly greeting?: Partial<GreetingSettings>
}

/** What a peer turned out to be. */
export type Verdict =
  | { readonly type: 'member'; readonly serves: readonly Service[]; readonly clock?: ClockReading }
  | { readonly type: 'other-network'; readonly network: NetworkId | '' }
  | { readonly type: 'other-version'; readonly version: number }
  | { readonly type: 'silent'; readonly reason: string }

export interface Acquaintance {
  readonly peer: PeerId
  readonly verdict: Verdict
  /** How this node came by it; `inbound`: the peer dialled. */
  readonly via: Source | 'bootstrap' | 'offer' | 'inbound'
}

/** A bootstrap address and how the last dial to it went. */
export interface DialOutcome {
  readonly address: string
  /** undefined: it was reached. */
  readonly failure: DialFailure | undefined
}

export interface MembershipStatus {
  readonly network: NetworkId
  readonly dials: readonly DialOutcome[]
  readonly acquaintances: readonly Acquaintance[]
  /** What connected members say about this node's clock; undefined before anyone answered. */
  readonly clock: AgreedOffset | undefined
}

/** Peers of other networks and versions that are remembered as such, and other peers told of at a time. */
const refusedMax = 256
const acquaintancesMax = 256
/** Addresses of one peer that another is told. */
const toldOfEachMax = 2

/**
 * A node's place in its network: it finds peers, by every way there is, asks each whether it belongs to the same network, keeps those
 * that do, and disconnects from those that do not. Nobody else's word counts for whether a peer is there: it must answer.
 */
export class Membership {
  readonly #options: MembershipOptions
  readonly #pool = new PeerPool()
  readonly #discovery: Discovery
  readonly #greeting: Greeting
  readonly #acquaintances = new Map<PeerId, Acquaintance>()
  readonly #refused = new Set<PeerId>()
  readonly #dials = new Map<string, DialOutcome>()
  /** Of connected members, where others may dial them. */
  readonly #places = new Map<PeerId, readonly string[]>()
  readonly #bootstrapPlaces: ReadonlySet<string>

  /** @throws InvalidAddressError for a bootstrap address that cannot be read. */
  constructor(options: MembershipOptions) {
    const { host, bootstrap, candidates, isShort, now } = options
    this.#options = options
    this.#discovery = new Discovery({
      host,
      bootstrap,
      candidates: () => [...this.#pool.addresses(), ...candidates()],
      refuses: (peer) => this.#refused.has(peer),
      isShort,
      onDialled: (address, problem) => this.#dialled(address.toString(), problem),
      ...(options.discovery !== undefined && { settings: options.discovery }),
    })
    this.#bootstrapPlaces = new Set(bootstrap.map((address) => address.split('/p2p/')[0]!))
    this.#greeting = new Greeting({
      host,
      say: () => this.#hello(),
      onAnswer: (peer, greeted) => this.#answered(peer, greeted),
      onAsked: (peer, hello) => this.#asked(peer, hello),
      onGone: (peer) => this.#gone(peer),
      isHungry: () => this.#discovery.wants,
      ...(now !== undefined && { now }),
      ...(options.greeting !== undefined && { settings: options.greeting }),
    })
  }

  async start(): Promise<void> {
    const { host, remembered } = this.#options
    this.#pool.add('remembered', await remembered.load())
    host.addEventListener('peer:discovery', this.#found)
    host.addEventListener('peer:update', this.#updated)
    await this.#greeting.start()
    this.#discovery.start()
  }

  async stop(): Promise<void> {
    this.#options.host.removeEventListener('peer:discovery', this.#found)
    this.#options.host.removeEventListener('peer:update', this.#updated)
    await this.#discovery.stop()
    await this.#greeting.stop()
    await this.#options.remembered.flush()
  }

  /** There are new addresses among the candidates. */
  wake(): void {
    this.#discovery.wake()
  }

  /** Peers that proved to belong to this network, and are connected. */
  get members(): readonly PeerId[] {
    return [...this.#acquaintances.values()].filter(({ verdict }) => verdict.type === 'member').map(({ peer }) => peer)
  }

  status(): MembershipStatus {
    const readings = [...this.#acquaintances.values()].flatMap(({ verdict }) =>
      verdict.type === 'member' && verdict.clock !== undefined ? [offsetIn(verdict.clock)] : [],
    )
    return {
      network: this.#options.network,
      dials: [...this.#dials.values()],
      acquaintances: [...this.#acquaintances.values()],
      clock: agreedOffset(readings),
    }
  }

  readonly #found = ({ detail: { id, multiaddrs } }: CustomEvent<PeerInfo>): void => {
    this.#take('found', wholly(id, multiaddrs))
  }

  /** A member may find a relay, or listen elsewhere, long after it was met. */
  readonly #updated = ({ detail: { peer } }: CustomEvent<PeerUpdate>): void => {
    if (this.#places.has(peer.id.toString())) void this.#remember(peer.id.toString())
  }

  #take(source: Source, addresses: readonly string[]): void {
    if (this.#pool.add(source, addresses) && this.#discovery.wants) this.#discovery.wake()
  }

  #dialled(address: string, problem: Error | undefined): void {
    if (!this.#options.bootstrap.includes(address)) return
    this.#dials.set(address, { address, failure: problem && dialFailureOf(problem) })
  }

  #hello(): Hello {
    const { network, serves, version = protocolVersion, now = Date.now } = this.#options
    return { version, network, time: millis(Math.floor(now())), serves, peers: this.#peersToTell() }
  }

  /** Members in random order. Whoever is told dials them before it believes that they are there. */
  #peersToTell(): readonly string[] {
    return [...this.#places.values()]
      .map((addresses) => ({ addresses: addresses.slice(0, toldOfEachMax), order: Math.random() }))
      .sort((a, b) => a.order - b.order)
      .flatMap(({ addresses }) => addresses)
      .filter(({ length }) => length <= limits.helloAddressBytesMax)
      .slice(0, limits.helloPeersMax)
  }

  #answered(peer: PeerId, greeted: Greeted): void {
    if (greeted.type === 'silent') {
      if (this.#acquaintances.get(peer) === undefined) this.#meet(peer, greeted)
      return
    }
    const verdict = this.#judge(greeted.hello, greeted.clock)
    this.#meet(peer, verdict)
    if (verdict.type !== 'member') {
      this.#refuse(peer)
      return
    }
    this.#take('exchanged', greeted.hello.peers)
    void this.#remember(peer)
  }

  /** It may be gone before it answers, because it found that it belongs elsewhere. */
  #asked(peer: PeerId, hello: Hello): void {
    const verdict = this.#judge(hello)
    if (verdict.type !== 'member') this.#meet(peer, verdict)
  }

  #judge({ version, network, serves }: Hello, clock?: ClockReading): Verdict {
    if (version !== (this.#options.version ?? protocolVersion)) return { type: 'other-version', version }
    if (network !== this.#options.network) return { type: 'other-network', network }
    return { type: 'member', serves, ...(clock !== undefined && { clock }) }
  }

  #meet(peer: PeerId, verdict: Verdict): void {
    const via = this.#acquaintances.get(peer)?.via ?? this.#wayTo(peer)
    this.#acquaintances.delete(peer)
    this.#acquaintances.set(peer, { peer, verdict, via })
    if (this.#acquaintances.size > acquaintancesMax) {
      const [gone] = [...this.#acquaintances.keys()].filter((id) => this.#refused.has(id))
      this.#acquaintances.delete(gone ?? this.#acquaintances.keys().next().value!)
    }
  }

  #wayTo(peer: PeerId): Acquaintance['via'] {
    const connections = this.#options.host.getConnections(peerIdFromString(peer))
    const outbound = connections.find(({ direction }) => direction === 'outbound')
    if (outbound === undefined) return 'inbound'
    if (this.#bootstrapPlaces.has(placeOf(outbound.remoteAddr).toString())) return 'bootstrap'
    return this.#pool.sourceOf(peer) ?? 'offer'
  }

  #refuse(peer: PeerId): void {
    const { host, remembered } = this.#options
    this.#refused.add(peer)
    if (this.#refused.size > refusedMax) this.#refused.delete(this.#refused.keys().next().value!)
    this.#pool.drop(peer)
    remembered.forget(peer)
    host.hangUp(peerIdFromString(peer)).catch(() => {})
  }

  /** Those who belong elsewhere stay on record, to say so; the others are asked anew when they come back. */
  #gone(peer: PeerId): void {
    const type = this.#acquaintances.get(peer)?.verdict.type
    this.#places.delete(peer)
    if (type === 'member' || type === 'silent') this.#acquaintances.delete(peer)
  }

  /** Where it was reached, and where it says that it listens: what works from furthest first, then what leads through a relay. */
  async #remember(peer: PeerId): Promise<void> {
    const { host, remembered } = this.#options
    const id = peerIdFromString(peer)
    const reached = host.getConnections(id).filter(({ direction }) => direction === 'outbound')
    const known = await host.peerStore.get(id).catch(() => undefined)
    const places = [...reached.map(({ remoteAddr }) => remoteAddr), ...(known?.addresses ?? []).map((a) => a.multiaddr)]
    const direct = places.filter((place) => !isRelayed(place)).sort((a, b) => compareReach(a, b))
    // One of each first: a direct one may not work for others, and a relay may go.
    const ordered = [...direct.slice(0, 1), ...places.filter(isRelayed).slice(0, 1), ...direct.slice(1)]
    const addresses = [...new Set(wholly(id, ordered))]
    if (addresses.length === 0 || host.getConnections(id).length === 0) return
    this.#places.set(peer, addresses)
    remembered.note(addresses)
  }
}

/** Addresses with the peer that they lead to at their end. */
const wholly = (peer: Libp2pPeerId, addresses: readonly Multiaddr[]): readonly string[] =>
  addresses.map((address) => placeOf(address).encapsulate(`/p2p/${peer}`).toString())
