import { describe, expect, test } from 'vitest'
import { encode } from '../../src/protocol/codec.js'
import * as wire from '../../src/protocol/generated/market.js'
import { limits } from '../../src/protocol/message.js'
import { decodeOfferQuestion, encodeOfferQuestion } from '../../src/protocol/offer-index.js'
import {
  decodeOfferPage,
  decodeOfferRequest,
  encodeOfferPage,
  encodeOfferRequest,
} from '../../src/protocol/offer-sync.js'
import { seal } from '../../src/protocol/signing.js'
import { offersTopicOf, shardOf } from '../../src/protocol/topics.js'
import { buyer, market, offer, offerId, rival, samples, seller, stranger } from './protocol-samples.js'

const codeOf = (read: { readonly ok: boolean; readonly code?: string }) => (read.ok ? 'ok' : read.code)

describe('an offer request', () => {
  const first = { market, after: '', limit: 1 } as const

  test('reads as it was written', () => {
    for (const request of [first, { market, after: offerId, limit: limits.pageOffersMax }]) {
      expect(decodeOfferRequest(encodeOfferRequest(request))).toEqual({ ok: true, request })
    }
  })

  test.each([
    ['out-of-bounds', { ...first, limit: 0 }],
    ['out-of-bounds', { ...first, limit: limits.pageOffersMax + 1 }],
    ['malformed', { ...first, after: 'nobody/1' }],
    ['malformed', { ...first, market: 'a/b' }],
    ['too-large', { ...first, market: 'm'.repeat(limits.requestBytesMax) }],
  ] as const)('is %s: %o', (code, request) => {
    expect(codeOf(decodeOfferRequest(encodeOfferRequest(request)))).toBe(code)
  })
})

describe('an offer page', () => {
  const one = encode(samples[0]!)

  test('gives back the envelopes byte for byte', () => {
    for (const next of ['', offerId]) {
      const read = decodeOfferPage(encodeOfferPage({ offers: [one, one], next }))
      expect(read).toEqual({ ok: true, page: { offers: [one, one], next } })
    }
    expect(decodeOfferPage(encodeOfferPage({ offers: [], next: '' }))).toMatchObject({ ok: true, page: { offers: [] } })
  })

  test('of the most offers at their largest fits', () => {
    const addresses = Array(limits.addressesMax).fill('/'.padEnd(limits.addressBytesMax, 'a'))
    const largest = encode(seal(seller, { ...offer, addresses }))
    const page = encodeOfferPage({ offers: Array(limits.pageOffersMax).fill(largest), next: offerId })
    expect(codeOf(decodeOfferPage(page))).toBe('ok')
    expect(limits.pageOffersMax * (limits.offerBytesMax + 3) + 100).toBeLessThanOrEqual(limits.pageBytesMax)
  })

  test('beyond a limit is neither sent nor read', () => {
    const offers = Array(limits.pageOffersMax + 1).fill(one)
    expect(() => encodeOfferPage({ offers, next: '' })).toThrow(RangeError)
    expect(codeOf(decodeOfferPage(wire.OfferPage.encode({ offers: offers.map(() => new Uint8Array(9)) })))).toBe(
      'out-of-bounds',
    )
    expect(codeOf(decodeOfferPage(new Uint8Array(limits.pageBytesMax + 1)))).toBe('too-large')
    expect(codeOf(decodeOfferPage(wire.OfferPage.encode({ next: 'nobody/1' })))).toBe('malformed')
  })
})

describe('a question for the offers of some shards', () => {
  const most = Array.from({ length: limits.questionShardsMax }, (_, shard) => 2 * shard)
  const asking = (count: number, shards: readonly number[]): Uint8Array =>
    encodeOfferQuestion({ type: 'index', market, after: '', limit: 1, heard: { count, shards } })

  test('reads as it was written, up to the most shards and the highest number', () => {
    for (const heard of [
      { count: 2, shards: [0] },
      { count: 65_536, shards: [0, 65_535] },
      { count: 512, shards: most },
    ]) {
      const question = { type: 'index', market, after: '', limit: 1, heard }
      expect(decodeOfferQuestion(asking(heard.count, heard.shards))).toEqual({ ok: true, question })
    }
  })

  test('of the most shards of the market with the longest name fits', () => {
    const name = 'm'.repeat(limits.marketBytesMax)
    const heard = { count: 512, shards: most }
    const bytes = encodeOfferQuestion({ type: 'index', market: name, after: '00'.repeat(8), limit: 4_096, heard })
    expect(codeOf(decodeOfferQuestion(bytes))).toBe('ok')
  })

  test.each([
    ['malformed', 'names one beyond their number', 4, [4]],
    ['malformed', 'says no number', 0, [0]],
    ['malformed', 'is out of order', 4, [2, 1]],
    ['malformed', 'names one twice', 4, [1, 1]],
    ['out-of-bounds', 'names too many', 1_000, [...most, 999]],
  ] as const)('is %s when it %s', (code, _, count, shards) => {
    expect(codeOf(decodeOfferQuestion(asking(count, shards)))).toBe(code)
  })
})

describe('a shard', () => {
  test('names its topic', () => {
    expect(offersTopicOf({ market, shard: 3 })).toBe('overage/1/demo/offers/3')
  })

  test('is the same for everybody, for ever', () => {
    const people = [seller, buyer, rival, stranger]
    expect(people.map(({ id }) => shardOf(id, 1))).toEqual([0, 0, 0, 0])
    expect(people.map(({ id }) => shardOf(id, 16))).toEqual([8, 5, 15, 13])
  })

  test('is not defined for nobody, or of none', () => {
    expect(() => shardOf('nobody', 1)).toThrow(RangeError)
    expect(() => shardOf(seller.id, 0)).toThrow(RangeError)
  })
})
