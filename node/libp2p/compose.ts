import '../polyfill.js'
import { createHash } from 'node:crypto'
import { type GossipSub, gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import type { Registry } from 'prom-client'
import { limits } from '../../src/protocol/message.js'
import type { Counters } from './counters.js'
import { gaterOf } from './gater.js'
import { tapped } from './gossip-probe.js'
import type { PeerGuard } from './guard.js'
import type { Links } from './links.js'
import { muxer } from './muxer.js'
import type { ReachOptions } from './reach.js'
import { rpcLimits, scoreParamsOf, scoreThresholds } from './scoring.js'
import type { Tap } from './tap.js'
import { trusting } from './trusting.js'

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
  /** Knows whom to refuse. Default: nobody is refused. */
  readonly guard?: PeerGuard
  /** Is shown what gossip does. Default: nobody is. */
  readonly tap?: Tap
  /** What lies between it and others, in a swarm under test. Default: nothing. */
  readonly links?: Links
  /** How it finds peers and is found across machines; absent: by the addresses that it is given alone. */
  readonly reach?: ReachOptions
}

/** Searches for any relay among connected peers, and keeps one. */
const anyRelay = '/p2p-circuit'

/** More peers than this on one machine need more than one machine. */
const localPeersMax = 2_000
/** Mesh degree in local swarms: carries about 20 % more under overload than gossipsub's 6, 4, 12. */
export const localMesh = { D: 4, Dlo: 2, Dhi: 7, Dscore: 2, Dout: 1 } as const

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest()

/**
 * Gossip is unsigned at the pubsub layer (`StrictNoSign`), and a message's id is the hash of its data. An offer is signed
 * by its seller already, and the topic validator checks that; a second signature would cost a sign per publish, a verify per hop
 * and 110 bytes, and prove only who published. Measured with 20 nodes on one machine, 600 bytes, 50 messages a second: p95
 * 16 ms and 17 ms of CPU a message, against 65 and 28 with signatures, 48 and 25 with those and a `fastMsgIdFn`.
 *
 * Saying IDONTWANT costs as much as the copy of an offer that it saves: without it, 10 ms and 12 ms of CPU.
 */
const pubsub = (
  { topics, local, mesh = local ? 'thin' : 'public', guard }: HostOptions,
  counters: Counters | undefined,
) =>
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
    scoreParams: scoreParamsOf({ topics, guard }),
    scoreThresholds,
    maxInboundDataLength: rpcLimits.rpcBytesMax,
    decodeRpcLimits: rpcLimits.decode,
    ...(mesh === 'thin' ? localMesh : {}),
    ...(counters && {
      metricsRegister: counters.gossip,
      metricsTopicStrToLabel: new Map(topics.map((topic) => [topic, topic])),
    }),
  })

/** Connections that strangers may hold from one address: a carrier's may have many phones behind it. */
const perAddressMax = 32
const perPeerMax = 3

/**
 * Streams of one peer, and what each may hold unread. Two streams to a protocol are normal, and a window of 1 MB carries 10 MB a
 * second across a tenth of a second; yamux' own bounds, 1 000 streams of 4 MB, are gigabytes for each peer.
 */
const muxerBounds = {
  maxInboundStreams: 64,
  streamOptions: { maxStreamWindowSize: 1_048_576, maxReadBufferLength: 1_048_576 },
} as const

/**
 * Makes and starts a libp2p node: TCP, Noise, Yamux, identify, gossipsub, and what `reach` asks for. Rejects when it cannot listen.
 * A relay that cannot be had is no reason to: one may come.
 */
export async function composeLibp2p(options: HostOptions): Promise<Host> {
  const { privateKey, announce = [], local, guard, metrics, links } = options
  const counters = metrics && (await import('./counters.js')).countersIn(metrics)
  // Half of libp2p's code, which a swarm on one machine does without.
  const reach = options.reach && (await import('./reach.js')).reachOf(options.reach)
  // Whoever says where it can be dialled, or relays itself, needs no relay.
  const needsRelay = options.reach?.role === 'person' && announce.length === 0
  const { transport, services, ...others } = reach ?? {}
  const standing = () => host?.getConnections() ?? []
  const gossip = options.tap === undefined ? pubsub(options, counters) : tapped(pubsub(options, counters), options.tap)
  const gater = { guard, perAddressMax: local ? undefined : perAddressMax, perPeerMax, standing }
  let host: Host | undefined
  host = await createLibp2p<Services>({
    privateKey,
    nodeInfo: { name: 'overage', userAgent: 'overage' },
    addresses: { listen: [...options.listen, ...(needsRelay ? [anyRelay] : [])], announce: [...announce] },
    transports: [links === undefined ? tcp() : links.over(tcp()), ...(transport === undefined ? [] : [transport])],
    connectionEncrypters: [noise()],
    streamMuxers: [muxer(muxerBounds)],
    connectionGater: gaterOf(gater),
    services: {
      identify: identify(),
      pubsub: gossip,
      // With a network, peers dial back and say what works.
      ...(reach === undefined && !local && { trusting }),
      ...services,
    } as ServiceFactoryMap<Services>,
    ...others,
    ...(counters && { metrics: counters.libp2p }),
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
  return host
}
