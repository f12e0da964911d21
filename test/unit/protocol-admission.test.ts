import { describe, expect, test } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { PeerId, Signer } from '../../src/ports/signer.js'
import {
  type AdmissionContext,
  admitDirect,
  admitOffer,
  type DirectVerdict,
  type OfferVerdict,
} from '../../src/protocol/admission.js'
import { payloadOf } from '../../src/protocol/body.js'
import { encode } from '../../src/protocol/codec.js'
import {
  type Accept,
  type Award,
  limits,
  type Message,
  type Offer,
  type Receipt,
  type RefusalCode,
  refusalCodes,
  type Sealed,
} from '../../src/protocol/message.js'
import { RateLimiter } from '../../src/protocol/rate-limit.js'
import { digestOf, seal } from '../../src/protocol/signing.js'
import { type Millis, millis } from '../../src/units.js'
import * as story from './protocol-samples.js'
import { award, bid, buyer, forge, market, now, offer, receipt, rival, seller, stranger } from './protocol-samples.js'

/** A true verifier that counts, because verification is what the order of the rules is there to save. */
function countingVerifier() {
  const counter = {
    calls: 0,
    verify(id: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
      counter.calls++
      return ed25519Verifier.verify(id, bytes, signature)
    },
  }
  return counter
}

const exhausted = { allow: () => false }
const knowing = (sequence: number | undefined) => () => sequence

interface Options extends Partial<AdmissionContext> {
  readonly at?: Millis
  readonly from?: Signer
}

function contextOf(me: Signer, options: Options): AdmissionContext & { readonly verifier: { readonly calls: number } } {
  return { market, me: me.id, knownSequence: knowing(undefined), ...options, verifier: countingVerifier() }
}

function gossip(bytes: Uint8Array, options: Options = {}): readonly [OfferVerdict, verifications: number] {
  const context = contextOf(buyer, options)
  const verdict = admitOffer({ bytes, from: (options.from ?? stranger).id, now: options.at ?? now, context })
  return [verdict, context.verifier.calls]
}

function send(bytes: Uint8Array, from: Signer, to: Signer, options: Options = {}): readonly [DirectVerdict, number] {
  const context = contextOf(to, options)
  return [admitDirect({ bytes, from: from.id, now: options.at ?? now, context }), context.verifier.calls]
}

const sealed = (signer: Signer, body: Message) => encode(seal(signer, body))
const offerBytes = sealed(seller, offer)
const evidenceOf = (...bids: Sealed<typeof bid>[]): Award => ({ ...award, evidence: bids })

/** The same message with one bit of its signature turned. */
function tampered<Body extends Message>(message: Sealed<Body>): Sealed<Body> {
  return { ...message, signature: message.signature.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) }
}

/** A receipt whose accept is replaced: valid in everything else. */
function receiptWith(accept: Sealed<Accept>): Uint8Array {
  const body: Receipt = { ...receipt, accept }
  return forge(seller, 'receipt', payloadOf(body))
}

/** The codes that the tables below produce, for the completeness check at the end. */
const produced = new Set<RefusalCode>()

