import type { GossipSub } from '@chainsafe/libp2p-gossipsub'
import type { PeerId } from '../../src/ports/signer.js'

/** What gossipsub has but does not put into its interface. */
interface Hidden {
  readonly mesh: ReadonlyMap<string, ReadonlySet<PeerId>>
  getScore(peer: PeerId): number
  readonly score: { duplicateMessage(from: PeerId, messageId: string, topic: string): void }
}

/** The only cast onto gossipsub's hidden parts; a test pins each of them to the version in package.json. */
const hidden = (pubsub: GossipSub): Hidden => pubsub as unknown as Hidden

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
