/**
 * Identities on the wire (SPEC §2). An identity is an Ed25519 public key, 32 bytes; people and programs see it as the
 * libp2p peer id `12D3KooW…`. The two forms stand for each other one to one.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as textOf } from 'uint8arrays/to-string'
import type { PeerId } from '../ports/signer.js'
import { type OfferId, offerIdOf, sellerOf } from './message.js'

export const publicKeyBytes = 32

/** Multihash "identity" of 36 bytes, which are the protobuf of a libp2p public key: type Ed25519, 32 bytes of key. */
const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
/** Every such peer id in base58btc has exactly this length. */
const peerIdLength = 52

/**
 * Base 58 costs more than all the rest of a message, and a node meets the same peers again and again: both forms of the
 * last {@link identitiesMax} identities are remembered. Answers do not depend on it.
 */
const identitiesMax = 4_096
const keys = new Map<PeerId, Uint8Array<ArrayBuffer>>()
const ids = new Map<string, PeerId>()

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  if (map.size >= identitiesMax) map.delete(map.keys().next().value as Key)
  map.set(key, value)
  return value
}

/** @throws RangeError when `key` is not 32 bytes long. */
export function peerIdOf(key: Uint8Array): PeerId {
  if (key.length !== publicKeyBytes) throw new RangeError(`not an Ed25519 public key: ${key.length} bytes`)
  const name = textOf(key, 'latin1')
  return ids.get(name) ?? remember(ids, name, encodedIdOf(key))
}

function encodedIdOf(key: Uint8Array): PeerId {
  const multihash = new Uint8Array(prefix.length + publicKeyBytes)
  multihash.set(prefix)
  multihash.set(key, prefix.length)
  return textOf(multihash, 'base58btc')
}

/** The public key in a peer id, or undefined when it is not the canonical text of an Ed25519 identity. */
export function publicKeyOf(id: PeerId): Uint8Array<ArrayBuffer> | undefined {
  const known = keys.get(id)
  if (known !== undefined) return new Uint8Array(known)
  const key = decodedKeyOf(id)
  return key === undefined ? undefined : new Uint8Array(remember(keys, id, key))
}

function decodedKeyOf(id: PeerId): Uint8Array<ArrayBuffer> | undefined {
  if (id.length !== peerIdLength) return undefined
  let multihash: Uint8Array
  try {
    multihash = fromString(id, 'base58btc')
  } catch {
    return undefined
  }
  if (multihash.length !== prefix.length + publicKeyBytes) return undefined
  if (prefix.some((byte, at) => multihash[at] !== byte)) return undefined
  return new Uint8Array(multihash.subarray(prefix.length))
}

/** The number in an offer id, or undefined when `offer` is not `<peer id>/<safe integer without leading zeros>`. */
export function offerNumberOf(offer: OfferId): number | undefined {
  const seller = sellerOf(offer)
  const number = Number(offer.slice(seller.length + 1))
  if (!Number.isSafeInteger(number) || number < 0 || offerIdOf(seller, number) !== offer) return undefined
  return publicKeyOf(seller) === undefined ? undefined : number
}
