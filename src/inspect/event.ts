/**
 * What a node's tap tells, as plain data: one event a line in a capture file and one a message of `GET /v1/gossip`.
 * docs/inspect.md is the reference. No Node built-in is needed to read any of this, so a web page can.
 */
import type { PeerId } from '../ports/signer.js'
import type { CloseReason, DeclineCode, Digest, OfferId, RefusalCode } from '../protocol/message.js'

/** Grows when a line changes its shape; new fields and new types do not count. */
export const captureVersion = 1

export type Direction = 'in' | 'out'
/** SHA-256 of a gossiped message's data, 64 hexadecimal digits. */
export type MessageId = string

/** Says whose events follow. Every file and every stream begins with one, and a merged one has one for each node. */
export interface CaptureLine {
  readonly type: 'capture'
  readonly version: typeof captureVersion
  readonly node: PeerId
  readonly name: string
  readonly market: string
  readonly at: number
}

/** What every event has. */
export interface Seen {
  /** Grows by one from event to event of one run of the node. Where it jumps, events were not read in time. */
  readonly n: number
  /** In microseconds since the Unix epoch, by this node's clock. */
  readonly at: number
  /** The node that saw it. */
  readonly node: PeerId
}

/** One gossipsub RPC, as it left this node or came to it. What an RPC does not have is left out. */
export interface RpcEvent extends Seen {
  readonly type: 'rpc'
  readonly dir: Direction
  readonly peer: PeerId
  /** Of the RPC, without the length in front of it. */
  readonly bytes: number
  readonly messages?: readonly GossipMessage[]
  readonly subscriptions?: readonly { readonly topic: string; readonly subscribe: boolean }[]
  readonly ihave?: readonly { readonly topic: string; readonly ids: readonly MessageId[] }[]
  readonly iwant?: readonly MessageId[]
  readonly graft?: readonly string[]
  readonly prune?: readonly Prune[]
  readonly idontwant?: readonly MessageId[]
  /** It does not read as an RPC from some byte on; what came before that is here. */
  readonly malformed?: true
  /** The RPC itself in base64, where it was asked for. */
  readonly raw?: string
}

export interface GossipMessage {
  readonly topic: string
  readonly id: MessageId
  /** Of the message's data. */
  readonly bytes: number
  /** What it says, where it is an offer that can be read. */
  readonly offer?: OfferSummary
}