describe('an offer', () => {
  test('of this market, its seller, in time and newer than known is accepted after one verification', () => {
    const message = { body: offer, signer: seller.id }
    expect(gossip(offerBytes)).toMatchObject([{ type: 'accept', message }, 1])
    expect(gossip(offerBytes, { knownSequence: knowing(offer.sequence - 1) })).toMatchObject([{ type: 'accept' }, 1])
    expect(gossip(offerBytes, { at: millis(now - limits.clockSkewMsMax) })).toMatchObject([{ type: 'accept' }, 1])
    expect(gossip(offerBytes, { at: millis(offer.expiresAt - 1) })).toMatchObject([{ type: 'accept' }, 1])
  })

  const rule = (type: 'ignore' | 'reject', code: RefusalCode, title: string, run: () => ReturnType<typeof gossip>) =>
    [code, type, title, run] as const

  const rules = [
    rule('reject', 'too-large', 'beyond the size limit', () => gossip(new Uint8Array(limits.offerBytesMax + 1))),
    rule('reject', 'malformed', 'cut short', () => gossip(offerBytes.subarray(0, 40))),
    rule('ignore', 'unknown-kind', 'of a kind that does not belong here', () => gossip(sealed(buyer, bid))),
    rule('reject', 'out-of-bounds', 'that lives too long', () => {
      const expiresAt = millis(now + limits.offerTtlMsMax + 1)
      return gossip(forge(seller, 'offer', payloadOf({ ...offer, expiresAt })))
    }),
    rule('reject', 'wrong-market', 'of another market', () => gossip(sealed(seller, { ...offer, market: 'x' }))),
    rule('reject', 'not-the-seller', "in someone else's name", () => gossip(sealed(stranger, offer))),
    rule('ignore', 'expired', 'past its time', () => gossip(offerBytes, { at: offer.expiresAt })),
    rule('ignore', 'from-the-future', 'issued too far ahead', () =>
      gossip(offerBytes, { at: millis(now - limits.clockSkewMsMax - 1) }),
    ),
    rule('ignore', 'stale-sequence', 'known already', () =>
      gossip(offerBytes, { knownSequence: knowing(offer.sequence) }),
    ),
    rule('ignore', 'book-full', 'new to a full book', () => gossip(offerBytes, { hasRoom: () => false })),
  ]

  test.each(rules)('%s → %s: one %s, before any signature is checked', (code, type, _, run) => {
    expect(run()).toEqual([{ type, code }, 0])
    produced.add(code)
  })

  test('whose signature is wrong in one bit is rejected', () => {
    expect(gossip(encode(tampered(seal(seller, offer))))).toEqual([{ type: 'reject', code: 'bad-signature' }, 1])
    produced.add('bad-signature')
  })

  test('counts against its seller only when the seller signed it', () => {
    const asked: PeerId[] = []
    const limiter = { allow: (peer: PeerId) => asked.push(peer) < 0 }
    expect(gossip(encode(tampered(seal(seller, offer))), { limiter })[0]).toMatchObject({ code: 'bad-signature' })
    expect(asked).toEqual([])
    expect(gossip(offerBytes, { limiter })[0]).toEqual({ type: 'ignore', code: 'rate-limited' })
    expect(asked).toEqual([seller.id])
  })

  test('that is known is replaced in a full book', () => {
    expect(gossip(offerBytes, { hasRoom: () => false, knownSequence: knowing(1) })[0].type).toBe('accept')
  })

  test('at its size limit is read', () => {
    const large: Offer = { ...offer, addresses: Array(4).fill('/dns4/'.padEnd(limits.addressBytesMax, 'x')) }
    expect(sealed(seller, large).length).toBeLessThan(limits.offerBytesMax)
    expect(gossip(sealed(seller, large))[0].type).toBe('accept')
  })
})

