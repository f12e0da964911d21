import '../polyfill.js'
import { createHash } from 'node:crypto'
import { type GossipSub, gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub'
import { createTopicScoreParams, type TopicScoreParams } from '@chainsafe/libp2p-gossipsub/score'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import type { Registry } from 'prom-client'
import { limits } from '../../src/protocol/message.js'
import { gossipRegisterOf } from './gossip-metrics.js'
import { muxer } from './muxer.js'
import { anyRelay, type ReachOptions, reachOf } from './reach.js'

/** What the market asks of libp2p; whatever else a node runs, nobody else asks for. */
type Services = {
  readonly identify: Identify
  readonly pubsub: GossipSub
}
/** A libp2p node as the market needs it. */
export type Host = Libp2p<Services>

export interface HostOptions {
  /** Who the node is; Ed25519, so that its peer id contains the public key. */
  readonly privateKey: PrivateKey
  /** Multiaddrs to listen on; TCP only. Empty: dials only. */
  readonly listen: readonly string[]
  /** Multiaddrs to tell others instead of those listened on, for a node behind a forwarded port. Default: none. */
  readonly announce?: readonly string[]
  /** Topics that the node will listen to; peers are scored for what they pass on in these. */
  readonly topics: readonly string[]
  /**
   * Whether all nodes share one machine. Guards against many peers behind one address are then off: they would take
   * the swarm for an attack (50 nodes on one host delivered half of the messages, 25 of 30 dials were refused).
   */
  readonly local: boolean
  /** How many neighbours messages are exchanged with: as few as suit one machine, or gossipsub's own. Default: by `local`. */
  readonly mesh?: 'thin' | 'public'
  /** Gets what libp2p and gossipsub count. Default: nobody counts. */
  readonly metrics?: Registry
  /** How it finds peers and is found across machines; absent: by the addresses that it is given alone. */
  readonly reach?: ReachOptions
}

/** More peers than this on one machine need more than one machine. */
const localPeersMax = 2_000
/** Mesh degree in local swarms: carries about 20 % more under overload than gossipsub's 6, 4, 12. */
export const localMesh = { D: 4, Dlo: 2, Dhi: 7, Dscore: 2, Dout: 1 } as const

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

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest()

/**
 * Gossip is unsigned at the pubsub layer (`StrictNoSign`), and a message's id is the hash of its data. An offer is signed
 * by its seller already, and the topic validator checks that; a second signature would cost a sign per publish, a verify per hop
 * and 110 bytes, and prove only who published. Measured with 20 nodes on one machine, 600 bytes, 50 messages a second: p95
 * 16 ms and 17 ms of CPU a message, against 65 and 28 with signatures, 48 and 25 with those and a `fastMsgIdFn`.
 *
 * Saying IDONTWANT costs as much as the copy of an offer that it saves: without it, 10 ms and 12 ms of CPU.
 */
const pubsub = ({ topics, local, mesh = local ? 'thin' : 'public', metrics }: HostOptions) =>
  gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => sha256(message.data),
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    floodPublish: false,
    batchPublish: true,
    fallbackToFloodsub: false,
    emitSelf: false,
    idontwantMinDataSize: limits.offerBytesMax + 1,
    allowedTopics: [...topics],
    scoreParams: {
      ...(local ? { IPColocationFactorWeight: 0 } : {}),
      topics: Object.fromEntries(topics.map((topic) => [topic, topicScore])),
    },
    ...(mesh === 'thin' ? localMesh : {}),
    ...(metrics && {
      metricsRegister: gossipRegisterOf(metrics),
      metricsTopicStrToLabel: new Map(topics.map((topic) => [topic, topic])),
    }),
  })

/**
 * Makes and starts a libp2p node: TCP, Noise, Yamux, identify, gossipsub, and what `reach` asks for. Rejects when it cannot listen.
 * A relay that cannot be had is no reason to: one may come.
 */
export function composeLibp2p(options: HostOptions): Promise<Host> {
  const { privateKey, announce = [], local, metrics } = options
  const reach = options.reach && reachOf(options.reach)
  // Whoever says where it can be dialled, or relays itself, needs no relay.
  const needsRelay = options.reach?.role === 'person' && announce.length === 0
  const { transport, services, ...others } = reach ?? {}
  return createLibp2p<Services>({
    privateKey,
    nodeInfo: { name: 'overage', userAgent: 'overage' },
    addresses: { listen: [...options.listen, ...(needsRelay ? [anyRelay] : [])], announce: [...announce] },
    transports: [tcp(), ...(transport === undefined ? [] : [transport])],
    connectionEncrypters: [noise()],
    streamMuxers: [muxer()],
    services: { identify: identify(), pubsub: pubsub(options), ...services } as ServiceFactoryMap<Services>,
    ...others,
    ...(metrics && { metrics: prometheusMetrics({ registry: metrics, preserveExistingMetrics: true }) }),
    ...(local
      ? {
          connectionManager: {
            inboundConnectionThreshold: localPeersMax,
            maxIncomingPendingConnections: localPeersMax,
            maxConnections: localPeersMax,
          },
          /** Its pings time out when a crowded machine is busy, and then it cuts healthy connections. */
          connectionMonitor: { enabled: false },
        }
      : {}),
  })
}
