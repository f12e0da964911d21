import { describe, expect, test } from 'vitest'
import { payloadOf } from '../../src/protocol/body.js'
import { decode, encode, isMarket } from '../../src/protocol/codec.js'
import { envelopeOf, type Kind } from '../../src/protocol/envelope.js'
import * as wire from '../../src/protocol/generated/market.js'
import { type Bid, limits, type Message, type Sealed } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { megabytesMax, microsMax, ticksMax } from '../../src/units.js'
import * as story from './protocol-samples.js'
import { buyer, forge, rival, samples, seller } from './protocol-samples.js'

/** How a payload of generated fields, truly signed, decodes: 'ok' or the refusal code. */
function outcomeOf<Fields>(
  type: Kind,
  codec: { encode(fields: Partial<Fields>): Uint8Array; decode(bytes: Uint8Array): Fields },
  body: Message,
  change: Partial<Fields>,
): string {
  const payload = codec.encode({ ...codec.decode(payloadOf(body)), ...change })
  const decoded = decode(forge(seller, type, payload), limits.directBytesMax)
  return decoded.ok ? 'ok' : decoded.code
}

const offerWith = (change: Partial<wire.Offer>) => outcomeOf('offer', wire.Offer, story.offer, change)
const bidWith = (change: Partial<wire.Bid>) => outcomeOf('bid', wire.Bid, story.bid, change)
const quoteWith = (change: Partial<wire.Quote>) => outcomeOf('quote', wire.Quote, story.quote, change)
const awardWith = (change: Partial<wire.Award>) => outcomeOf('award', wire.Award, story.award, change)
const declineWith = (change: Partial<wire.Decline>) => outcomeOf('decline', wire.Decline, story.decline, change)
const receiptWith = (change: Partial<wire.Receipt>) => outcomeOf('receipt', wire.Receipt, story.receipt, change)
const refusedWith = (change: Partial<wire.Refused>) => outcomeOf('refused', wire.Refused, story.refused, change)
const closedWith = (change: Partial<wire.Closed>) => outcomeOf('closed', wire.Closed, story.closed, change)

const rungs = (count: number) => Array.from({ length: count }, (_, at) => ({ price: at, quantity: 1 }))
const bytes = (length: number) => new Uint8Array(length).fill(7)

