// Generated from market.proto by `npm run generate`. Do not edit.
// @ts-nocheck

import { decodeMessage, encodeMessage, enumeration, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export enum Kind {
  KIND_UNKNOWN = 'KIND_UNKNOWN',
  KIND_OFFER = 'KIND_OFFER',
  KIND_BID = 'KIND_BID',
  KIND_QUOTE = 'KIND_QUOTE',
  KIND_AWARD = 'KIND_AWARD',
  KIND_ACCEPT = 'KIND_ACCEPT',
  KIND_DECLINE = 'KIND_DECLINE',
  KIND_RECEIPT = 'KIND_RECEIPT',
  KIND_REFUSED = 'KIND_REFUSED',
  KIND_CLOSED = 'KIND_CLOSED'
}

enum __KindValues {
  KIND_UNKNOWN = 0,
  KIND_OFFER = 1,
  KIND_BID = 2,
  KIND_QUOTE = 3,
  KIND_AWARD = 4,
  KIND_ACCEPT = 5,
  KIND_DECLINE = 6,
  KIND_RECEIPT = 7,
  KIND_REFUSED = 8,
  KIND_CLOSED = 9
}

export namespace Kind {
  export const codec = (): Codec<Kind> => {
    return enumeration<Kind>(__KindValues)
  }
}

export interface Envelope {
  version?: number
  kind: number
  payload: Uint8Array<ArrayBuffer>
  signer: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

export namespace Envelope {
  let _codec: Codec<Envelope>

  export const codec = (): Codec<Envelope> => {
    if (_codec == null) {
      _codec = message<Envelope>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.version != null) {
          w.uint32(8)
          w.uint32(obj.version)
        }

        if ((obj.kind != null && obj.kind !== 0)) {
          w.uint32(16)
          w.uint32(obj.kind)
        }

        if ((obj.payload != null && obj.payload.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.payload)
        }

        if ((obj.signer != null && obj.signer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.signer)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          kind: 0,
          payload: uint8ArrayAlloc(0),
          signer: uint8ArrayAlloc(0),
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.version = reader.uint32()
              break
            }
            case 2: {
              obj.kind = reader.uint32()
              break
            }
            case 3: {
              obj.payload = reader.bytes()
              break
            }
            case 4: {
              obj.signer = reader.bytes()
              break
            }
            case 5: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.version`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.kind`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.payload`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.signer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface EnvelopeVersionFieldEvent {
    field: '$.version'
    value: number
  }

  export interface EnvelopeKindFieldEvent {
    field: '$.kind'
    value: number
  }

  export interface EnvelopePayloadFieldEvent {
    field: '$.payload'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnvelopeSignerFieldEvent {
    field: '$.signer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnvelopeSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Envelope>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Envelope.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Envelope>): Envelope {
    return decodeMessage(buf, Envelope.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Envelope>): Generator<EnvelopeVersionFieldEvent | EnvelopeKindFieldEvent | EnvelopePayloadFieldEvent | EnvelopeSignerFieldEvent | EnvelopeSignatureFieldEvent> {
    return streamMessage(buf, Envelope.codec(), opts)
  }
}

export interface Rung {
  price: number
  quantity: number
}

export namespace Rung {
  let _codec: Codec<Rung>

  export const codec = (): Codec<Rung> => {
    if (_codec == null) {
      _codec = message<Rung>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.price != null && obj.price !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.price)
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.quantity)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          price: 0,
          quantity: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.price = reader.uint64Number()
              break
            }
            case 2: {
              obj.quantity = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.price`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RungPriceFieldEvent {
    field: '$.price'
    value: number
  }

  export interface RungQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export function encode (obj: Partial<Rung>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Rung.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Rung>): Rung {
    return decodeMessage(buf, Rung.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Rung>): Generator<RungPriceFieldEvent | RungQuantityFieldEvent> {
    return streamMessage(buf, Rung.codec(), opts)
  }
}

export interface Offer {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  sequence: number
  status: number
  stock: number
  reserve: number
  floor: number
  policy: number
  ladder: Rung[]
  issuedAt: number
  expiresAt: number
  closesAt: number
  addresses: string[]
}

export namespace Offer {
  let _codec: Codec<Offer>

  export const codec = (): Codec<Offer> => {
    if (_codec == null) {
      _codec = message<Offer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.sequence)
        }

        if ((obj.status != null && obj.status !== 0)) {
          w.uint32(48)
          w.uint32(obj.status)
        }

        if ((obj.stock != null && obj.stock !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.stock)
        }

        if ((obj.reserve != null && obj.reserve !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.reserve)
        }

        if ((obj.floor != null && obj.floor !== 0)) {
          w.uint32(72)
          w.uint64Number(obj.floor)
        }

        if ((obj.policy != null && obj.policy !== 0)) {
          w.uint32(80)
          w.uint32(obj.policy)
        }

        if (obj.ladder != null && obj.ladder.length > 0) {
          for (const value of obj.ladder) {
            w.uint32(90)
            Rung.codec().encode(value, w)
          }
        }

        if ((obj.issuedAt != null && obj.issuedAt !== 0)) {
          w.uint32(96)
          w.uint64Number(obj.issuedAt)
        }

        if ((obj.expiresAt != null && obj.expiresAt !== 0)) {
          w.uint32(104)
          w.uint64Number(obj.expiresAt)
        }

        if ((obj.closesAt != null && obj.closesAt !== 0)) {
          w.uint32(112)
          w.uint64Number(obj.closesAt)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(122)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          sequence: 0,
          status: 0,
          stock: 0,
          reserve: 0,
          floor: 0,
          policy: 0,
          ladder: [],
          issuedAt: 0,
          expiresAt: 0,
          closesAt: 0,
          addresses: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 5: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 6: {
              obj.status = reader.uint32()
              break
            }
            case 7: {
              obj.stock = reader.uint64Number()
              break
            }
            case 8: {
              obj.reserve = reader.uint64Number()
              break
            }
            case 9: {
              obj.floor = reader.uint64Number()
              break
            }
            case 10: {
              obj.policy = reader.uint32()
              break
            }
            case 11: {
              if (opts.limits?.ladder != null && obj.ladder.length === opts.limits.ladder) {
                throw new MaxLengthError('Decode error - repeated field "ladder" had too many elements')
              }

              obj.ladder.push(Rung.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ladder$
              }))
              break
            }
            case 12: {
              obj.issuedAt = reader.uint64Number()
              break
            }
            case 13: {
              obj.expiresAt = reader.uint64Number()
              break
            }
            case 14: {
              obj.closesAt = reader.uint64Number()
              break
            }
            case 15: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.string())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ladder: 0,
          addresses: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.status`,
                value: reader.uint32()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.stock`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.reserve`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.floor`,
                value: reader.uint64Number()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.policy`,
                value: reader.uint32()
              }
              break
            }
            case 11: {
              if (opts.limits?.ladder != null && obj.ladder === opts.limits.ladder) {
                throw new MaxLengthError('Streaming decode error - repeated field "ladder" had too many elements')
              }

              for (const evt of Rung.codec().stream(reader, reader.uint32(), `${prefix}.ladder[]`, {
                limits: opts.limits?.ladder$
              })) {
                yield {
                  ...evt,
                  index: obj.ladder
                }
              }

              obj.ladder++

              break
            }
            case 12: {
              yield {
                field: `${prefix}.issuedAt`,
                value: reader.uint64Number()
              }
              break
            }
            case 13: {
              yield {
                field: `${prefix}.expiresAt`,
                value: reader.uint64Number()
              }
              break
            }
            case 14: {
              yield {
                field: `${prefix}.closesAt`,
                value: reader.uint64Number()
              }
              break
            }
            case 15: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.string()
              }

              obj.addresses++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface OfferSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface OfferSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface OfferStatusFieldEvent {
    field: '$.status'
    value: number
  }

  export interface OfferStockFieldEvent {
    field: '$.stock'
    value: number
  }

  export interface OfferReserveFieldEvent {
    field: '$.reserve'
    value: number
  }

  export interface OfferFloorFieldEvent {
    field: '$.floor'
    value: number
  }

  export interface OfferPolicyFieldEvent {
    field: '$.policy'
    value: number
  }

  export interface OfferLadderPriceFieldEvent {
    field: '$.ladder[].price'
    value: number
    index: number
  }

  export interface OfferLadderQuantityFieldEvent {
    field: '$.ladder[].quantity'
    value: number
    index: number
  }

  export interface OfferIssuedAtFieldEvent {
    field: '$.issuedAt'
    value: number
  }

  export interface OfferExpiresAtFieldEvent {
    field: '$.expiresAt'
    value: number
  }

  export interface OfferClosesAtFieldEvent {
    field: '$.closesAt'
    value: number
  }

  export interface OfferAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<Offer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Offer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Offer {
    return decodeMessage(buf, Offer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Generator<OfferMarketFieldEvent | OfferSellerFieldEvent | OfferNumberFieldEvent | OfferSequenceFieldEvent | OfferStatusFieldEvent | OfferStockFieldEvent | OfferReserveFieldEvent | OfferFloorFieldEvent | OfferPolicyFieldEvent | OfferLadderPriceFieldEvent | OfferLadderQuantityFieldEvent | OfferIssuedAtFieldEvent | OfferExpiresAtFieldEvent | OfferClosesAtFieldEvent | OfferAddressesFieldEvent> {
    return streamMessage(buf, Offer.codec(), opts)
  }
}

export interface Bid {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  sequence: number
  quantity: number
  price: number
}

export namespace Bid {
  let _codec: Codec<Bid>

  export const codec = (): Codec<Bid> => {
    if (_codec == null) {
      _codec = message<Bid>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.sequence)
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.quantity)
        }

        if ((obj.price != null && obj.price !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.price)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          sequence: 0,
          quantity: 0,
          price: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 6: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 7: {
              obj.price = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.price`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface BidMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface BidSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface BidNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface BidBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface BidSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface BidQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface BidPriceFieldEvent {
    field: '$.price'
    value: number
  }

  export function encode (obj: Partial<Bid>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Bid.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Bid>): Bid {
    return decodeMessage(buf, Bid.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Bid>): Generator<BidMarketFieldEvent | BidSellerFieldEvent | BidNumberFieldEvent | BidBuyerFieldEvent | BidSequenceFieldEvent | BidQuantityFieldEvent | BidPriceFieldEvent> {
    return streamMessage(buf, Bid.codec(), opts)
  }
}

export interface Quote {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  bidSequence: number
  round: number
  sequence: number
  stock: number
  reserve: number
  ladder: Rung[]
  quantity: number
  charge: number
}

export namespace Quote {
  let _codec: Codec<Quote>

  export const codec = (): Codec<Quote> => {
    if (_codec == null) {
      _codec = message<Quote>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.bidSequence != null && obj.bidSequence !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.bidSequence)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.round)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.sequence)
        }

        if ((obj.stock != null && obj.stock !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.stock)
        }

        if ((obj.reserve != null && obj.reserve !== 0)) {
          w.uint32(72)
          w.uint64Number(obj.reserve)
        }

        if (obj.ladder != null && obj.ladder.length > 0) {
          for (const value of obj.ladder) {
            w.uint32(82)
            Rung.codec().encode(value, w)
          }
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(88)
          w.uint64Number(obj.quantity)
        }

        if ((obj.charge != null && obj.charge !== 0)) {
          w.uint32(96)
          w.uint64Number(obj.charge)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          bidSequence: 0,
          round: 0,
          sequence: 0,
          stock: 0,
          reserve: 0,
          ladder: [],
          quantity: 0,
          charge: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.bidSequence = reader.uint64Number()
              break
            }
            case 6: {
              obj.round = reader.uint64Number()
              break
            }
            case 7: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 8: {
              obj.stock = reader.uint64Number()
              break
            }
            case 9: {
              obj.reserve = reader.uint64Number()
              break
            }
            case 10: {
              if (opts.limits?.ladder != null && obj.ladder.length === opts.limits.ladder) {
                throw new MaxLengthError('Decode error - repeated field "ladder" had too many elements')
              }

              obj.ladder.push(Rung.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ladder$
              }))
              break
            }
            case 11: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 12: {
              obj.charge = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ladder: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.bidSequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.stock`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.reserve`,
                value: reader.uint64Number()
              }
              break
            }
            case 10: {
              if (opts.limits?.ladder != null && obj.ladder === opts.limits.ladder) {
                throw new MaxLengthError('Streaming decode error - repeated field "ladder" had too many elements')
              }

              for (const evt of Rung.codec().stream(reader, reader.uint32(), `${prefix}.ladder[]`, {
                limits: opts.limits?.ladder$
              })) {
                yield {
                  ...evt,
                  index: obj.ladder
                }
              }

              obj.ladder++

              break
            }
            case 11: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 12: {
              yield {
                field: `${prefix}.charge`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface QuoteMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface QuoteSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface QuoteNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface QuoteBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface QuoteBidSequenceFieldEvent {
    field: '$.bidSequence'
    value: number
  }

  export interface QuoteRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface QuoteSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface QuoteStockFieldEvent {
    field: '$.stock'
    value: number
  }

  export interface QuoteReserveFieldEvent {
    field: '$.reserve'
    value: number
  }

  export interface QuoteLadderPriceFieldEvent {
    field: '$.ladder[].price'
    value: number
    index: number
  }

  export interface QuoteLadderQuantityFieldEvent {
    field: '$.ladder[].quantity'
    value: number
    index: number
  }

  export interface QuoteQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface QuoteChargeFieldEvent {
    field: '$.charge'
    value: number
  }

  export function encode (obj: Partial<Quote>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Quote.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Quote>): Quote {
    return decodeMessage(buf, Quote.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Quote>): Generator<QuoteMarketFieldEvent | QuoteSellerFieldEvent | QuoteNumberFieldEvent | QuoteBuyerFieldEvent | QuoteBidSequenceFieldEvent | QuoteRoundFieldEvent | QuoteSequenceFieldEvent | QuoteStockFieldEvent | QuoteReserveFieldEvent | QuoteLadderPriceFieldEvent | QuoteLadderQuantityFieldEvent | QuoteQuantityFieldEvent | QuoteChargeFieldEvent> {
    return streamMessage(buf, Quote.codec(), opts)
  }
}

export interface Award {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  round: number
  stock: number
  reserve: number
  quotedReserve: number
  evidence: Envelope[]
  quantity: number
  charge: number
  fee: number
}

export namespace Award {
  let _codec: Codec<Award>

  export const codec = (): Codec<Award> => {
    if (_codec == null) {
      _codec = message<Award>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.round)
        }

        if ((obj.stock != null && obj.stock !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.stock)
        }

        if ((obj.reserve != null && obj.reserve !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.reserve)
        }

        if ((obj.quotedReserve != null && obj.quotedReserve !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.quotedReserve)
        }

        if (obj.evidence != null && obj.evidence.length > 0) {
          for (const value of obj.evidence) {
            w.uint32(74)
            Envelope.codec().encode(value, w)
          }
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(80)
          w.uint64Number(obj.quantity)
        }

        if ((obj.charge != null && obj.charge !== 0)) {
          w.uint32(88)
          w.uint64Number(obj.charge)
        }

        if ((obj.fee != null && obj.fee !== 0)) {
          w.uint32(96)
          w.uint64Number(obj.fee)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          round: 0,
          stock: 0,
          reserve: 0,
          quotedReserve: 0,
          evidence: [],
          quantity: 0,
          charge: 0,
          fee: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.round = reader.uint64Number()
              break
            }
            case 6: {
              obj.stock = reader.uint64Number()
              break
            }
            case 7: {
              obj.reserve = reader.uint64Number()
              break
            }
            case 8: {
              obj.quotedReserve = reader.uint64Number()
              break
            }
            case 9: {
              if (opts.limits?.evidence != null && obj.evidence.length === opts.limits.evidence) {
                throw new MaxLengthError('Decode error - repeated field "evidence" had too many elements')
              }

              obj.evidence.push(Envelope.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence$
              }))
              break
            }
            case 10: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 11: {
              obj.charge = reader.uint64Number()
              break
            }
            case 12: {
              obj.fee = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          evidence: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.stock`,
                value: reader.uint64Number()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.reserve`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.quotedReserve`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              if (opts.limits?.evidence != null && obj.evidence === opts.limits.evidence) {
                throw new MaxLengthError('Streaming decode error - repeated field "evidence" had too many elements')
              }

              for (const evt of Envelope.codec().stream(reader, reader.uint32(), `${prefix}.evidence[]`, {
                limits: opts.limits?.evidence$
              })) {
                yield {
                  ...evt,
                  index: obj.evidence
                }
              }

              obj.evidence++

              break
            }
            case 10: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.charge`,
                value: reader.uint64Number()
              }
              break
            }
            case 12: {
              yield {
                field: `${prefix}.fee`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AwardMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface AwardSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AwardNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface AwardBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AwardRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface AwardStockFieldEvent {
    field: '$.stock'
    value: number
  }

  export interface AwardReserveFieldEvent {
    field: '$.reserve'
    value: number
  }

  export interface AwardQuotedReserveFieldEvent {
    field: '$.quotedReserve'
    value: number
  }

  export interface AwardEvidenceVersionFieldEvent {
    field: '$.evidence[].version'
    value: number
    index: number
  }

  export interface AwardEvidenceKindFieldEvent {
    field: '$.evidence[].kind'
    value: number
    index: number
  }

  export interface AwardEvidencePayloadFieldEvent {
    field: '$.evidence[].payload'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AwardEvidenceSignerFieldEvent {
    field: '$.evidence[].signer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AwardEvidenceSignatureFieldEvent {
    field: '$.evidence[].signature'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AwardQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface AwardChargeFieldEvent {
    field: '$.charge'
    value: number
  }

  export interface AwardFeeFieldEvent {
    field: '$.fee'
    value: number
  }

  export function encode (obj: Partial<Award>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Award.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Award>): Award {
    return decodeMessage(buf, Award.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Award>): Generator<AwardMarketFieldEvent | AwardSellerFieldEvent | AwardNumberFieldEvent | AwardBuyerFieldEvent | AwardRoundFieldEvent | AwardStockFieldEvent | AwardReserveFieldEvent | AwardQuotedReserveFieldEvent | AwardEvidenceVersionFieldEvent | AwardEvidenceKindFieldEvent | AwardEvidencePayloadFieldEvent | AwardEvidenceSignerFieldEvent | AwardEvidenceSignatureFieldEvent | AwardQuantityFieldEvent | AwardChargeFieldEvent | AwardFeeFieldEvent> {
    return streamMessage(buf, Award.codec(), opts)
  }
}

export interface Accept {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  round: number
  award: Uint8Array<ArrayBuffer>
  quantity: number
  charge: number
  fee: number
}

export namespace Accept {
  let _codec: Codec<Accept>

  export const codec = (): Codec<Accept> => {
    if (_codec == null) {
      _codec = message<Accept>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.round)
        }

        if ((obj.award != null && obj.award.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.award)
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.quantity)
        }

        if ((obj.charge != null && obj.charge !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.charge)
        }

        if ((obj.fee != null && obj.fee !== 0)) {
          w.uint32(72)
          w.uint64Number(obj.fee)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          round: 0,
          award: uint8ArrayAlloc(0),
          quantity: 0,
          charge: 0,
          fee: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.round = reader.uint64Number()
              break
            }
            case 6: {
              obj.award = reader.bytes()
              break
            }
            case 7: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 8: {
              obj.charge = reader.uint64Number()
              break
            }
            case 9: {
              obj.fee = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.award`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.charge`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.fee`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AcceptMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface AcceptSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface AcceptBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface AcceptAwardFieldEvent {
    field: '$.award'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface AcceptChargeFieldEvent {
    field: '$.charge'
    value: number
  }

  export interface AcceptFeeFieldEvent {
    field: '$.fee'
    value: number
  }

  export function encode (obj: Partial<Accept>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Accept.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Accept {
    return decodeMessage(buf, Accept.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Generator<AcceptMarketFieldEvent | AcceptSellerFieldEvent | AcceptNumberFieldEvent | AcceptBuyerFieldEvent | AcceptRoundFieldEvent | AcceptAwardFieldEvent | AcceptQuantityFieldEvent | AcceptChargeFieldEvent | AcceptFeeFieldEvent> {
    return streamMessage(buf, Accept.codec(), opts)
  }
}

export interface Decline {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  round: number
  award: Uint8Array<ArrayBuffer>
  code: number
  expected?: Expected
}

export namespace Decline {
  let _codec: Codec<Decline>

  export const codec = (): Codec<Decline> => {
    if (_codec == null) {
      _codec = message<Decline>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.round)
        }

        if ((obj.award != null && obj.award.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.award)
        }

        if ((obj.code != null && obj.code !== 0)) {
          w.uint32(56)
          w.uint32(obj.code)
        }

        if (obj.expected != null) {
          w.uint32(66)
          Expected.codec().encode(obj.expected, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          round: 0,
          award: uint8ArrayAlloc(0),
          code: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.round = reader.uint64Number()
              break
            }
            case 6: {
              obj.award = reader.bytes()
              break
            }
            case 7: {
              obj.code = reader.uint32()
              break
            }
            case 8: {
              obj.expected = Expected.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.expected
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.award`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.code`,
                value: reader.uint32()
              }
              break
            }
            case 8: {
              yield * Expected.codec().stream(reader, reader.uint32(), `${prefix}.expected`, {
                limits: opts.limits?.expected
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DeclineMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface DeclineSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface DeclineNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface DeclineBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface DeclineRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface DeclineAwardFieldEvent {
    field: '$.award'
    value: Uint8Array<ArrayBuffer>
  }

  export interface DeclineCodeFieldEvent {
    field: '$.code'
    value: number
  }

  export interface DeclineExpectedQuantityFieldEvent {
    field: '$.expected.quantity'
    value: number
  }

  export interface DeclineExpectedChargeFieldEvent {
    field: '$.expected.charge'
    value: number
  }

  export interface DeclineExpectedReserveFieldEvent {
    field: '$.expected.reserve'
    value: number
  }

  export function encode (obj: Partial<Decline>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Decline.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Decline>): Decline {
    return decodeMessage(buf, Decline.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Decline>): Generator<DeclineMarketFieldEvent | DeclineSellerFieldEvent | DeclineNumberFieldEvent | DeclineBuyerFieldEvent | DeclineRoundFieldEvent | DeclineAwardFieldEvent | DeclineCodeFieldEvent | DeclineExpectedQuantityFieldEvent | DeclineExpectedChargeFieldEvent | DeclineExpectedReserveFieldEvent> {
    return streamMessage(buf, Decline.codec(), opts)
  }
}

export interface Expected {
  quantity: number
  charge: number
  reserve: number
}

export namespace Expected {
  let _codec: Codec<Expected>

  export const codec = (): Codec<Expected> => {
    if (_codec == null) {
      _codec = message<Expected>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.quantity)
        }

        if ((obj.charge != null && obj.charge !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.charge)
        }

        if ((obj.reserve != null && obj.reserve !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.reserve)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          quantity: 0,
          charge: 0,
          reserve: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 2: {
              obj.charge = reader.uint64Number()
              break
            }
            case 3: {
              obj.reserve = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.charge`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.reserve`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ExpectedQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface ExpectedChargeFieldEvent {
    field: '$.charge'
    value: number
  }

  export interface ExpectedReserveFieldEvent {
    field: '$.reserve'
    value: number
  }

  export function encode (obj: Partial<Expected>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Expected.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expected>): Expected {
    return decodeMessage(buf, Expected.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expected>): Generator<ExpectedQuantityFieldEvent | ExpectedChargeFieldEvent | ExpectedReserveFieldEvent> {
    return streamMessage(buf, Expected.codec(), opts)
  }
}

export interface Receipt {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  buyer: Uint8Array<ArrayBuffer>
  round: number
  award: Uint8Array<ArrayBuffer>
  quantity: number
  charge: number
  fee: number
  accept?: Envelope
}

export namespace Receipt {
  let _codec: Codec<Receipt>

  export const codec = (): Codec<Receipt> => {
    if (_codec == null) {
      _codec = message<Receipt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.buyer != null && obj.buyer.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.buyer)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.round)
        }

        if ((obj.award != null && obj.award.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.award)
        }

        if ((obj.quantity != null && obj.quantity !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.quantity)
        }

        if ((obj.charge != null && obj.charge !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.charge)
        }

        if ((obj.fee != null && obj.fee !== 0)) {
          w.uint32(72)
          w.uint64Number(obj.fee)
        }

        if (obj.accept != null) {
          w.uint32(82)
          Envelope.codec().encode(obj.accept, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          buyer: uint8ArrayAlloc(0),
          round: 0,
          award: uint8ArrayAlloc(0),
          quantity: 0,
          charge: 0,
          fee: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.buyer = reader.bytes()
              break
            }
            case 5: {
              obj.round = reader.uint64Number()
              break
            }
            case 6: {
              obj.award = reader.bytes()
              break
            }
            case 7: {
              obj.quantity = reader.uint64Number()
              break
            }
            case 8: {
              obj.charge = reader.uint64Number()
              break
            }
            case 9: {
              obj.fee = reader.uint64Number()
              break
            }
            case 10: {
              obj.accept = Envelope.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.accept
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.buyer`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.award`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.quantity`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.charge`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.fee`,
                value: reader.uint64Number()
              }
              break
            }
            case 10: {
              yield * Envelope.codec().stream(reader, reader.uint32(), `${prefix}.accept`, {
                limits: opts.limits?.accept
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReceiptMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface ReceiptSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface ReceiptBuyerFieldEvent {
    field: '$.buyer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface ReceiptAwardFieldEvent {
    field: '$.award'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptQuantityFieldEvent {
    field: '$.quantity'
    value: number
  }

  export interface ReceiptChargeFieldEvent {
    field: '$.charge'
    value: number
  }

  export interface ReceiptFeeFieldEvent {
    field: '$.fee'
    value: number
  }

  export interface ReceiptAcceptVersionFieldEvent {
    field: '$.accept.version'
    value: number
  }

  export interface ReceiptAcceptKindFieldEvent {
    field: '$.accept.kind'
    value: number
  }

  export interface ReceiptAcceptPayloadFieldEvent {
    field: '$.accept.payload'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptAcceptSignerFieldEvent {
    field: '$.accept.signer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptAcceptSignatureFieldEvent {
    field: '$.accept.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Receipt>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Receipt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Receipt {
    return decodeMessage(buf, Receipt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Generator<ReceiptMarketFieldEvent | ReceiptSellerFieldEvent | ReceiptNumberFieldEvent | ReceiptBuyerFieldEvent | ReceiptRoundFieldEvent | ReceiptAwardFieldEvent | ReceiptQuantityFieldEvent | ReceiptChargeFieldEvent | ReceiptFeeFieldEvent | ReceiptAcceptVersionFieldEvent | ReceiptAcceptKindFieldEvent | ReceiptAcceptPayloadFieldEvent | ReceiptAcceptSignerFieldEvent | ReceiptAcceptSignatureFieldEvent> {
    return streamMessage(buf, Receipt.codec(), opts)
  }
}

export interface Refused {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  to: Uint8Array<ArrayBuffer>
  code: number
  bidSequence: number
  award: Uint8Array<ArrayBuffer>
}

export namespace Refused {
  let _codec: Codec<Refused>

  export const codec = (): Codec<Refused> => {
    if (_codec == null) {
      _codec = message<Refused>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.to != null && obj.to.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.to)
        }

        if ((obj.code != null && obj.code !== 0)) {
          w.uint32(40)
          w.uint32(obj.code)
        }

        if ((obj.bidSequence != null && obj.bidSequence !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.bidSequence)
        }

        if ((obj.award != null && obj.award.byteLength > 0)) {
          w.uint32(58)
          w.bytes(obj.award)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          to: uint8ArrayAlloc(0),
          code: 0,
          bidSequence: 0,
          award: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 4: {
              obj.to = reader.bytes()
              break
            }
            case 5: {
              obj.code = reader.uint32()
              break
            }
            case 6: {
              obj.bidSequence = reader.uint64Number()
              break
            }
            case 7: {
              obj.award = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.to`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.code`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.bidSequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.award`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefusedMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface RefusedSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RefusedNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface RefusedToFieldEvent {
    field: '$.to'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RefusedCodeFieldEvent {
    field: '$.code'
    value: number
  }

  export interface RefusedBidSequenceFieldEvent {
    field: '$.bidSequence'
    value: number
  }

  export interface RefusedAwardFieldEvent {
    field: '$.award'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Refused>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refused.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refused>): Refused {
    return decodeMessage(buf, Refused.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refused>): Generator<RefusedMarketFieldEvent | RefusedSellerFieldEvent | RefusedNumberFieldEvent | RefusedToFieldEvent | RefusedCodeFieldEvent | RefusedBidSequenceFieldEvent | RefusedAwardFieldEvent> {
    return streamMessage(buf, Refused.codec(), opts)
  }
}

export interface Closed {
  market: string
  seller: Uint8Array<ArrayBuffer>
  number: number
  reason: number
}

export namespace Closed {
  let _codec: Codec<Closed>

  export const codec = (): Codec<Closed> => {
    if (_codec == null) {
      _codec = message<Closed>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.seller != null && obj.seller.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.seller)
        }

        if ((obj.number != null && obj.number !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.number)
        }

        if ((obj.reason != null && obj.reason !== 0)) {
          w.uint32(40)
          w.uint32(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          seller: uint8ArrayAlloc(0),
          number: 0,
          reason: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.seller = reader.bytes()
              break
            }
            case 3: {
              obj.number = reader.uint64Number()
              break
            }
            case 5: {
              obj.reason = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.seller`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.number`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.reason`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ClosedMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface ClosedSellerFieldEvent {
    field: '$.seller'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ClosedNumberFieldEvent {
    field: '$.number'
    value: number
  }

  export interface ClosedReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export function encode (obj: Partial<Closed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Closed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closed>): Closed {
    return decodeMessage(buf, Closed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closed>): Generator<ClosedMarketFieldEvent | ClosedSellerFieldEvent | ClosedNumberFieldEvent | ClosedReasonFieldEvent> {
    return streamMessage(buf, Closed.codec(), opts)
  }
}

export interface OfferRequest {
  market: string
  after: string
  limit: number
}

export namespace OfferRequest {
  let _codec: Codec<OfferRequest>

  export const codec = (): Codec<OfferRequest> => {
    if (_codec == null) {
      _codec = message<OfferRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.after != null && obj.after !== '')) {
          w.uint32(18)
          w.string(obj.after)
        }

        if ((obj.limit != null && obj.limit !== 0)) {
          w.uint32(24)
          w.uint32(obj.limit)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          after: '',
          limit: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.after = reader.string()
              break
            }
            case 3: {
              obj.limit = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.after`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.limit`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferRequestMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface OfferRequestAfterFieldEvent {
    field: '$.after'
    value: string
  }

  export interface OfferRequestLimitFieldEvent {
    field: '$.limit'
    value: number
  }

  export function encode (obj: Partial<OfferRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, OfferRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferRequest>): OfferRequest {
    return decodeMessage(buf, OfferRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferRequest>): Generator<OfferRequestMarketFieldEvent | OfferRequestAfterFieldEvent | OfferRequestLimitFieldEvent> {
    return streamMessage(buf, OfferRequest.codec(), opts)
  }
}

export interface OfferPage {
  offers: Uint8Array<ArrayBuffer>[]
  next: string
}

export namespace OfferPage {
  let _codec: Codec<OfferPage>

  export const codec = (): Codec<OfferPage> => {
    if (_codec == null) {
      _codec = message<OfferPage>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.offers != null && obj.offers.length > 0) {
          for (const value of obj.offers) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if ((obj.next != null && obj.next !== '')) {
          w.uint32(18)
          w.string(obj.next)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          offers: [],
          next: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.offers != null && obj.offers.length === opts.limits.offers) {
                throw new MaxLengthError('Decode error - repeated field "offers" had too many elements')
              }

              obj.offers.push(reader.bytes())
              break
            }
            case 2: {
              obj.next = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          offers: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.offers != null && obj.offers === opts.limits.offers) {
                throw new MaxLengthError('Streaming decode error - repeated field "offers" had too many elements')
              }

              yield {
                field: `${prefix}.offers[]`,
                index: obj.offers,
                value: reader.bytes()
              }

              obj.offers++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.next`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferPageOffersFieldEvent {
    field: '$.offers[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferPageNextFieldEvent {
    field: '$.next'
    value: string
  }

  export function encode (obj: Partial<OfferPage>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, OfferPage.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferPage>): OfferPage {
    return decodeMessage(buf, OfferPage.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferPage>): Generator<OfferPageOffersFieldEvent | OfferPageNextFieldEvent> {
    return streamMessage(buf, OfferPage.codec(), opts)
  }
}

export interface OfferQuestion {
  market: string
  after: Uint8Array<ArrayBuffer>
  limit: number
  keys: Uint8Array<ArrayBuffer>
  shards: Uint8Array<ArrayBuffer>
  shardCount: number
}

export namespace OfferQuestion {
  let _codec: Codec<OfferQuestion>

  export const codec = (): Codec<OfferQuestion> => {
    if (_codec == null) {
      _codec = message<OfferQuestion>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.market != null && obj.market !== '')) {
          w.uint32(10)
          w.string(obj.market)
        }

        if ((obj.after != null && obj.after.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.after)
        }

        if ((obj.limit != null && obj.limit !== 0)) {
          w.uint32(24)
          w.uint32(obj.limit)
        }

        if ((obj.keys != null && obj.keys.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.keys)
        }

        if ((obj.shards != null && obj.shards.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.shards)
        }

        if ((obj.shardCount != null && obj.shardCount !== 0)) {
          w.uint32(48)
          w.uint32(obj.shardCount)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          market: '',
          after: uint8ArrayAlloc(0),
          limit: 0,
          keys: uint8ArrayAlloc(0),
          shards: uint8ArrayAlloc(0),
          shardCount: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.market = reader.string()
              break
            }
            case 2: {
              obj.after = reader.bytes()
              break
            }
            case 3: {
              obj.limit = reader.uint32()
              break
            }
            case 4: {
              obj.keys = reader.bytes()
              break
            }
            case 5: {
              obj.shards = reader.bytes()
              break
            }
            case 6: {
              obj.shardCount = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.market`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.after`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.limit`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.keys`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.shards`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.shardCount`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferQuestionMarketFieldEvent {
    field: '$.market'
    value: string
  }

  export interface OfferQuestionAfterFieldEvent {
    field: '$.after'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferQuestionLimitFieldEvent {
    field: '$.limit'
    value: number
  }

  export interface OfferQuestionKeysFieldEvent {
    field: '$.keys'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferQuestionShardsFieldEvent {
    field: '$.shards'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferQuestionShardCountFieldEvent {
    field: '$.shardCount'
    value: number
  }

  export function encode (obj: Partial<OfferQuestion>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, OfferQuestion.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferQuestion>): OfferQuestion {
    return decodeMessage(buf, OfferQuestion.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferQuestion>): Generator<OfferQuestionMarketFieldEvent | OfferQuestionAfterFieldEvent | OfferQuestionLimitFieldEvent | OfferQuestionKeysFieldEvent | OfferQuestionShardsFieldEvent | OfferQuestionShardCountFieldEvent> {
    return streamMessage(buf, OfferQuestion.codec(), opts)
  }
}

export interface OfferAnswer {
  entries: Uint8Array<ArrayBuffer>
  more: boolean
  offers: Uint8Array<ArrayBuffer>[]
}

export namespace OfferAnswer {
  let _codec: Codec<OfferAnswer>

  export const codec = (): Codec<OfferAnswer> => {
    if (_codec == null) {
      _codec = message<OfferAnswer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.entries != null && obj.entries.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.entries)
        }

        if ((obj.more != null && obj.more !== false)) {
          w.uint32(16)
          w.bool(obj.more)
        }

        if (obj.offers != null && obj.offers.length > 0) {
          for (const value of obj.offers) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: uint8ArrayAlloc(0),
          more: false,
          offers: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.entries = reader.bytes()
              break
            }
            case 2: {
              obj.more = reader.bool()
              break
            }
            case 3: {
              if (opts.limits?.offers != null && obj.offers.length === opts.limits.offers) {
                throw new MaxLengthError('Decode error - repeated field "offers" had too many elements')
              }

              obj.offers.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          offers: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.entries`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.more`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              if (opts.limits?.offers != null && obj.offers === opts.limits.offers) {
                throw new MaxLengthError('Streaming decode error - repeated field "offers" had too many elements')
              }

              yield {
                field: `${prefix}.offers[]`,
                index: obj.offers,
                value: reader.bytes()
              }

              obj.offers++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferAnswerEntriesFieldEvent {
    field: '$.entries'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OfferAnswerMoreFieldEvent {
    field: '$.more'
    value: boolean
  }

  export interface OfferAnswerOffersFieldEvent {
    field: '$.offers[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<OfferAnswer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, OfferAnswer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferAnswer>): OfferAnswer {
    return decodeMessage(buf, OfferAnswer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<OfferAnswer>): Generator<OfferAnswerEntriesFieldEvent | OfferAnswerMoreFieldEvent | OfferAnswerOffersFieldEvent> {
    return streamMessage(buf, OfferAnswer.codec(), opts)
  }
}

export interface Hello {
  version: number
  network: Uint8Array<ArrayBuffer>
  time: number
  serves: number[]
  peers: string[]
}

export namespace Hello {
  let _codec: Codec<Hello>

  export const codec = (): Codec<Hello> => {
    if (_codec == null) {
      _codec = message<Hello>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.version != null && obj.version !== 0)) {
          w.uint32(8)
          w.uint32(obj.version)
        }

        if ((obj.network != null && obj.network.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.network)
        }

        if ((obj.time != null && obj.time !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.time)
        }

        if (obj.serves != null && obj.serves.length > 0) {
          for (const value of obj.serves) {
            w.uint32(32)
            w.uint32(value)
          }
        }

        if (obj.peers != null && obj.peers.length > 0) {
          for (const value of obj.peers) {
            w.uint32(42)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          version: 0,
          network: uint8ArrayAlloc(0),
          time: 0,
          serves: [],
          peers: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.version = reader.uint32()
              break
            }
            case 2: {
              obj.network = reader.bytes()
              break
            }
            case 3: {
              obj.time = reader.uint64Number()
              break
            }
            case 4: {
              if (opts.limits?.serves != null && obj.serves.length === opts.limits.serves) {
                throw new MaxLengthError('Decode error - repeated field "serves" had too many elements')
              }

              obj.serves.push(reader.uint32())
              break
            }
            case 5: {
              if (opts.limits?.peers != null && obj.peers.length === opts.limits.peers) {
                throw new MaxLengthError('Decode error - repeated field "peers" had too many elements')
              }

              obj.peers.push(reader.string())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          serves: 0,
          peers: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.version`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.network`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.time`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              if (opts.limits?.serves != null && obj.serves === opts.limits.serves) {
                throw new MaxLengthError('Streaming decode error - repeated field "serves" had too many elements')
              }

              yield {
                field: `${prefix}.serves[]`,
                index: obj.serves,
                value: reader.uint32()
              }

              obj.serves++

              break
            }
            case 5: {
              if (opts.limits?.peers != null && obj.peers === opts.limits.peers) {
                throw new MaxLengthError('Streaming decode error - repeated field "peers" had too many elements')
              }

              yield {
                field: `${prefix}.peers[]`,
                index: obj.peers,
                value: reader.string()
              }

              obj.peers++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HelloVersionFieldEvent {
    field: '$.version'
    value: number
  }

  export interface HelloNetworkFieldEvent {
    field: '$.network'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloTimeFieldEvent {
    field: '$.time'
    value: number
  }

  export interface HelloServesFieldEvent {
    field: '$.serves[]'
    index: number
    value: number
  }

  export interface HelloPeersFieldEvent {
    field: '$.peers[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<Hello>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Hello.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Hello {
    return decodeMessage(buf, Hello.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Generator<HelloVersionFieldEvent | HelloNetworkFieldEvent | HelloTimeFieldEvent | HelloServesFieldEvent | HelloPeersFieldEvent> {
    return streamMessage(buf, Hello.codec(), opts)
  }
}
