/**
 * The gate: every message that arrives is accepted, or refused with one code. Rules run in order of cost, the signature
 * last. SPEC §7 states each rule under the id in brackets here.
 */
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Millis } from '../units.js'
import { type Decoded, decode } from './codec.js'
import {
  type Award,
  type Digest,
  type DirectMessage,
  isOfferOf,
  limits,
  type Offer,
  type OfferId,
  type Receipt,
  type RefusalCode,
  type Sealed,
} from './message.js'
import { digestOf, isProvisional, verifySeal } from './signing.js'

/** What the gate needs to know of the node behind it. Everything else is in the message. */
export interface AdmissionContext {
  readonly market: string
  readonly me: PeerId
  /** For awards, best one that remembers the evidence it has seen. */
  readonly verifier: Verifier
  /** The highest sequence known of an offer, tombstones included; undefined when the offer is unknown. */
  knownSequence(offer: OfferId, seller: PeerId): number | undefined
  /** Whether an offer that is not known yet would find room. Default: always. */
  hasRoom?(offer: OfferId): boolean
  /** Asked about an offer's seller after its signature, and about the sender of a direct message before anything else. */
  readonly limiter?: { allow(peer: PeerId, now: Millis): boolean }
}

/** When a message arrived where, and from whom. */
export interface Arrival {
  /** The authenticated peer at the other end of the connection. */
  readonly from: PeerId
  readonly now: Millis
  readonly context: AdmissionContext
}

export interface Incoming extends Arrival {
  readonly bytes: Uint8Array
}

export type OfferVerdict =
  | { readonly type: 'accept'; readonly message: Sealed<Offer> }
  /** Not passed on, and not held against whoever forwarded it. */
  | { readonly type: 'ignore'; readonly code: RefusalCode }
  /** No honest node of this version would have forwarded it. */
  | { readonly type: 'reject'; readonly code: RefusalCode }

export type DirectVerdict =
  | { readonly type: 'accept'; readonly message: Sealed<DirectMessage> }
  /** `about`: what a `refused` in answer must name; undefined: say nothing. */
  | { readonly type: 'refuse'; readonly code: RefusalCode; readonly about: About | undefined }

/** The message that a `refused` answers. */
export interface About {
  readonly market: string
  readonly offer: OfferId
  readonly bidSequence: number
  readonly award: Digest | ''
}

/** Codes for which an honest forwarder may have had another clock, another version, more room, or older news. */
const ignored: ReadonlySet<RefusalCode> = new Set([
  'unknown-kind',
  'expired',
  'from-the-future',
  'stale-sequence',
  'book-full',
  'rate-limited',
])

/** Admits an offer from gossip or from a page of offer sync. */
export const admitOffer = (incoming: Incoming): OfferVerdict =>
  judgeOffer(decode(incoming.bytes, limits.offerBytesMax), incoming)

/** {@link admitOffer} after its decoding, of at most {@link limits.offerBytesMax}. */
export function judgeOffer(decoded: Decoded, arrival: Arrival): OfferVerdict {
  // [G1] [G2] [G3]
  if (!decoded.ok) return refusedOffer(decoded.code)
  const { sealed } = decoded
  if (!isOffer(sealed)) return refusedOffer('unknown-kind') // [G3]
  const code = offerFault(sealed, arrival)
  return code === undefined ? { type: 'accept', message: sealed } : refusedOffer(code)
}

const refusedOffer = (code: RefusalCode): OfferVerdict => ({ type: ignored.has(code) ? 'ignore' : 'reject', code })

const isOffer = (sealed: Sealed): sealed is Sealed<Offer> => sealed.body.type === 'offer'

function offerFault(sealed: Sealed<Offer>, { now, context }: Arrival): RefusalCode | undefined {
  const { body, signer } = sealed
  if (body.market !== context.market) return 'wrong-market' // [G4] REJECT
  if (!isOfferOf(signer, body.offer)) return 'not-the-seller' // [G5] REJECT
  if (body.expiresAt <= now) return 'expired' // [G6] IGNORE
  if (body.issuedAt > now + limits.clockSkewMsMax) return 'from-the-future' // [G7] IGNORE
  const known = context.knownSequence(body.offer, signer)
  // An offer that is known already stops here, so its signature is never checked twice.
  if (known !== undefined && body.sequence <= known) return 'stale-sequence' // [G8] IGNORE
  if (known === undefined && context.hasRoom?.(body.offer) === false) return 'book-full' // [G9] IGNORE
  if (!verifySeal(context.verifier, sealed)) return 'bad-signature' // [G10] REJECT
  // Only what a seller really signed counts against it.
  if (context.limiter?.allow(signer, now) === false) return 'rate-limited' // [G11] IGNORE
  return undefined
}

/** Admits a message that `from` sent to this node alone. */
export const admitDirect = (incoming: Incoming): DirectVerdict =>
  judgeDirect(() => decode(incoming.bytes, limits.directBytesMax), incoming)