describe('every bound holds from both sides', () => {
  const bounds: readonly [string, within: () => string, beyond: () => string][] = [
    [
      'market bytes',
      () => bidWith({ market: 'm'.repeat(limits.marketBytesMax) }),
      () => bidWith({ market: 'm'.repeat(limits.marketBytesMax + 1) }),
    ],
    ['bid quantity', () => bidWith({ quantity: megabytesMax }), () => bidWith({ quantity: megabytesMax + 1 })],
    ['bid price', () => bidWith({ price: ticksMax }), () => bidWith({ price: ticksMax + 1 })],
    [
      'offer stock',
      () => offerWith({ stock: megabytesMax, ladder: [{ price: 2_000, quantity: megabytesMax }] }),
      () => offerWith({ stock: megabytesMax + 1, ladder: [{ price: 2_000, quantity: megabytesMax + 1 }] }),
    ],
    ['reserve', () => offerWith({ reserve: ticksMax }), () => offerWith({ reserve: ticksMax + 1 })],
    [
      'public rungs',
      () => offerWith({ stock: limits.publicRungsMax, ladder: rungs(limits.publicRungsMax) }),
      () => offerWith({ stock: limits.publicRungsMax + 1, ladder: rungs(limits.publicRungsMax + 1) }),
    ],
    [
      'quote rungs',
      () => quoteWith({ stock: limits.quoteRungsMax, quantity: 1, ladder: rungs(limits.quoteRungsMax) }),
      () => quoteWith({ stock: limits.quoteRungsMax + 1, quantity: 1, ladder: rungs(limits.quoteRungsMax + 1) }),
    ],
    [
      'rung quantity',
      () => offerWith({ stock: 1, ladder: [{ price: 1, quantity: 1 }] }),
      () => offerWith({ stock: 0, ladder: [{ price: 1, quantity: 0 }] }),
    ],
    [
      'rung price',
      () => offerWith({ stock: 1, ladder: [{ price: ticksMax, quantity: 1 }] }),
      () => offerWith({ stock: 1, ladder: [{ price: ticksMax + 1, quantity: 1 }] }),
    ],
    [
      'addresses',
      () => offerWith({ addresses: Array(limits.addressesMax).fill('/ip4/1.1.1.1') }),
      () => offerWith({ addresses: Array(limits.addressesMax + 1).fill('/ip4/1.1.1.1') }),
    ],
    [
      'address bytes',
      () => offerWith({ addresses: ['a'.repeat(limits.addressBytesMax)] }),
      () => offerWith({ addresses: ['a'.repeat(limits.addressBytesMax + 1)] }),
    ],
    [
      'offer lifetime',
      () => offerWith({ expiresAt: story.now + limits.offerTtlMsMax }),
      () => offerWith({ expiresAt: story.now + limits.offerTtlMsMax + 1 }),
    ],
    ['charge', () => quoteWith({ charge: microsMax }), () => quoteWith({ charge: microsMax + 1 })],
    ['fee', () => awardWith({ fee: microsMax }), () => awardWith({ fee: microsMax + 1 })],
    ['award quantity', () => awardWith({ quantity: 1 }), () => awardWith({ quantity: 0 })],
  ]

  test.each(bounds)('%s', (_, within, beyond) => {
    expect(within()).toBe('ok')
    expect(beyond()).toBe('out-of-bounds')
  })

  test('evidence: a full book is read, one bid more is not', () => {
    const envelopes = Array.from({ length: limits.participantsMax + 1 }, (_, at) => {
      const key = Uint8Array.from({ length: 32 }, (_, byte) => (byte === 0 ? at % 256 : byte === 1 ? at >> 8 : 9))
      const payload = wire.Bid.encode({ ...wire.Bid.decode(payloadOf(story.bid)), buyer: key })
      return { kind: 2, payload, signer: key, signature: bytes(64) }
    })
    expect(awardWith({ evidence: envelopes.slice(0, limits.participantsMax) })).toBe('ok')
    expect(awardWith({ evidence: envelopes })).toBe('out-of-bounds')
  })

  test('an award over a full book fits a direct message, whatever its market is called', () => {
    const market = 'm'.repeat(limits.marketBytesMax)
    const offer = story.offerId.replace(/\d+$/, String(limits.sequenceMax))
    const body: Bid = { ...story.bid, market, offer, sequence: limits.sequenceMax }
    const envelope = encode(seal(buyer, body))
    expect(envelope.length * limits.participantsMax).toBeLessThan(limits.directBytesMax - 1_024)
  })

  test('a whole number is read up to 2^53 - 1, and no further', () => {
    const withSequence = (...varint: number[]) => {
      const payload = Uint8Array.of(...payloadOf({ ...story.bid, sequence: 0 }), 0x28, ...varint)
      const decoded = decode(forge(buyer, 'bid', payload), limits.directBytesMax)
      return decoded.ok ? (decoded.sealed.body as Bid).sequence : decoded.code
    }
    expect(withSequence(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f)).toBe(Number.MAX_SAFE_INTEGER)
    expect(withSequence(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)).toBe('malformed')
    expect(withSequence(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)).toBe('malformed')
  })

  test('size: bytes at the limit are read, one byte more is not looked at', () => {
    const envelope = encode(samples[0]!)
    expect(decode(envelope, envelope.length).ok).toBe(true)
    expect(decode(envelope, envelope.length - 1)).toEqual({ ok: false, code: 'too-large' })
  })
})

