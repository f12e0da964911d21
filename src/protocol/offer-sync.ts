/**
 * Offer sync (SPEC §8): one request, one page. Unsigned containers; each offer in a page is an envelope that goes through
 * admission like one from gossip.
 */
import { attempt, type Unreadable } from './codec.js'
import { malformed, marketOf, outOfBounds } from './fields.js'
import * as wire from './generated/market.js'
import { offerNumberOf } from './identity.js'
import { limits, type OfferId } from './message.js'

/** Where to go on: after this offer in ascending order of offer id, or '' for the first page, or for no further page. */
export type Cursor = OfferId | ''

export interface OfferRequest {
  readonly market: string
  readonly after: Cursor
  /** Offers wanted, 1 to {@link limits.pageOffersMax}. */
  readonly limit: number
}

export interface OfferPage {
  /** Envelopes as they came: not decoded, not admitted. */
  readonly offers: readonly Uint8Array[]
  readonly next: Cursor
}

export function encodeOfferRequest(request: OfferRequest): Uint8Array {
  return wire.OfferRequest.encode(request)
}

/** Total, like every decoder of the protocol. */
export function decodeOfferRequest(
  bytes: Uint8Array,
): { readonly ok: true; readonly request: OfferRequest } | Unreadable {
  if (bytes.length > limits.requestBytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const { market, after, limit } = wire.OfferRequest.decode(bytes)
    if (limit < 1 || limit > limits.pageOffersMax) throw outOfBounds('limit')
    return { ok: true, request: { market: marketOf(market), after: cursorOf(after, 'after'), limit } }
  })
}

/** @throws RangeError when the page holds more than a receiver takes: the sender pages so that it never does. */
export function encodeOfferPage({ offers, next }: OfferPage): Uint8Array {
  const bytes = wire.OfferPage.encode({ offers: offers.map((offer) => new Uint8Array(offer)), next })
  if (offers.length > limits.pageOffersMax || bytes.length > limits.pageBytesMax) {
    throw new RangeError(`page too large: ${offers.length} offers, ${bytes.length} bytes`)
  }
  return bytes
}

/** Total, like every decoder of the protocol. An oversized offer spoils only itself: admission refuses it. */
export function decodeOfferPage(bytes: Uint8Array): { readonly ok: true; readonly page: OfferPage } | Unreadable {
  if (bytes.length > limits.pageBytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const { offers, next } = wire.OfferPage.decode(bytes, { limits: { offers: limits.pageOffersMax } })
    return { ok: true, page: { offers, next: cursorOf(next, 'next') } }
  })
}

function cursorOf(value: string, field: string): Cursor {
  if (value !== '' && offerNumberOf(value) === undefined) throw malformed(field)
  return value
}