/** {@link admitDirect} with a decoding of at most {@link limits.directBytesMax}, which is not asked for beyond the rate. */
export function judgeDirect(read: () => Decoded, { from, now, context }: Arrival): DirectVerdict {
  if (context.limiter?.allow(from, now) === false) return refusedDirect('rate-limited') // [D1]
  const decoded = read() // [D2] [D3] [D4]
  if (!decoded.ok) return refusedDirect(decoded.code)
  const { sealed } = decoded
  if (!isDirect(sealed)) return refusedDirect('unknown-kind') // [D4]
  const relation = relationFault(sealed, from, context.me)
  if (relation !== undefined) return refusedDirect(relation)
  const code = directFault(sealed, context)
  return code === undefined ? { type: 'accept', message: sealed } : refusedDirect(code, aboutOf(sealed))
}

const refusedDirect = (code: RefusalCode, about?: About): DirectVerdict => ({ type: 'refuse', code, about })

const isDirect = (sealed: Sealed): sealed is Sealed<DirectMessage> => sealed.body.type !== 'offer'

/** Whether the message is the sender's to send and this node's to receive. Nobody else is answered. */
function relationFault({ body, signer }: Sealed<DirectMessage>, from: PeerId, me: PeerId): RefusalCode | undefined {
  const { offer } = body
  switch (body.type) {
    case 'quote':
    case 'award':
    case 'receipt':
      if (!isOfferOf(signer, offer)) return 'not-the-seller' // [D5]
      if (signer !== from) return 'signer-mismatch' // [D6]
      return body.buyer === me ? undefined : 'not-addressed-to-you' // [D7]
    case 'closed':
      if (!isOfferOf(signer, offer)) return 'not-the-seller' // [D5]
      return signer === from ? undefined : 'signer-mismatch' // [D6]
    case 'bid':
    case 'accept':
    case 'decline':
      if (signer !== body.buyer || signer !== from) return 'signer-mismatch' // [D6]
      return isOfferOf(me, offer) ? undefined : 'not-addressed-to-you' // [D7]
    case 'refused':
      if (!isOfferOf(signer, offer) && !isOfferOf(body.to, offer)) return 'not-the-seller' // [D5]
      if (signer !== from) return 'signer-mismatch' // [D6]
      return body.to === me ? undefined : 'not-addressed-to-you' // [D7]
  }
}

function directFault(sealed: Sealed<DirectMessage>, context: AdmissionContext): RefusalCode | undefined {
  const { body } = sealed
  if (body.market !== context.market) return 'wrong-market' // [D8]
  if (!isVerifiedLater(sealed) && !verifySeal(context.verifier, sealed)) return 'bad-signature' // [D9]
  switch (body.type) {
    case 'award':
      return evidenceFault(body, context.verifier)
    case 'receipt':
      return acceptFault(body, context.verifier)
    default:
      return undefined
  }
}

/**
 * A provisional quote has nothing to verify. A bid is its sender's, the stream says so; its signature is for third parties,
 * and its seller verifies it before it signs anything that reflects it.
 */
const isVerifiedLater = (sealed: Sealed): boolean => isProvisional(sealed) || sealed.body.type === 'bid'

/**
 * Every bid in an award's evidence is its own buyer's. That all are of this offer, one a buyer, the codec has seen to. The
 * winner's own comes first: whoever holds no bid of this node gets no further verification out of it. An award without
 * one is for the buyer to decline.
 */
function evidenceFault({ evidence, buyer }: Award, verifier: Verifier): RefusalCode | undefined {
  if (evidence.some((bid) => bid.signer !== bid.body.buyer)) return 'signer-mismatch' // [D10]
  const own = evidence.find((bid) => bid.body.buyer === buyer)
  if (own === undefined) return undefined
  const ownFirst = [own, ...evidence.filter((bid) => bid !== own)]
  return ownFirst.every((bid) => verifySeal(verifier, bid)) ? undefined : 'bad-signature' // [D11]
}

/** The accept in a receipt is this buyer's. That it says what the receipt says the codec has seen to. */
function acceptFault({ accept, buyer }: Receipt, verifier: Verifier): RefusalCode | undefined {
  if (accept.signer !== buyer) return 'signer-mismatch' // [D10]
  return verifySeal(verifier, accept) ? undefined : 'bad-signature' // [D11]
}

/** Bids, awards and accepts wait for an answer, so their authors are told; the rest would only start an argument. */
function aboutOf(sealed: Sealed<DirectMessage>): About | undefined {
  const { body } = sealed
  const { market, offer } = body
  switch (body.type) {
    case 'bid':
      return { market, offer, bidSequence: body.sequence, award: '' }
    case 'award':
      return { market, offer, bidSequence: 0, award: digestOf(sealed) }
    case 'accept':
      return { market, offer, bidSequence: 0, award: body.award }
    case 'quote':
    case 'decline':
    case 'receipt':
    case 'refused':
    case 'closed':
      return undefined
  }
}
