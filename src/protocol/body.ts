/** Bodies on the wire (SPEC §5): each kind's fields to its protobuf message and back, checked on the way in. */
import { concat } from 'uint8arrays/concat'
import { policyNames } from '../mechanism/reserve.js'
import { envelopeOf, type Kind, keyOf, openOnly } from './envelope.js'
import {
  addressesOf,
  bytesOfDigest,
  countOf,
  digestOfBytes,
  ladderOf,
  malformed,
  marketOf,
  megabytesOf,
  microsOf,
  millisOf,
  nameOf,
  numberOf,
  offerOf,
  outOfBounds,
  peerOf,
  someMegabytesOf,
  ticksOf,
} from './fields.js'
import * as wire from './generated/market.js'
import { offerNumberOf } from './identity.js'
import {
  type Accept,
  type Award,
  type Bid,
  type Closed,
  closeReasons,
  type Decline,
  declineCodes,
  limits,
  type Message,
  type Offer,
  type OfferId,
  type Quote,
  type Receipt,
  type Refused,
  refusalCodes,
  type Sealed,
  sellerOf,
} from './message.js'

const statuses = ['open', 'closed'] as const

/** A body's protobuf encoding: the payload that is signed. Deterministic. @throws RangeError when an id is malformed. */
export function payloadOf(body: Message): Uint8Array {
  switch (body.type) {
    case 'offer':
      return wire.Offer.encode(offerToWire(body))
    case 'bid':
      return wire.Bid.encode(bidToWire(body))
    case 'quote':
      return wire.Quote.encode(quoteToWire(body))
    case 'award':
      return awardPayloadOf(body, evidencePayloadOf(body.evidence))
    case 'accept':
      return wire.Accept.encode(saleToWire(body))
    case 'decline':
      return wire.Decline.encode(declineToWire(body))
    case 'receipt':
      return wire.Receipt.encode({ ...saleToWire(body), accept: envelopeOf(body.accept) })
    case 'refused':
      return wire.Refused.encode(refusedToWire(body))
    case 'closed':
      return wire.Closed.encode({ ...headToWire(body), reason: numberOf(closeReasons, body.reason) })
  }
}

const offerToWire = (body: Offer): wire.Offer => ({
  ...headToWire(body),
  sequence: body.sequence,
  status: numberOf(statuses, body.status),
  stock: body.stock,
  reserve: body.reserve,
  floor: body.floor,
  policy: numberOf(policyNames, body.policy),
  ladder: [...body.ladder],
  issuedAt: body.issuedAt,
  expiresAt: body.expiresAt,
  closesAt: body.closesAt,
  addresses: [...body.addresses],
})

const bidToWire = (body: Bid): wire.Bid => ({
  ...headToWire(body),
  buyer: keyOf(body.buyer),
  sequence: body.sequence,
  quantity: body.quantity,
  price: body.price,
})

const quoteToWire = (body: Quote): wire.Quote => ({
  ...headToWire(body),
  buyer: keyOf(body.buyer),
  bidSequence: body.bidSequence,
  round: body.round,
  sequence: body.sequence,
  stock: body.stock,
  reserve: body.reserve,
  ladder: [...body.ladder],
  quantity: body.quantity,
  charge: body.charge,
})

/** The evidence of an award as it stands in the payload. */
export const evidencePayloadOf = (evidence: Award['evidence']): Uint8Array =>
  wire.Award.encode({ evidence: evidence.map(envelopeOf) })

/**
 * An award's payload around evidence that is encoded already. Fields stand in the order of their numbers, so that those
 * before it and those after it can be encoded apart.
 */
export function awardPayloadOf(body: Omit<Award, 'evidence'>, evidence: Uint8Array): Uint8Array {
  const { round, stock, reserve, quotedReserve, quantity, charge, fee } = body
  const about = { ...headToWire(body), buyer: keyOf(body.buyer), round, stock, reserve, quotedReserve }
  return concat([wire.Award.encode(about), evidence, wire.Award.encode({ quantity, charge, fee })])
}

