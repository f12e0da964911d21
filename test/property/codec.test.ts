import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { admitDirect, admitOffer } from '../../src/protocol/admission.js'
import { decode, encode, encodeBody } from '../../src/protocol/codec.js'
import { kinds } from '../../src/protocol/envelope.js'
import { sealedFromJson, sealedToJson } from '../../src/protocol/json.js'
import { limits, type Message } from '../../src/protocol/message.js'
import { decodeOfferPage, decodeOfferRequest } from '../../src/protocol/offer-sync.js'
import { digestOf, isProvisional, seal, verifySeal } from '../../src/protocol/signing.js'
import { buyer, forge, market, now, samples, seller } from '../unit/protocol-samples.js'
import { bodies, sealed } from './codec-arbitraries.js'

const bytesMax = limits.directBytesMax
const faults = ['malformed', 'too-large', 'unknown-kind', 'out-of-bounds']

describe('what was encoded decodes to itself', () => {
  test.each(kinds)('%s', (kind) => {
    fc.assert(
      fc.property(bodies[kind] as fc.Arbitrary<Message>, (body) => {
        const message = seal(seller, body)
        expect(decode(encode(message), bytesMax)).toEqual({ ok: true, sealed: message })
        expect(encodeBody(body)).toEqual(message.payload)
      }),
      { numRuns: 60 },
    )
  })

  test('through a store as well', () => {
    fc.assert(
      fc.property(sealed, (message) => {
        const json = JSON.parse(JSON.stringify(sealedToJson(message)))
        expect(sealedFromJson(json)).toEqual(message)
        expect(sealedFromJson(json, message.body.type)).toEqual(message)
        expect(sealedFromJson(json, message.body.type === 'bid' ? 'quote' : 'bid')).toBe(undefined)
      }),
      { numRuns: 60 },
    )
  })
})

test('an offer within its limits is never larger than gossip allows', () => {
  fc.assert(
    fc.property(bodies.offer, (body) => {
      expect(encode(seal(seller, body)).length).toBeLessThanOrEqual(limits.offerBytesMax)
    }),
    { numRuns: 50 },
  )
})

describe('decoding is total', () => {
  /** Noise, and noise that gets as far as a body's own reader. */
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .tuple(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 300 }))
      .map(([kind, payload]) => forge(buyer, kind, payload)),
  )

  test('whatever the bytes, the answer is a message or a code', () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const decoded = decode(bytes, bytesMax)
        if (!decoded.ok) expect(faults).toContain(decoded.code)
        for (const read of [decodeOfferRequest(bytes), decodeOfferPage(bytes)]) {
          if (!read.ok) expect(faults).toContain(read.code)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('whatever the bytes, admission answers', () => {
    const context = { market, me: seller.id, verifier: ed25519Verifier, knownSequence: () => undefined }
    fc.assert(
      fc.property(hostile, (bytes) => {
        expect(admitOffer({ bytes, from: buyer.id, now, context }).type).toMatch(/^(ignore|reject)$/)
        expect(admitDirect({ bytes, from: buyer.id, now, context }).type).toBe('refuse')
      }),
      { numRuns: 500 },
    )
  })

  test('whatever a store holds, the answer is a message or undefined', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.base64String(), fc.string()), (json) => {
        const message = sealedFromJson(json as never)
        if (message !== undefined) expect(kinds).toContain(message.body.type)
      }),
    )
  })

  test.each(samples.map((sample) => [sample.body.type, sample] as const))(
    'no beginning of a %s is a message, but for a quote that lost its signature',
    (_, sample) => {
      const bytes = encode(sample)
      for (let length = 0; length < bytes.length; length++) {
        const decoded = decode(bytes.subarray(0, length), bytesMax)
        expect(decoded.ok && !isProvisional(decoded.sealed)).toBe(false)
      }
    },
  )
})

describe('a message without a signature', () => {
  test.each(samples.map((sample) => [sample.body.type, sample] as const))(
    'is one only if it is a quote (%s)',
    (type, sample) => {
      const bare = { ...sample, signature: new Uint8Array(0) }
      const decoded = decode(encode(bare), bytesMax)
      expect(decoded.ok).toBe(type === 'quote')
      if (type !== 'quote') return
      const context = { market, me: buyer.id, verifier: ed25519Verifier, knownSequence: () => undefined }
      expect(admitDirect({ bytes: encode(bare), from: seller.id, now, context }).type).toBe('accept')
      expect(admitDirect({ bytes: encode(bare), from: buyer.id, now, context }).type).toBe('refuse')
    },
  )
})

describe('one turned bit', () => {
  test.each(samples.map((sample) => [sample.body.type, sample] as const))(
    'of a %s never changes what is verified',
    (_, sample) => {
      const bytes = encode(sample)
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
          const decoded = decode(
            bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte)),
            bytesMax,
          )
          if (!decoded.ok || !verifySeal(ed25519Verifier, decoded.sealed)) return
          // Wire types are not part of what is signed; everything that is has survived.
          expect(decoded.sealed).toEqual(sample)
        }),
        { numRuns: 300 },
      )
    },
  )
})

test('fields unknown to this version survive any number of hands, digest and signature with them', () => {
  /** Field 100 and up, each with a value of its own: no kind has them. */
  const field = fc
    .tuple(fc.integer({ min: 100, max: 2_000 }), fc.uint8Array({ maxLength: 20 }))
    .map(([number, value]) => {
      const tag = (number << 3) | 2
      return Uint8Array.of((tag & 0x7f) | 0x80, tag >> 7, value.length, ...value)
    })
  fc.assert(
    fc.property(fc.constantFrom(...samples), field, (sample, unknown) => {
      const signer = sample.signer === seller.id ? seller : buyer
      const payload = Uint8Array.of(...sample.payload, ...unknown)
      const bytes = forge(signer, sample.body.type, payload)
      const decoded = decode(bytes, bytesMax)
      if (!decoded.ok) throw new Error(`${decoded.code} ${decoded.detail}`)
      expect(decoded.sealed.body).toEqual(sample.body)
      expect(encode(decoded.sealed)).toEqual(bytes)
      expect(verifySeal(ed25519Verifier, decoded.sealed)).toBe(true)
      expect(digestOf(decoded.sealed)).not.toBe(digestOf(sample))
    }),
  )
})