describe('what contradicts itself is malformed', () => {
  const contradictions: readonly [string, () => string][] = [
    ['a market without a name', () => bidWith({ market: '' })],
    ['a market with a slash', () => bidWith({ market: 'a/b' })],
    ['a market with a control character', () => bidWith({ market: 'a\n' })],
    ['a market beyond ASCII', () => bidWith({ market: 'märkt' })],
    ['an address with a space', () => offerWith({ addresses: ['/ip4/1.1.1.1 '] })],
    ['an empty address', () => offerWith({ addresses: [''] })],
    ['a seller without a key', () => bidWith({ seller: new Uint8Array(0) })],
    ['a key that is too short', () => bidWith({ buyer: bytes(31) })],
    ['a key that is too long', () => bidWith({ buyer: bytes(33) })],
    ['a withdrawal with a price', () => bidWith({ quantity: 0, price: 1 })],
    ['a ladder that falls', () => offerWith({ ladder: [...story.offer.ladder].reverse() })],
    ['a ladder that repeats a price', () => offerWith({ stock: 2, ladder: Array(2).fill({ price: 1, quantity: 1 }) })],
    ['a ladder of more than the stock', () => offerWith({ stock: 9_999 })],
    ['a ladder of less than the stock', () => quoteWith({ stock: 10_001 })],
    ['an open offer without its ladder', () => offerWith({ ladder: [] })],
    ['a reserve below the floor', () => offerWith({ reserve: 1_499 })],
    ['an offer that ends before it begins', () => offerWith({ expiresAt: story.now })],
    ['an offer without a status', () => offerWith({ status: 0 })],
    ['a quote of more than the stock', () => quoteWith({ quantity: 10_001 })],
    ['a digest that is too short', () => declineWith({ award: bytes(31) })],
    ['a refusal without a code', () => refusedWith({ code: 0 })],
    ['a receipt without its accept', () => outcomeOf('receipt', wire.Accept, story.accept, {})],
    ['a receipt with something else for its accept', () => receiptWith({ accept: envelopeOf(samples[1]!) })],
    ['a receipt of another charge than was accepted', () => receiptWith({ charge: 1 })],
    ['a receipt of another round than was accepted', () => receiptWith({ round: 3 })],
    ['evidence that is no bid', () => awardWith({ evidence: [envelopeOf(samples[0]!)] })],
    [
      'evidence of another offer',
      () => awardWith({ evidence: [envelopeOf(seal(rival, { ...story.rivalBid, offer: `${seller.id}/2` }))] }),
    ],
    [
      'evidence of another market',
      () => awardWith({ evidence: [envelopeOf(seal(rival, { ...story.rivalBid, market: 'x' }))] }),
    ],
    ['two bids of one buyer in evidence', () => awardWith({ evidence: Array(2).fill(envelopeOf(samples[1]!)) })],
  ]

  test.each(contradictions)('%s', (_, outcome) => {
    expect(outcome()).toBe('malformed')
  })

  test('a closed offer may leave out its ladder, or keep it', () => {
    expect(offerWith({ status: 2, ladder: [] })).toBe('ok')
    expect(offerWith({ status: 2 })).toBe('ok')
    expect(offerWith({ status: 2, ladder: [{ price: 1, quantity: 1 }] })).toBe('malformed')
  })

  test('a payload of groups within groups without end is refused, not followed', () => {
    const bomb = forge(seller, 'offer', new Uint8Array(limits.directBytesMax - 1_024).fill(0x0b))
    expect(decode(bomb, limits.directBytesMax)).toMatchObject({ ok: false, code: 'malformed' })
  })
})

describe('what a later version may send is refused as unknown, not as broken', () => {
  const news: readonly [string, () => string][] = [
    ['a status', () => offerWith({ status: 3 })],
    ['a reserve policy', () => offerWith({ policy: 5 })],
    ['a decline code', () => declineWith({ code: 4 })],
    ['a refusal code', () => refusedWith({ code: 22 })],
    ['a reason to close', () => closedWith({ reason: 5 })],
  ]
  test.each(news)('%s', (_, outcome) => {
    expect(outcome()).toBe('unknown-kind')
  })

  const reenveloped = (change: Partial<wire.Envelope>) => {
    const envelope = wire.Envelope.encode({ ...envelopeOf(samples[1]!), ...change })
    const decoded = decode(envelope, limits.directBytesMax)
    return decoded.ok ? decoded.sealed : decoded.code
  }

  test('a kind, and another version of the envelope', () => {
    expect(reenveloped({ kind: 10 })).toBe('unknown-kind')
    expect(reenveloped({ kind: 0 })).toBe('malformed')
    expect(reenveloped({ version: 2 })).toBe('unknown-kind')
    expect(reenveloped({ version: 1 })).toEqual(samples[1])
  })

  test('fields unknown to this version are ignored, and survive being passed on', () => {
    const payload = Uint8Array.of(...payloadOf(story.bid), 0xfa, 0x07, 0x03, 1, 2, 3)
    const bytes = forge(buyer, 'bid', payload)
    const decoded = decode(bytes, limits.directBytesMax)
    expect(decoded).toMatchObject({ ok: true, sealed: { body: story.bid, payload } })
    expect(encode((decoded as { sealed: Sealed }).sealed)).toEqual(bytes)
  })
})

describe('nobody signs what everybody would refuse', () => {
  test.each<[string, Bid]>([
    ['a seller that is nobody', { ...story.bid, offer: 'nobody/1' }],
    ['an offer number with a leading zero', { ...story.bid, offer: `${seller.id}/01` }],
    ['a buyer that is nobody', { ...story.bid, buyer: 'nobody' }],
    ['a withdrawal with a price', { ...story.bid, quantity: 0 as Bid['quantity'] }],
    ['a market without a name', { ...story.bid, market: '' }],
  ])('%s', (_, body) => {
    expect(() => seal(buyer, body)).toThrow()
  })
})

test('a market is named in visible ASCII without slashes', () => {
  expect(['demo', 'hk.2cm-1', 'm'.repeat(64)].filter(isMarket)).toHaveLength(3)
  expect(['', 'a b', 'a/b', 'é', 'm'.repeat(65)].filter(isMarket)).toEqual([])
})
