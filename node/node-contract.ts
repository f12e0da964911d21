/** What a node of the market is asked to be, and what it answers to whoever runs it. */
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Command, Fact, ParticipantStatus } from '../src/agent/agent.js'
import type { Participant } from '../src/agent/participant.js'
import type { BuyPlan, Rules, SellPlan } from '../src/agent/rules.js'
import type { StoreContents } from '../src/ports/store.js'
import type { Reach } from './libp2p/address.js'
import type { PeerRefusal } from './libp2p/guard.js'
import type { Links } from './libp2p/links.js'
import type { MembershipStatus } from './libp2p/membership.js'
import type { OfferSyncSettings, SyncStatus } from './libp2p/offer-sync.js'
import type { Peer, PeerNews } from './libp2p/peers.js'
import type { Role } from './libp2p/reach.js'
import type { Tap } from './libp2p/tap.js'
import type { Traffic } from './libp2p/transport.js'
import type { NodeNetwork } from './network.js'
import type { PassphraseSource } from './passphrase.js'

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
  /** A folder that gets what it does on the network, for `overage inspect`; none unless said. */
  readonly capture?: string
  /** Gets what libp2p and gossipsub count. */
  readonly metrics?: Registry
  /** The network that spans machines; absent: a market by its name alone, whose peers are those in `bootstrap`. */
  readonly network?: NodeNetwork
  /** What lies between it and others, in a swarm under test; absent: nothing. */
  readonly links?: Links
}

export interface NodeStatus extends ParticipantStatus {
  /** Connected peers, and those of them with whom offers are exchanged in full. */
  readonly peers: number
  readonly meshPeers: number
  readonly traffic: Traffic
  /** Effects that wait for the store. */
  readonly backlog: number
  /** From where it can be dialled; undefined: from nowhere. */
  readonly reach?: Reach
  /** How far its offers are those that its peers know. */
  readonly sync: SyncStatus
  readonly network?: MembershipStatus & { readonly role: Role }
}

/** A participant of the market on a real network. */
export interface MarketNode {
  readonly peerId: string
  /** Where it can be dialled. */
  addresses(): readonly string[]
  status(): NodeStatus
  /** What it knows of the market, for its person. */
  readonly view: Pick<Participant, 'offers' | 'auction' | 'bids' | 'accepts'>
  readonly rules: Rules
  peers(): Promise<readonly Peer[]>
  /** What it does on the network, for whoever looks. */
  readonly tap: Tap
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
