/**
 * Offer sync by differences (SPEC §8): an index of what a peer knows, then the offers that are missing. Unsigned, like
 * pages: an index is a hint where to find offers, and each offer goes through admission.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { fromString } from 'uint8arrays/from-string'
import { toString as textOf } from 'uint8arrays/to-string'
import { attempt, type Unreadable } from './codec.js'
import { malformed, marketOf, outOfBounds } from './fields.js'
import * as wire from './generated/market.js'
import { limits, type OfferId } from './message.js'

/** The first 8 bytes of SHA-256 of an offer id, as 16 hexadecimal digits: short, and in an order that nobody chooses. */
export type OfferKey = string

const keyBytes = 8
const entryBytes = 16
const shardBytes = 2

export interface IndexEntry {
  readonly key: OfferKey
  readonly sequence: number
}

/** Some of the shards of a market: those that a node listens to. */
export interface HeardShards {
  /** How many there are. */
  readonly count: number
  /** In ascending order, each below `count`; from 1 to {@link limits.questionShardsMax}. */
  readonly shards: readonly number[]
}

export type OfferQuestion =
  /** Entries after a key, or from the first; `limit` from 1 to {@link limits.indexEntriesMax}. */
  | {
      readonly type: 'index'
      readonly market: string
      readonly after: OfferKey | ''
      readonly limit: number
      /** Only offers of these; absent: of all. A peer that does not know the field tells of all too. */
      readonly heard?: HeardShards
    }
  /** From 1 to {@link limits.pageOffersMax} keys. */
  | { readonly type: 'offers'; readonly market: string; readonly keys: readonly OfferKey[] }

export type OfferAnswer =
  /** In ascending order of keys; `more`: there are entries after the last. */
  | { readonly type: 'index'; readonly entries: readonly IndexEntry[]; readonly more: boolean }
  /** Envelopes as they came: not decoded, not admitted. */
  | { readonly type: 'offers'; readonly offers: readonly Uint8Array[] }

export const offerKeyOf = (offer: OfferId): OfferKey =>
  textOf(sha256(new TextEncoder().encode(offer)).subarray(0, keyBytes), 'hex')

export function encodeOfferQuestion(question: OfferQuestion): Uint8Array {
  const { market } = question
  const none = new Uint8Array(0)
  if (question.type === 'offers') {
    const keys = bytesOf(question.keys.join(''))
    return wire.OfferQuestion.encode({ market, after: none, limit: 0, keys, shards: none, shardCount: 0 })
  }
  const { after, limit, heard } = question
  const shards = bytesOfShards(heard?.shards ?? [])
  const shardCount = heard?.count ?? 0
  return wire.OfferQuestion.encode({ market, after: bytesOf(after), limit, keys: none, shards, shardCount })
}

/** Total, like every decoder of the protocol. */
export function decodeOfferQuestion(
  bytes: Uint8Array,
): { readonly ok: true; readonly question: OfferQuestion } | Unreadable {
  if (bytes.length > limits.questionBytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const { market: name, after, limit, keys, shards, shardCount } = wire.OfferQuestion.decode(bytes)
    const market = marketOf(name)
    if (keys.length > 0) return { ok: true, question: { type: 'offers', market, keys: keysIn(keys) } }
    if (limit < 1 || limit > limits.indexEntriesMax) throw outOfBounds('limit')
    if (after.length !== 0 && after.length !== keyBytes) throw malformed('after')
    const question = { type: 'index' as const, market, after: textOf(after, 'hex'), limit }
    if (shards.length === 0) return { ok: true, question }
    return { ok: true, question: { ...question, heard: { count: shardCount, shards: shardsIn(shards, shardCount) } } }
  })
}

/** @throws RangeError when the answer holds more than a receiver takes: the sender sees to it that it never does. */
export function encodeOfferAnswer(answer: OfferAnswer): Uint8Array {
  const bytes = wire.OfferAnswer.encode(
    answer.type === 'index'
      ? { entries: bytesOfEntries(answer.entries), more: answer.more, offers: [] }
      : { entries: new Uint8Array(0), more: false, offers: answer.offers.map((offer) => new Uint8Array(offer)) },
  )
  if (bytes.length > limits.pageBytesMax) throw new RangeError(`answer too large: ${bytes.length} bytes`)
  return bytes
}

/** Reads the answer to a question of `type`; entries that do not ascend are malformed. Total. */
export function decodeOfferAnswer<Type extends OfferAnswer['type']>(
  bytes: Uint8Array,
  type: Type,
): { readonly ok: true; readonly answer: Extract<OfferAnswer, { readonly type: Type }> } | Unreadable {
  if (bytes.length > limits.pageBytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const { entries, more, offers } = wire.OfferAnswer.decode(bytes, { limits: { offers: limits.pageOffersMax } })
    const answer: OfferAnswer =
      type === 'index' ? { type: 'index', entries: entriesIn(entries), more } : { type: 'offers', offers }
    return { ok: true, answer: answer as Extract<OfferAnswer, { readonly type: Type }> }
  })
}

function bytesOfEntries(entries: readonly IndexEntry[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(entries.length * entryBytes)
  const view = new DataView(bytes.buffer)
  entries.forEach(({ key, sequence }, index) => {
    bytes.set(bytesOf(key), index * entryBytes)
    view.setBigUint64(index * entryBytes + keyBytes, BigInt(sequence))
  })
  return bytes
}

function entriesIn(bytes: Uint8Array): readonly IndexEntry[] {
  if (bytes.length % entryBytes !== 0) throw malformed('entries')
  if (bytes.length > limits.indexEntriesMax * entryBytes) throw outOfBounds('entries')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let last = ''
  return Array.from({ length: bytes.length / entryBytes }, (_, index) => {
    const at = index * entryBytes
    const key = textOf(bytes.subarray(at, at + keyBytes), 'hex')
    const sequence = Number(view.getBigUint64(at + keyBytes))
    if (key <= last) throw malformed('entries')
    if (sequence > limits.sequenceMax) throw malformed('sequence')
    last = key
    return { key, sequence }
  })
}

function keysIn(bytes: Uint8Array): readonly OfferKey[] {
  if (bytes.length % keyBytes !== 0) throw malformed('keys')
  if (bytes.length > limits.pageOffersMax * keyBytes) throw outOfBounds('keys')
  return Array.from({ length: bytes.length / keyBytes }, (_, index) =>
    textOf(bytes.subarray(index * keyBytes, (index + 1) * keyBytes), 'hex'),
  )
}

function bytesOfShards(shards: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(shards.length * shardBytes)
  const view = new DataView(bytes.buffer)
  shards.forEach((shard, index) => void view.setUint16(index * shardBytes, shard))
  return bytes
}

function shardsIn(bytes: Uint8Array, count: number): readonly number[] {
  if (bytes.length % shardBytes !== 0) throw malformed('shards')
  if (bytes.length > limits.questionShardsMax * shardBytes) throw outOfBounds('shards')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let last = -1
  return Array.from({ length: bytes.length / shardBytes }, (_, index) => {
    const shard = view.getUint16(index * shardBytes)
    if (shard <= last || shard >= count) throw malformed('shards')
    last = shard
    return shard
  })
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(fromString(hex, 'hex'))
