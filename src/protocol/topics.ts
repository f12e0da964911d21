/** Where messages travel (SPEC §3). */
import { sha256 } from '@noble/hashes/sha2.js'
import { rendezvous } from '../mechanism/pool.js'
import type { PeerId } from '../ports/signer.js'
import { publicKeyOf } from './identity.js'

/** Bids and what answers them: one long-lived stream for each pair of peers, varint length-prefixed envelopes. */
export const auctionProtocolId = '/overage/auction/1.0.0'
/** Offer sync: requests and pages in turn on one stream, varint length-prefixed. */
export const offersProtocolId = '/overage/offers/1.0.0'
/** Offer sync by differences: a minor version that is asked for first. */
export const offersDifferenceProtocolId = '/overage/offers/1.1.0'
/** Hello: one question and one answer on a stream, varint length-prefixed. It stays at 1 when the protocol's version grows. */
export const helloProtocolId = '/overage/hello/1.0.0'

/** The gossip topic of one shard of a market's offers. */
export const offersTopicOf = ({ market, shard }: { readonly market: string; readonly shard: number }): string =>
  `overage/1/${market}/offers/${shard}`

/**
 * The shard in which a seller publishes, from 0 up to, not including, `shards`: the same for everybody, and evenly spread.
 *
 * @throws RangeError when `seller` is not the peer id of an Ed25519 identity, or `shards` not an integer ≥ 1.
 */
export function shardOf(seller: PeerId, shards: number): number {
  if (!Number.isSafeInteger(shards) || shards < 1) throw new RangeError(`not a number of shards: ${shards}`)
  return shardSeedOf(seller) % shards
}

/** What a seller's shard follows from, whatever their number. @throws RangeError as {@link shardOf}. */
export function shardSeedOf(seller: PeerId): number {
  const key = publicKeyOf(seller)
  if (key === undefined) throw new RangeError(`not the peer id of an Ed25519 identity: ${seller}`)
  const hash = sha256(key)
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0)
}

/**
 * The shards that a buyer listens to: `heard` different ones of `count` that follow from its id, evenly spread, in ascending
 * order; all of them when there are no more. How many a market has is fixed, so a buyer never changes them.
 */
export function listenedShards(
  buyer: PeerId,
  { count, heard }: { readonly count: number; readonly heard: number },
): readonly number[] {
  if (heard >= count) return Array.from({ length: count }, (_, shard) => shard)
  const chosen = new Set<number>()
  for (let draw = 0; chosen.size < heard; draw++) chosen.add(rendezvous(buyer, `${draw}`) % count)
  return [...chosen].sort((a, b) => a - b)
}
