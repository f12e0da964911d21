/** The network that a node belongs to, beyond the market's name (SPEC §15). */
import { listenedShards, offersTopicOf, shardOf } from '../src/index.js'
import type { PeerId } from '../src/ports/signer.js'
import type { NetworkId, Service } from '../src/protocol/hello.js'
import { limits } from '../src/protocol/message.js'
import type { HeardShards } from '../src/protocol/offer-index.js'
import type { Role } from './libp2p/reach.js'

export interface NodeNetwork {
  readonly id: NetworkId
  readonly role: Role
  /** 32 bytes; absent: an open network. */
  readonly key?: Uint8Array
  readonly shards: number
  /** How many shards a person's node listens to. */
  readonly heardShards: number
  /** Multiaddrs under which it can be dialled from outside, for a node behind a forwarded port; empty: found out. */
  readonly announce: readonly string[]
  /** Whether it looks for peers on the local network. */
  readonly multicast: boolean
  /** Whether all of it is on this machine: without relays, look-ups and multicast, half of libp2p's code. Default: no; with a key: no. */
  readonly confined?: boolean
  /** The protocol's version that it says it speaks, and the clock that it goes by; for trying out what others do about it. */
  readonly version?: number
  readonly now?: () => number
}

/** A network whose nodes all share this machine, in one shard. */
export const confinedNetwork = (id: NetworkId): NodeNetwork => ({
  id,
  role: 'person',
  shards: 1,
  heardShards: 1,
  announce: [],
  multicast: false,
  confined: true,
})

export interface Topics {
  /** Where this node's own offers go. */
  readonly publish: string
  readonly listen: readonly string[]
  /** The shards listened to; undefined: all that there are. */
  readonly heard: HeardShards | undefined
}

/** Every node of a market without a network shares one shard; of a network, each listens to its own and some more, bootstrap peers to all. */
export function topicsOf(market: string, self: PeerId, network: NodeNetwork | undefined): Topics {
  const { shards: count, heardShards, role } = network ?? { shards: 1, heardShards: 1, role: 'person' }
  const own = shardOf(self, count)
  const heard = listenedShards(self, { count, heard: role === 'bootstrap' ? count : heardShards })
  const topicOf = (shard: number): string => offersTopicOf({ market, shard })
  const shards = [...new Set([own, ...heard])].sort((a, b) => a - b)
  const isSome = shards.length < count && shards.length <= limits.questionShardsMax
  return { publish: topicOf(own), listen: shards.map(topicOf), heard: isSome ? { count, shards } : undefined }
}

/** What a node of this role does for others. */
export const servicesOf = (role: Role): readonly Service[] =>
  role === 'bootstrap' ? ['offers', 'relay', 'lookup'] : ['offers']
