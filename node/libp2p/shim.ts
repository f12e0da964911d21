import type { GossipSub } from '@chainsafe/libp2p-gossipsub'
import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { PeerId } from '../../src/ports/signer.js'

/** What gossipsub has but does not put into its interface. */
export interface Hidden {
  readonly mesh: ReadonlyMap<string, ReadonlySet<PeerId>>
  readonly peers: ReadonlyMap<PeerId, unknown>
  readonly streamsOutbound: Map<PeerId, HiddenOutbound>
  getScore(peer: PeerId): number
  /** Reads a peer's RPCs, each a frame of `source`, until that ends. */
  pipePeerReadStream(peer: Libp2pPeerId, source: AsyncIterable<Uint8ArrayList>): Promise<void>
  makePrune(peer: PeerId, topic: string, exchange: boolean, leaving: boolean): Promise<unknown>
  /** Takes peers that ask for it into the mesh, or answers with a PRUNE; which of both is decided before it returns. */
  handleGraft(peer: PeerId, graft: readonly unknown[]): Promise<unknown>
  /** The moment in which it is decided to prune a peer, or not to let it in. */
  addBackoff(peer: PeerId, topic: string): void
  readonly score: HiddenScore
}

/** Where RPCs to one peer go out, each with its length in front. */
export interface HiddenOutbound {
  pushPrefixed(frame: Uint8ArrayList): void
}

/** What gossipsub tells its scores. Message ids are base64 here. */
export interface HiddenScore {
  deliverMessage(from: PeerId, messageId: string, topic: string): void
  duplicateMessage(from: PeerId, messageId: string, topic: string): void
  rejectMessage(
    from: PeerId,
    messageId: string,
    topic: string,
    reason: 'error' | 'ignore' | 'reject' | 'blacklisted',
  ): void
  /** It could not even be read. */
  rejectInvalidMessage(from: PeerId, topic: string): void
  graft(peer: PeerId, topic: string): void
  prune(peer: PeerId, topic: string): void
  removePeer(peer: PeerId): void
  addPenalty(peer: PeerId, points: number, label: string): void
}

/** The only cast onto gossipsub's hidden parts; a test pins each of them to the version in package.json. */
export const hidden = (pubsub: GossipSub): Hidden => pubsub as unknown as Hidden

/** The peers with whom full messages of a topic are exchanged. Empty when the topic is not listened to. */
export const meshPeersOf = (pubsub: GossipSub, topic: string): readonly PeerId[] => [
  ...(hidden(pubsub).mesh.get(topic) ?? []),
]

/** What gossipsub thinks of a peer: 0 is neutral, below −80 it is not listened to. */
export const scoreOf = (pubsub: GossipSub, peer: PeerId): number => hidden(pubsub).getScore(peer)

/** Tells `seen` of every gossiped message that had arrived before. Returns a function that ends it. */
export function watchDuplicates(pubsub: GossipSub, seen: (topic: string) => void): () => void {
  const { score } = hidden(pubsub)
  const original = score.duplicateMessage
  const watching = (from: PeerId, messageId: string, topic: string): void => {
    seen(topic)
    original.call(score, from, messageId, topic)
  }
  score.duplicateMessage = watching
  return () => {
    if (score.duplicateMessage === watching) score.duplicateMessage = original
  }
}