describe('a direct message', () => {
  test.each([
    ['bid', buyer, seller],
    ['quote', seller, buyer],
    ['award', seller, buyer],
    ['accept', buyer, seller],
    ['decline', buyer, seller],
    ['receipt', seller, buyer],
    ['refused', seller, buyer],
    ['closed', seller, buyer],
  ] as const)('%s is accepted from its author at its address', (type, from, to) => {
    const message = story.samples.find(({ body }) => body.type === type)!
    expect(send(encode(message), from, to)[0]).toMatchObject({ type: 'accept', message: { body: message.body } })
  })

  test('refused is accepted from a buyer to a seller as well', () => {
    expect(send(sealed(buyer, { ...story.refused, to: seller.id }), buyer, seller)[0].type).toBe('accept')
  })

  const bidBytes = sealed(buyer, bid)
  const rule = (code: RefusalCode, title: string, run: () => ReturnType<typeof send>) => [code, title, run] as const

  const unanswered = [
    rule('rate-limited', 'from a peer that sends too much', () =>
      send(bidBytes, buyer, seller, { limiter: exhausted }),
    ),
    rule('too-large', 'beyond the size limit', () => send(new Uint8Array(limits.directBytesMax + 1), buyer, seller)),
    rule('malformed', 'that is noise', () => send(new Uint8Array(100).fill(0xff), buyer, seller)),
    rule('unknown-kind', 'that belongs into gossip', () => send(offerBytes, seller, buyer)),
    rule('out-of-bounds', 'beyond a bound', () =>
      send(forge(buyer, 'bid', payloadOf({ ...bid, quantity: 10_000_001 as typeof bid.quantity })), buyer, seller),
    ),
    rule('not-the-seller', 'a quote from someone else', () => send(sealed(stranger, story.quote), stranger, buyer)),
    rule('not-the-seller', 'a closing from someone else', () => send(sealed(stranger, story.closed), stranger, buyer)),
    rule('not-the-seller', 'a refusal between third parties', () =>
      send(sealed(stranger, { ...story.refused, to: rival.id }), stranger, rival),
    ),
    rule('signer-mismatch', "a bid in someone else's name", () => send(sealed(stranger, bid), stranger, seller)),
    rule('signer-mismatch', 'a bid passed on by someone else', () => send(bidBytes, stranger, seller)),
    rule('signer-mismatch', 'an award passed on by someone else', () => send(sealed(seller, award), rival, buyer)),
    rule('signer-mismatch', 'a closing passed on by someone else', () =>
      send(sealed(seller, story.closed), rival, buyer),
    ),
    rule('signer-mismatch', 'a refusal passed on by someone else', () =>
      send(sealed(seller, story.refused), rival, buyer),
    ),
    rule('not-addressed-to-you', "a bid on someone else's offer", () => send(bidBytes, buyer, stranger)),
    rule('not-addressed-to-you', "someone else's quote", () => send(sealed(seller, story.quote), seller, rival)),
    rule('not-addressed-to-you', "someone else's refusal", () => send(sealed(seller, story.refused), seller, rival)),
  ]

  test.each(unanswered)('%s: %s goes unanswered, before any signature is checked', (code, _, run) => {
    expect(run()).toEqual([{ type: 'refuse', code, about: undefined }, 0])
    produced.add(code)
  })

  const about = { market, offer: bid.offer, bidSequence: bid.sequence, award: '' }

  test('of another market is answered in the name of that market', () => {
    const elsewhere = sealed(buyer, { ...bid, market: 'x' })
    expect(send(elsewhere, buyer, seller)).toEqual([
      { type: 'refuse', code: 'wrong-market', about: { ...about, market: 'x' } },
      0,
    ])
  })

  test('with one bit of its signature turned is refused to its author, unless its seller verifies it later', () => {
    const verdicts = story.samples
      .filter(({ body }) => body.type !== 'offer')
      .map((message) => {
        const [from, to] = message.signer === seller.id ? [seller, buyer] : [buyer, seller]
        return send(encode(tampered(message)), from, to)[0]
      })
    const [later, ...refused] = verdicts
    expect(later?.type).toBe('accept')
    expect(refused.every((verdict) => verdict.type === 'refuse' && verdict.code === 'bad-signature')).toBe(true)
    const answered = refused.map((verdict) => verdict.type === 'refuse' && verdict.about)
    const digest = digestOf(seal(seller, award))
    const settlement = { market, offer: bid.offer, bidSequence: 0, award: digest }
    // quote, award, accept, decline, receipt, refused, closed
    expect(answered).toEqual([undefined, settlement, settlement, undefined, undefined, undefined, undefined])
  })

  describe('award', () => {
    const awarded = (body: Award) => send(forge(seller, 'award', payloadOf(body)), seller, buyer)[0]

    test("needs no evidence to be admitted, the buyer's own recomputation judges it", () => {
      expect(awarded(evidenceOf()).type).toBe('accept')
    })

    test('without a bid of its winner, or with a forged one, costs no further verification', () => {
      const rivals = seal(rival, story.rivalBid)
      const none = forge(seller, 'award', payloadOf(evidenceOf(rivals)))
      expect(send(none, seller, buyer)).toMatchObject([{ type: 'accept' }, 1])
      const forged = forge(seller, 'award', payloadOf(evidenceOf(rivals, tampered(seal(buyer, bid)))))
      expect(send(forged, seller, buyer)).toMatchObject([{ type: 'refuse', code: 'bad-signature' }, 2])
    })

    test('with a bid that its buyer did not sign is refused', () => {
      expect(awarded(evidenceOf(seal(buyer, bid), tampered(seal(rival, story.rivalBid))))).toMatchObject({
        code: 'bad-signature',
      })
      expect(awarded(evidenceOf(seal(stranger, story.rivalBid)))).toMatchObject({ code: 'signer-mismatch' })
    })
  })

  describe('receipt', () => {
    const received = (accept: Sealed<Accept>) => send(receiptWith(accept), seller, buyer)[0]

    test('with an accept that the buyer did not sign is refused', () => {
      expect(received(tampered(receipt.accept))).toMatchObject({ type: 'refuse', code: 'bad-signature' })
      expect(received(seal(stranger, story.accept))).toMatchObject({ type: 'refuse', code: 'signer-mismatch' })
    })
  })
})

test('with a real limiter a burst is admitted, and not one message more', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 3, peersMax: 8 })
  const verdicts = Array.from({ length: 4 }, () => send(sealed(buyer, bid), buyer, seller, { limiter })[0].type)
  expect(verdicts).toEqual(['accept', 'accept', 'accept', 'refuse'])
})

test('every refusal code is produced above, save those that need to know the auction', () => {
  const byAgents: readonly RefusalCode[] = [
    'unknown-offer',
    'offer-closed',
    'below-floor',
    'auction-full',
    'in-default',
    'unknown-award',
    'award-lapsed',
  ]
  expect([...produced, ...byAgents].sort()).toEqual([...refusalCodes].sort())
})
