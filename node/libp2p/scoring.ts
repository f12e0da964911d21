/** What gossip makes of its peers: how far it trusts them, and how much it takes from one. */
import {
  createTopicScoreParams,
  type PeerScoreParams,
  type PeerScoreThresholds,
  type TopicScoreParams,
} from '@chainsafe/libp2p-gossipsub/score'
import type { PeerGuard } from './guard.js'

/**
 * Scores count only what a peer is answerable for. Every honest node validates before it forwards, so an invalid
 * message is the fault of whoever passed it on; a quiet topic is nobody's fault, and the default weights on mesh
 * deliveries would punish it.
 */
const topicScore: TopicScoreParams = createTopicScoreParams({
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: 0.5,
  firstMessageDeliveriesCap: 0,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  /** With the square of the count: three invalid messages within seconds reach the graylist at −80. */
  invalidMessageDeliveriesWeight: -10,
  /** A second; forgiven after about a minute. */
  invalidMessageDeliveriesDecay: 0.95,
})

/** Below the first a peer is told of no gossip, below the second nothing is published to it, below the third nothing is heard from it. */
export const scoreThresholds: Partial<PeerScoreThresholds> = Object.freeze({
  gossipThreshold: -10,
  publishThreshold: -50,
  graylistThreshold: -80,
})

export interface ScoreOptions {
  readonly topics: readonly string[]
  /** Knows of what peers did elsewhere than in gossip. */
  readonly guard?: Pick<PeerGuard, 'scoreOf'> | undefined
}

export const scoreParamsOf = ({ topics, guard }: ScoreOptions): Partial<PeerScoreParams> => ({
  topics: Object.fromEntries(topics.map((topic) => [topic, topicScore])),
  appSpecificScore: (peer) => guard?.scoreOf(peer) ?? 0,
  appSpecificWeight: 1,
  /**
   * Phones share the addresses of their carriers: eleven behind one are no attack. How many connections one address may have
   * is bounded where connections are accepted.
   */
  IPColocationFactorWeight: 0,
  behaviourPenaltyWeight: -10,
  /**
   * An overloaded node that cannot send what it advertised breaks up to ten promises a second, which at this decay come to less
   * than 13. What goes beyond 20 are floods of GRAFT.
   */
  behaviourPenaltyThreshold: 20,
  behaviourPenaltyDecay: 0.2,
})

/** Bounds on one gossip RPC. Offers are at most 2 KB; what a peer asks for at once after a pause is a few hundred. */
export const rpcLimits = Object.freeze({
  /** In bytes; as much may be held for each peer while an RPC drips in. */
  rpcBytesMax: 1_048_576,
  decode: {
    maxSubscriptions: 128,
    maxMessages: 2_048,
    maxControlMessages: 128,
    maxIhaveMessageIDs: 5_000,
    maxIwantMessageIDs: 5_000,
    maxIdontwantMessageIDs: 512,
    maxPeerInfos: 16,
  },
})
