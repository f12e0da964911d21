/** One coherent story with one message of every kind, signed by real keys made from fixed seeds. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { signerOf } from '../../node/signer-ed25519.js'
import type { Signer } from '../../src/ports/signer.js'
import { envelopeOf, type Kind } from '../../src/protocol/envelope.js'
import * as wire from '../../src/protocol/generated/market.js'
import {
  type Accept,
  type Award,
  type Bid,
  type Closed,
  type Decline,
  type Message,
  type Offer,
  offerIdOf,
  type Quote,
  type Receipt,
  type Refused,
  type Sealed,
} from '../../src/protocol/message.js'
import { digestOf, seal, signedBytesOf } from '../../src/protocol/signing.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'

const personOf = async (seed: number): Promise<Signer> =>
  signerOf(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed)))

export const seller = await personOf(1)
export const buyer = await personOf(2)
export const rival = await personOf(3)
export const stranger = await personOf(4)

export const market = 'demo'
export const now = millis(1_700_000_000_000)
export const offerId = offerIdOf(seller.id, 1)
const head = { market, offer: offerId }

export const offer: Offer = {
  type: 'offer',
  ...head,
  sequence: 3,
  status: 'open',
  stock: megabytes(10_000),
  reserve: ticks(2_000),
  floor: ticks(1_500),
  policy: 'tracking',
  ladder: [
    { price: ticks(2_000), quantity: megabytes(6_000) },
    { price: ticks(8_000), quantity: megabytes(4_000) },
  ],
  issuedAt: now,
  expiresAt: millis(now + 90_000),
  closesAt: millis(now + 3_600_000),
  addresses: [
    '/ip4/203.0.113.7/tcp/41001',
    '/ip6/2001:db8::7/tcp/41001',
    '/dns4/phone-0.example.net/tcp/41001/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5',
  ],
}

export const bid: Bid = {
  type: 'bid',
  ...head,
  buyer: buyer.id,
  sequence: 2,
  quantity: megabytes(8_000),
  price: ticks(9_000),
}

export const rivalBid: Bid = { ...bid, buyer: rival.id, sequence: 1, quantity: megabytes(4_000), price: ticks(8_000) }

export const quote: Quote = {
  type: 'quote',
  ...head,
  buyer: buyer.id,
  bidSequence: 2,
  round: 1,
  sequence: 7,
  stock: megabytes(10_000),
  reserve: ticks(2_000),
  ladder: offer.ladder,
  quantity: megabytes(8_000),
  charge: micros(28_000_000),
}

export const award: Award = {
  type: 'award',
  ...head,
  round: 2,
  buyer: buyer.id,
  stock: megabytes(10_000),
  reserve: ticks(2_000),
  quotedReserve: ticks(2_000),
  evidence: [seal(buyer, bid), seal(rival, rivalBid)],
  quantity: megabytes(8_000),
  charge: micros(28_000_000),
  fee: micros(1_000_000),
}

const sale = {
  ...head,
  round: award.round,
  buyer: buyer.id,
  award: digestOf(seal(seller, award)),
  quantity: award.quantity,
  charge: award.charge,
  fee: award.fee,
}

export const accept: Accept = { type: 'accept', ...sale }
export const receipt: Receipt = { type: 'receipt', ...sale, accept: seal(buyer, accept) }

export const decline: Decline = {
  type: 'decline',
  ...head,
  round: award.round,
  buyer: buyer.id,
  award: sale.award,
  code: 'award-mismatch',
  expected: { quantity: megabytes(8_000), charge: micros(27_000_000), reserve: ticks(2_000) },
}

export const refused: Refused = {
  type: 'refused',
  ...head,
  to: buyer.id,
  code: 'below-floor',
  bidSequence: 2,
  award: '',
}

export const closed: Closed = { type: 'closed', ...head, reason: 'sold-out' }

/** One sealed message of every kind, in the order of their numbers. */
export const samples: readonly Sealed[] = [
  seal(seller, offer),
  seal(buyer, bid),
  seal(seller, quote),
  seal(seller, award),
  seal(buyer, accept),
  seal(buyer, decline),
  seal(seller, receipt),
  seal(seller, refused),
  seal(seller, closed),
]

/** An envelope around any payload, truly signed: what a hostile but skilful peer can send. */
export function forge(signer: Signer, type: Kind, payload: Uint8Array): Uint8Array {
  const signature = signer.sign(signedBytesOf({ type, payload }))
  return wire.Envelope.encode(envelopeOf({ body: { type } as Message, signer: signer.id, payload, signature }))
}