/** What an accept and its receipt both say. */
const saleToWire = (body: Accept | Receipt): wire.Accept => ({
  ...headToWire(body),
  buyer: keyOf(body.buyer),
  round: body.round,
  award: bytesOfDigest(body.award),
  quantity: body.quantity,
  charge: body.charge,
  fee: body.fee,
})

const declineToWire = (body: Decline): wire.Decline => ({
  ...headToWire(body),
  buyer: keyOf(body.buyer),
  round: body.round,
  award: bytesOfDigest(body.award),
  code: numberOf(declineCodes, body.code),
  ...(body.expected === undefined ? {} : { expected: body.expected }),
})

const refusedToWire = (body: Refused): wire.Refused => ({
  ...headToWire(body),
  to: keyOf(body.to),
  code: numberOf(refusalCodes, body.code),
  bidSequence: body.bidSequence,
  award: body.award === '' ? new Uint8Array(0) : bytesOfDigest(body.award),
})

function headToWire({ market, offer }: { readonly market: string; readonly offer: OfferId }) {
  const number = offerNumberOf(offer)
  if (number === undefined) throw new RangeError(`not an offer id: ${offer}`)
  return { market, seller: keyOf(sellerOf(offer)), number }
}

/** What a payload of `kind` says, within every limit. @throws Fault, or whatever the protobuf decoder throws. */
export function readBody(kind: Kind, payload: Uint8Array): Message {
  switch (kind) {
    case 'offer':
      return readOffer(
        wire.Offer.decode(payload, { limits: { ladder: limits.publicRungsMax, addresses: limits.addressesMax } }),
      )
    case 'bid':
      return readBid(payload)
    case 'quote':
      return readQuote(wire.Quote.decode(payload, { limits: { ladder: limits.quoteRungsMax } }))
    case 'award':
      return readAward(wire.Award.decode(payload, { limits: { evidence: limits.participantsMax } }))
    case 'accept':
      return readAccept(payload)
    case 'decline':
      return readDecline(wire.Decline.decode(payload))
    case 'receipt':
      return readReceipt(wire.Receipt.decode(payload))
    case 'refused':
      return readRefused(wire.Refused.decode(payload))
    case 'closed':
      return readClosed(wire.Closed.decode(payload))
  }
}

function readOffer(from: wire.Offer): Offer {
  const status = nameOf(statuses, from.status, 'status')
  const stock = megabytesOf(from.stock, 'stock')
  const reserve = ticksOf(from.reserve, 'reserve')
  const floor = ticksOf(from.floor, 'floor')
  const issuedAt = millisOf(from.issuedAt, 'issuedAt')
  const expiresAt = millisOf(from.expiresAt, 'expiresAt')
  if (reserve < floor) throw malformed('floor')
  if (expiresAt <= issuedAt) throw malformed('expiresAt')
  if (expiresAt - issuedAt > limits.offerTtlMsMax) throw outOfBounds('expiresAt')
  // A closed offer sells nothing to anyone, so it may leave its ladder out.
  const ladderStock = status === 'closed' && from.ladder.length === 0 ? 0 : stock
  return {
    type: 'offer',
    ...readHead(from),
    sequence: countOf(from.sequence, 'sequence'),
    status,
    stock,
    reserve,
    floor,
    policy: nameOf(policyNames, from.policy, 'policy'),
    ladder: ladderOf(from.ladder, { stock: ladderStock, rungsMax: limits.publicRungsMax }),
    issuedAt,
    expiresAt,
    closesAt: millisOf(from.closesAt, 'closesAt'),
    addresses: addressesOf(from.addresses),
  }
}

function readBid(payload: Uint8Array): Bid {
  const from = wire.Bid.decode(payload)
  const quantity = megabytesOf(from.quantity, 'quantity')
  const price = ticksOf(from.price, 'price')
  if (quantity === 0 && price !== 0) throw malformed('price')
  return {
    type: 'bid',
    ...readHead(from),
    buyer: peerOf(from.buyer, 'buyer'),
    sequence: countOf(from.sequence, 'sequence'),
    quantity,
    price,
  }
}

