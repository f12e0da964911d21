/** What peers of other versions send, recorded under test/fixtures/versions; made here from fixed keys, so it can be made again. */

import { encode } from '../../src/protocol/codec.js'
import type { Kind } from '../../src/protocol/envelope.js'
import { envelopeOf } from '../../src/protocol/envelope.js'
import * as wire from '../../src/protocol/generated/market.js'
import type { Message } from '../../src/protocol/message.js'
import { encodeOfferAnswer, encodeOfferQuestion, offerKeyOf } from '../../src/protocol/offer-index.js'
import { encodeOfferPage, encodeOfferRequest } from '../../src/protocol/offer-sync.js'
import { seal, signedBytesOf } from '../../src/protocol/signing.js'
import {
  bid,
  buyer,
  closed,
  decline,
  forge,
  market,
  offer,
  offerId,
  refused,
  samples,
  seller,
} from './protocol-samples.js'

/** Fields 100 to 103, one of each wire type: a number, eight bytes, some bytes, four bytes. */
const unknownFields = Uint8Array.from([
  ...[0xa0, 0x06, 0x2a],
  ...[0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
  ...[0xb2, 0x06, 3, 0x6e, 0x65, 0x77],
  ...[0xbd, 0x06, 1, 2, 3, 4],
])
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const signers = { offer: seller, bid: buyer, quote: seller, award: seller, accept: buyer, decline: buyer }
const signerOfKind = (kind: Kind) => (kind in signers ? signers[kind as keyof typeof signers] : seller)

/** A later minor version's: the same with a field that this one does not know, inside what is signed and outside. */
const withUnknownFields = Object.fromEntries(
  samples.map(({ body: { type }, payload }) => [
    `unknown-fields-${type}`,
    joined(forge(signerOfKind(type), type, joined(payload, unknownFields)), unknownFields),
  ]),
)

/** Field `number` of the payload becomes `value`, below 128: the last of a repeated number counts. */
const changed = (body: Message, number: number, value: number): Uint8Array => {
  const signer = signerOfKind(body.type)
  return forge(signer, body.type, joined(seal(signer, body).payload, Uint8Array.of(number << 3, value)))
}

function newKind(): Uint8Array {
  const { payload } = seal(seller, closed)
  const signature = seller.sign(signedBytesOf({ type: 'closed', payload }))
  const envelope = envelopeOf({ body: closed, signer: seller.id, payload, signature })
  return wire.Envelope.encode({ ...envelope, kind: 10 })
}

/** Incompatible: version 2 in the envelope, and in what is signed. */
function nextMajor(): Uint8Array {
  const { payload } = seal(buyer, bid)
  const domain = new TextEncoder().encode('overage/2/bid\0')
  const signature = buyer.sign(joined(domain, payload))
  return wire.Envelope.encode({ ...envelopeOf({ body: bid, signer: buyer.id, payload, signature }), version: 2 })
}

export const syncSamples = {
  'sync-request': encodeOfferRequest({ market, after: offerId, limit: 64 }),
  'sync-page': encodeOfferPage({ offers: [encode(samples[0]!)], next: offerId }),
  'sync-question-index': encodeOfferQuestion({ type: 'index', market, after: offerKeyOf(offerId), limit: 100 }),
  'sync-question-shards': encodeOfferQuestion({
    type: 'index',
    market,
    after: '',
    limit: 100,
    heard: { count: 300, shards: [1, 7, 258] },
  }),
  'sync-question-offers': encodeOfferQuestion({ type: 'offers', market, keys: [offerKeyOf(offerId)] }),
  'sync-answer-index': encodeOfferAnswer({
    type: 'index',
    entries: [{ key: offerKeyOf(offerId), sequence: offer.sequence }],
    more: true,
  }),
  'sync-answer-offers': encodeOfferAnswer({ type: 'offers', offers: [encode(samples[0]!)] }),
} as const

/** By the name of its file. */
export const versionSamples: Readonly<Record<string, Uint8Array>> = {
  ...withUnknownFields,
  ...syncSamples,
  ...Object.fromEntries(
    Object.entries(syncSamples).map(([name, bytes]) => [`unknown-fields-${name}`, joined(bytes, unknownFields)]),
  ),
  'new-kind': newKind(),
  'new-policy': changed(offer, 10, 9),
  'new-status': changed(offer, 6, 9),
  'new-refusal-code': changed(refused, 5, 99),
  'new-decline-code': changed(decline, 7, 99),
  'new-closing-reason': changed(closed, 5, 99),
  'next-major': nextMajor(),
}
