/** Where messages travel (SPEC §3). */
import { sha256 } from '@noble/hashes/sha2.js'
import type { PeerId } from '../ports/signer.js'
import { publicKeyOf } from './identity.js'

/** Bids and what answers them: one long-lived stream for each pair of peers, varint length-prefixed envelopes. */
export const auctionProtocolId = '/overage/auction/1.0.0'
/** Offer sync: requests and pages in turn on one stream, varint length-prefixed. */
export const offersProtocolId = '/overage/offers/1.0.0'

/** The gossip topic of one shard of a market's offers. */
export const offersTopicOf = ({ market, shard }: { readonly market: string; readonly shard: number }): string =>
  `overage/1/${market}/offers/${shard}`

/**
 * The shard in which a seller publishes, from 0 up to, not including, `shards`: the same for everybody, and evenly spread.
 *
 * @throws RangeError when `seller` is not the peer id of an Ed25519 identity, or `shards` not an integer ≥ 1.
 */
export function shardOf(seller: PeerId, shards: number): number {
  const key = publicKeyOf(seller)
  if (key === undefined) throw new RangeError(`not the peer id of an Ed25519 identity: ${seller}`)
  if (!Number.isSafeInteger(shards) || shards < 1) throw new RangeError(`not a number of shards: ${shards}`)
  const hash = sha256(key)
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % shards
}