export interface OfferSummary {
  readonly offer: OfferId
  readonly sequence: number
  readonly status: 'open' | 'closed'
  /** MB. */
  readonly stock: number
  /** Ticks. */
  readonly reserve: number
  /** In ms since the Unix epoch, by its seller's clock. */
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface Prune {
  readonly topic: string
  /** Seconds for which the pruned peer must not come back. */
  readonly backoff?: number
  /** Other peers that it names. */
  readonly peers?: number
  /** Only of those that this node sent: the protocol has no place for it. */
  readonly reason?: PruneReason
  /** Of one that came, where its backoff is that of leaving the topic: what gossipsub does by default, and no proof. */
  readonly guess?: 'left'
}

export const pruneReasons = ['left', 'bad-score', 'excess', 'backoff', 'full'] as const
/**
 * The topic was left; the peer's score is negative; the mesh was larger than it may be; the peer came back too early; the mesh
 * was full when it asked.
 */
export type PruneReason = (typeof pruneReasons)[number]

/** A message that this node published itself. */
export interface PublishEvent extends Seen {
  readonly type: 'publish'
  readonly topic: string
  readonly id: MessageId
  readonly bytes: number
  readonly offer?: OfferSummary
}

export const verdicts = ['delivered', 'duplicate', 'ignored', 'rejected', 'refused'] as const
/** The first four are gossip's; `refused` is a message of the auction protocol that did not pass the gate. */
export type VerdictName = (typeof verdicts)[number]

/** What became of a message that arrived. */
export interface VerdictEvent extends Seen {
  readonly type: 'verdict'
  readonly verdict: VerdictName
  readonly peer: PeerId
  /** Absent where it did not come by gossip. */
  readonly topic?: string
  readonly id?: MessageId
  /** Why it was ignored, rejected or refused (SPEC §10); absent where gossipsub itself could not read it. */
  readonly code?: RefusalCode
}

/** A peer became part of a topic's mesh, or is no longer. */
export interface MeshEvent extends Seen {
  readonly type: 'mesh'
  readonly change: 'graft' | 'prune'
  readonly peer: PeerId
  readonly topic: string
  readonly reason?: PruneReason | 'pruned-by-peer' | 'disconnected'
  /** It was so before anybody looked: a reader begins with how things stand. */
  readonly standing?: true
}

/** What gossipsub thinks of a peer changed: 0 is neutral. Looked at once a heartbeat. */
export interface ScoreEvent extends Seen {
  readonly type: 'score'
  readonly peer: PeerId
  readonly score: number
  readonly was: number
  /** What it was punished for since, by behaviour. */
  readonly penalties?: readonly string[]
}

export interface PeerEvent extends Seen {
  readonly type: 'peer'
  readonly change: 'connected' | 'disconnected'
  readonly peer: PeerId
  /** As in {@link MeshEvent}. */
  readonly standing?: true
}

/** One question of offer sync and its answer (SPEC §8): `out` this node asked, `in` it was asked. */
export interface SyncEvent extends Seen {
  readonly type: 'sync'
  readonly dir: Direction
  readonly peer: PeerId
  readonly asked: 'index' | 'offers' | 'page'
  /** Of question and answer. */
  readonly bytes: number
  /** Entries of the index in the answer. */
  readonly entries?: number
  readonly offers?: readonly { readonly offer: OfferId; readonly sequence: number }[]
}

/** A message of the auction protocol. */
export interface AuctionEvent extends Seen {
  readonly type: 'auction'
  readonly dir: Direction
  readonly peer: PeerId
  readonly bytes: number
  /** Absent where it cannot be read. */
  readonly message?: AuctionMessage
  readonly raw?: string
}

interface About {
  readonly offer: OfferId
}

export type AuctionMessage =
  | (About & {
      readonly type: 'bid'
      readonly buyer: PeerId
      readonly sequence: number
      readonly quantity: number
      readonly price: number
    })
  | (About & {
      readonly type: 'quote'
      readonly buyer: PeerId
      readonly bidSequence: number
      readonly round: number
      readonly sequence: number
      readonly stock: number
      readonly reserve: number
      readonly quantity: number
      readonly charge: number
    })
  | (About & {
      readonly type: 'award'
      readonly buyer: PeerId
      readonly round: number
      readonly stock: number
      readonly reserve: number
      readonly quantity: number
      readonly charge: number
      readonly fee: number
      /** Bids that it was computed from. */
      readonly evidence: number
    })
  | (About & {
      readonly type: 'accept' | 'receipt'
      readonly buyer: PeerId
      readonly round: number
      readonly award: Digest
      readonly quantity: number
      readonly charge: number
      readonly fee: number
    })
  | (About & {
      readonly type: 'decline'
      readonly buyer: PeerId
      readonly round: number
      readonly award: Digest
      readonly code: DeclineCode
    })
  | (About & {
      readonly type: 'refused'
      readonly to: PeerId
      readonly code: RefusalCode
      readonly bidSequence: number
      readonly award: Digest | ''
    })
  | (About & { readonly type: 'closed'; readonly reason: CloseReason })

/** Events that this reader will never see. */
export interface LostEvent extends Seen {
  readonly type: 'lost'
  /** How many; `null` where nobody knows, as after a restart. */
  readonly events: number | null
}

export type InspectEvent =
  | RpcEvent
  | PublishEvent
  | VerdictEvent
  | MeshEvent
  | ScoreEvent
  | PeerEvent
  | SyncEvent
  | AuctionEvent
  | LostEvent

export type InspectLine = CaptureLine | InspectEvent

export const eventTypes = [
  'rpc',
  'publish',
  'verdict',
  'mesh',
  'score',
  'peer',
  'sync',
  'auction',
  'lost',
] as const satisfies readonly InspectEvent['type'][]

/**
 * Every word that `kind` can be, most telling last: an RPC is of kind `rpc` and of the kind of each of its parts, a message that is an
 * offer is `msg` and `offer`, a bid is `auction` and `bid`.
 */
export const eventKinds = [
  ...eventTypes,
  'msg',
  'sub',
  'ihave',
  'iwant',
  'graft',
  'prune',
  'idontwant',
  'malformed',
  'offer',
  ...verdicts,
  'connected',
  'disconnected',
  'bid',
  'quote',
  'award',
  'accept',
  'decline',
  'receipt',
  'closed',
] as const
export type EventKind = (typeof eventKinds)[number]

/** What an event is, from the general to the special; see {@link eventKinds}. */
export function kindsOf(event: InspectEvent): readonly EventKind[] {
  switch (event.type) {
    case 'rpc':
      return rpcKindsOf(event)
    case 'publish':
      return event.offer === undefined ? ['publish', 'msg'] : ['publish', 'msg', 'offer']
    case 'verdict':
      return ['verdict', event.verdict]
    case 'mesh':
    case 'peer':
      return [event.type, event.change]
    case 'auction':
      return event.message === undefined ? ['auction', 'malformed'] : ['auction', event.message.type]
    case 'score':
    case 'sync':
    case 'lost':
      return [event.type]
  }
}

function rpcKindsOf(event: RpcEvent): readonly EventKind[] {
  const kinds: EventKind[] = ['rpc']
  if (event.subscriptions !== undefined) kinds.push('sub')
  for (const kind of ['ihave', 'iwant', 'graft', 'prune', 'idontwant'] as const) {
    if (event[kind] !== undefined) kinds.push(kind)
  }
  if (event.messages !== undefined) kinds.push('msg')
  if (event.messages?.some(({ offer }) => offer !== undefined) === true) kinds.push('offer')
  if (event.malformed === true) kinds.push('malformed')
  return kinds
}