function readQuote(from: wire.Quote): Quote {
  const stock = megabytesOf(from.stock, 'stock')
  const quantity = megabytesOf(from.quantity, 'quantity')
  if (quantity > stock) throw malformed('quantity')
  return {
    type: 'quote',
    ...readHead(from),
    buyer: peerOf(from.buyer, 'buyer'),
    bidSequence: countOf(from.bidSequence, 'bidSequence'),
    round: countOf(from.round, 'round'),
    sequence: countOf(from.sequence, 'sequence'),
    stock,
    reserve: ticksOf(from.reserve, 'reserve'),
    ladder: ladderOf(from.ladder, { stock, rungsMax: limits.quoteRungsMax }),
    quantity,
    charge: microsOf(from.charge, 'charge'),
  }
}

function readAward(from: wire.Award): Award {
  const head = readHead(from)
  const evidence = from.evidence.map((envelope) => {
    const { signer, payload, signature } = openOnly('bid', envelope)
    return { body: readBid(payload), signer, payload, signature }
  })
  const buyers = new Set<string>()
  for (const { body } of evidence) {
    if (body.market !== head.market || body.offer !== head.offer) throw malformed('evidence.offer')
    if (buyers.has(body.buyer)) throw malformed('evidence.buyer')
    buyers.add(body.buyer)
  }
  return {
    type: 'award',
    ...head,
    round: countOf(from.round, 'round'),
    buyer: peerOf(from.buyer, 'buyer'),
    stock: megabytesOf(from.stock, 'stock'),
    reserve: ticksOf(from.reserve, 'reserve'),
    quotedReserve: ticksOf(from.quotedReserve, 'quotedReserve'),
    evidence,
    quantity: someMegabytesOf(from.quantity, 'quantity'),
    charge: microsOf(from.charge, 'charge'),
    fee: microsOf(from.fee, 'fee'),
  }
}

const readAccept = (payload: Uint8Array): Accept => ({ type: 'accept', ...readSale(wire.Accept.decode(payload)) })

function readDecline(from: wire.Decline): Decline {
  const expected = from.expected
  return {
    type: 'decline',
    ...readHead(from),
    round: countOf(from.round, 'round'),
    buyer: peerOf(from.buyer, 'buyer'),
    award: digestOfBytes(from.award, 'award'),
    code: nameOf(declineCodes, from.code, 'code'),
    ...(expected === undefined
      ? {}
      : {
          expected: {
            quantity: megabytesOf(expected.quantity, 'expected.quantity'),
            charge: microsOf(expected.charge, 'expected.charge'),
            reserve: ticksOf(expected.reserve, 'expected.reserve'),
          },
        }),
  }
}

function readReceipt(from: wire.Receipt): Receipt {
  if (from.accept === undefined) throw malformed('accept')
  const sale = readSale(from)
  const { signer, payload, signature } = openOnly('accept', from.accept)
  const accept: Sealed<Accept> = { body: readAccept(payload), signer, payload, signature }
  for (const field of Object.keys(sale) as (keyof typeof sale)[]) {
    if (sale[field] !== accept.body[field]) throw malformed(`accept.${field}`)
  }
  return { type: 'receipt', ...sale, accept }
}

function readRefused(from: wire.Refused): Refused {
  return {
    type: 'refused',
    ...readHead(from),
    to: peerOf(from.to, 'to'),
    code: nameOf(refusalCodes, from.code, 'code'),
    bidSequence: countOf(from.bidSequence, 'bidSequence'),
    award: from.award.length === 0 ? '' : digestOfBytes(from.award, 'award'),
  }
}

const readClosed = (from: wire.Closed): Closed => ({
  type: 'closed',
  ...readHead(from),
  reason: nameOf(closeReasons, from.reason, 'reason'),
})

function readHead(from: { readonly market: string; readonly seller: Uint8Array; readonly number: number }) {
  return { market: marketOf(from.market), offer: offerOf(from.seller, from.number) }
}

/** What an accept and its receipt both say. */
function readSale(from: wire.Accept | wire.Receipt) {
  return {
    ...readHead(from),
    round: countOf(from.round, 'round'),
    buyer: peerOf(from.buyer, 'buyer'),
    award: digestOfBytes(from.award, 'award'),
    quantity: someMegabytesOf(from.quantity, 'quantity'),
    charge: microsOf(from.charge, 'charge'),
    fee: microsOf(from.fee, 'fee'),
  }
}
