/** How a node of a network that spans machines finds others and is found by them: everything that a swarm on one machine does without. */
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import type { KadDHTComponents, KadDHTInit } from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import { ping } from '@libp2p/ping'
import { preSharedKey } from '@libp2p/pnet'
import type { NetworkId } from '../../src/protocol/hello.js'
import { BoundedDatastore } from './bounded-datastore.js'
import { dialBack } from './dial-back.js'
import { Lookup } from './lookup.js'
import { trusting } from './trusting.js'

/** A person's node asks others to relay where it cannot be dialled; a bootstrap peer relays, and answers look-ups from the start. */
export type Role = 'person' | 'bootstrap'

export interface ReachOptions {
  readonly network: NetworkId
  readonly role: Role
  /** 32 bytes without which no connection comes about; absent: the network is open to everybody. */
  readonly key?: Uint8Array
  /** Whether peers are looked for, and this node shows itself, on the local network. */
  readonly multicast: boolean
}

/** Bounds on what the network around a node can make it hold. Sizes are per node, times in ms. */
export const reachBounds = Object.freeze({
  /** Peers that a relay holds a way open to. */
  reservationsMax: 128,
  reservationMs: 3_600_000,
  /** What one relayed connection may carry, each way, and how long it may last: a long auction with full awards, not a download. */
  relayedBytesMax: 8_388_608,
  relayedMsMax: 900_000,
  /** Relayed connections that one relay carries at a time, and that one node takes. */
  relayedConnectionsMax: 256,
  relayedInMax: 64,
  /** Relays that a node tries in one go. */
  relayQueueMax: 16,
  /** Peers in each bucket of the look-up table, and how deep it grows: 20 · 2^5 peers. */
  bucketPeersMax: 20,
  bucketDepthMax: 5,
  lookupStreamsMax: 8,
  lookupQueueMax: 128,
  /** Peers and records of strangers that are remembered, each. */
  datastoreEntriesMax: 2_048,
  /** Peers that nobody heard of for so long are forgotten. */
  peerAgeMsMax: 3_600_000,
  pingStreamsMax: 2,
  /** Checks of one's own address that others ask for at a time. */
  autonatStreamsMax: 1,
})

/** The look-up table of each network is its own, and never the public one. */
export const lookupProtocolOf = (network: NetworkId): string => `/overage/${network.slice(0, 16)}/kad/1.0.0`
const multicastTagOf = (network: NetworkId): string => `_overage-${network.slice(0, 16)}._udp.local`

const {
  reservationsMax,
  reservationMs,
  relayedBytesMax,
  relayedMsMax,
  relayedConnectionsMax,
  relayedInMax,
  relayQueueMax,
  bucketPeersMax,
  bucketDepthMax,
  lookupStreamsMax,
  lookupQueueMax,
  datastoreEntriesMax,
  peerAgeMsMax,
  pingStreamsMax,
  autonatStreamsMax,
} = reachBounds

/** The parts of a libp2p node that {@link ReachOptions} ask for. */
export const reachOf = ({ network, role, key, multicast }: ReachOptions) => ({
  transport: circuitRelayTransport({
    maxReservationQueueLength: relayQueueMax,
    maxInboundStopStreams: relayedInMax,
    maxOutboundStopStreams: relayedConnectionsMax,
  }),
  services: {
    ping: ping({ maxInboundStreams: pingStreamsMax }),
    autonat: dialBack({ maxInboundStreams: autonatStreamsMax }),
    dcutr: dcutr(),
    lookup: lookup(network, role),
    ...(role === 'bootstrap' && { relay: relay(), trusting }),
  },
  ...(multicast && { peerDiscovery: [mdns({ serviceTag: multicastTagOf(network) })] }),
  ...(key !== undefined && { connectionProtector: preSharedKey({ psk: swarmKeyOf(key) }) }),
  datastore: new BoundedDatastore(datastoreEntriesMax),
  peerStore: { maxPeerAge: peerAgeMsMax, maxAddressAge: peerAgeMsMax },
})

const relay = () =>
  circuitRelayServer({
    maxInboundHopStreams: relayedConnectionsMax,
    maxOutboundHopStreams: relayedConnectionsMax,
    maxOutboundStopStreams: relayedConnectionsMax,
    reservations: {
      maxReservations: reservationsMax,
      reservationTtl: reservationMs,
      defaultDurationLimit: relayedMsMax,
      defaultDataLimit: BigInt(relayedBytesMax),
    },
  })

const lookup = (network: NetworkId, role: Role) => {
  const init: KadDHTInit = {
    protocol: lookupProtocolOf(network),
    kBucketSize: bucketPeersMax,
    prefixLength: bucketDepthMax,
    maxInboundStreams: lookupStreamsMax,
    maxOutboundStreams: lookupStreamsMax,
    routingTableUpdateMaxQueueSize: lookupQueueMax,
    alpha: 3,
    allowQueryWithZeroPeers: true,
    // Testnets live on private addresses too.
    peerInfoMapper: (peer) => peer,
    // Else a client that becomes a server once it turns out that it can be dialled.
    ...(role === 'bootstrap' && { clientMode: false }),
  }
  // That ping is among the services is checked by libp2p, not by its types.
  return (components: Omit<KadDHTComponents, 'ping'>) => new Lookup(components as KadDHTComponents, init)
}

/** The key as every libp2p implementation reads it from a file. */
export const swarmKeyOf = (key: Uint8Array): Uint8Array =>
  new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${Buffer.from(key).toString('hex')}`)
