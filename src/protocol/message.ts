/**
 * What travels, as plain data. Every message is the body of a signed envelope ({@link Sealed}); bytes and signatures
 * are the business of `codec.ts` and `signing.ts`. SPEC.md says who sends what, when, and what is refused.
 */
import type { Ladder } from '../mechanism/bid.js'
import type { PolicyName } from '../mechanism/reserve.js'
import type { PeerId } from '../ports/signer.js'
import type { Megabytes, Micros, Millis, Ticks } from '../units.js'

/** `<seller's peer id>/<number>`: names its seller, so that nobody can bid on, or speak for, someone else's offer. */
export type OfferId = string

export const offerIdOf = (seller: PeerId, number: number): OfferId => `${seller}/${number}`
export const sellerOf = (offer: OfferId): PeerId => offer.slice(0, Math.max(0, offer.lastIndexOf('/')))

/** Whether `seller` is the {@link sellerOf} an offer, at a tenth of the cost: it is asked of every message. */
export const isOfferOf = (seller: PeerId, offer: OfferId): boolean =>
  offer[seller.length] === '/' && offer.startsWith(seller) && !offer.includes('/', seller.length + 1)

/** SHA-256 of a sealed message's signed bytes, in lower-case hexadecimal (64 digits). */
export type Digest = string

/** A seller's public offer. A higher sequence replaces a lower one; `closed` is a tombstone. Gossiped and synced. */
export interface Offer {
  readonly type: 'offer'
  readonly market: string
  readonly offer: OfferId
  readonly sequence: number
  readonly status: 'open' | 'closed'
  /** What is still for sale. */
  readonly stock: Megabytes
  readonly reserve: Ticks
  readonly floor: Ticks
  readonly policy: PolicyName
  /** What a newcomer would pay, at most {@link limits.publicRungsMax} rungs, never cheaper than the truth. */
  readonly ladder: Ladder
  readonly issuedAt: Millis
  /** After this the offer is forgotten unless a newer sequence arrived. */
  readonly expiresAt: Millis
  /** The auction's own end. */
  readonly closesAt: Millis
  /** Multiaddrs of the seller. */
  readonly addresses: readonly string[]
}

/** Buyer → seller. Stands until replaced by a higher sequence, withdrawn (quantity 0, price 0), awarded or closed. */
export interface Bid {
  readonly type: 'bid'
  readonly market: string
  readonly offer: OfferId
  readonly buyer: PeerId
  readonly sequence: number
  readonly quantity: Megabytes
  readonly price: Ticks
}

/** Seller → bidder: how the auction stands for this bidder, and proof that its bid was seen. */
export interface Quote {
  readonly type: 'quote'
  readonly market: string
  readonly offer: OfferId
  readonly buyer: PeerId
  /** The sequence of the bidder's bid that this quote reflects. */
  readonly bidSequence: number
  readonly round: number
  /** Grows with every quote of this offer, so that a late one does not overwrite a newer one. */
  readonly sequence: number
  readonly stock: Megabytes
  readonly reserve: Ticks
  /** This bidder's ladder, at most {@link limits.quoteRungsMax} rungs. */
  readonly ladder: Ladder
  /** Tentative award and what it would be charged. */
  readonly quantity: Megabytes
  readonly charge: Micros
}

/** Seller → winner: a commitment, with everything needed to recompute it. */
export interface Award {
  readonly type: 'award'
  readonly market: string
  readonly offer: OfferId
  /** Never used twice for one offer: two different awards for one (offer, round, buyer) prove equivocation. */
  readonly round: number
  readonly buyer: PeerId
  readonly stock: Megabytes
  readonly reserve: Ticks
  /** The reserve as quoted before the commit; differs from `reserve` only where the policy moves it at the commit. */
  readonly quotedReserve: Ticks
  /** Every bid of the book, as its buyer signed it. */
  readonly evidence: readonly Sealed<Bid>[]
  readonly quantity: Megabytes
  readonly charge: Micros
  /** Due to the carrier (ε) when the award is accepted, on top of the charge. */
  readonly fee: Micros
}

/** Winner → seller: takes the award. */
export interface Accept {
  readonly type: 'accept'
  readonly market: string
  readonly offer: OfferId
  readonly round: number
  readonly buyer: PeerId
  readonly award: Digest
  readonly quantity: Megabytes
  readonly charge: Micros
  readonly fee: Micros
}

/** Winner → seller: refuses the award, and says why. */
export interface Decline {
  readonly type: 'decline'
  readonly market: string
  readonly offer: OfferId
  readonly round: number
  readonly buyer: PeerId
  readonly award: Digest
  readonly code: DeclineCode
  /** For a wrong award, what the buyer computed from the same evidence. */
  readonly expected?: { readonly quantity: Megabytes; readonly charge: Micros; readonly reserve: Ticks }
}

/** Seller → buyer: the sale is done. Carries the buyer's signed accept, so both signatures are in one place. */
export interface Receipt {
  readonly type: 'receipt'
  readonly market: string
  readonly offer: OfferId
  readonly round: number
  readonly buyer: PeerId
  readonly award: Digest
  readonly quantity: Megabytes
  readonly charge: Micros
  readonly fee: Micros
  readonly accept: Sealed<Accept>
}

/** Either way: a message was not acted upon. */
export interface Refused {
  readonly type: 'refused'
  readonly market: string
  readonly offer: OfferId
  readonly to: PeerId
  readonly code: RefusalCode
  /** The bid's sequence, where a bid is refused; else 0. */
  readonly bidSequence: number
  /** The award's digest, where an accept is refused; else ''. */
  readonly award: Digest | ''
}

/** Seller → participants: the auction is over. */
export interface Closed {
  readonly type: 'closed'
  readonly market: string
  readonly offer: OfferId
  readonly reason: CloseReason
}

export const closeReasons = ['sold-out', 'closing-time', 'withdrawn', 'idle'] as const
export type CloseReason = (typeof closeReasons)[number]

export const declineCodes = [
  /** The evidence gives another reserve, quantity or charge. */
  'award-mismatch',
  /** The buyer's own bid is missing from the evidence, or is not one that it signed. */
  'bid-not-mine',
  /** Accepting would exceed the buyer's demand or budget, because its bids changed meanwhile. */
  'no-longer-wanted',
] as const
export type DeclineCode = (typeof declineCodes)[number]

export const refusalCodes = [
  'malformed',
  'too-large',
  'unknown-kind',
  'wrong-market',
  'bad-signature',
  'signer-mismatch',
  'out-of-bounds',
  'not-the-seller',
  'not-addressed-to-you',
  'rate-limited',
  'expired',
  'from-the-future',
  'stale-sequence',
  'unknown-offer',
  'offer-closed',
  'below-floor',
  'auction-full',
  'unknown-award',
  'award-lapsed',
  'book-full',
  'in-default',
] as const
/** Why a message was refused or ignored. SPEC.md has a line for each. */
export type RefusalCode = (typeof refusalCodes)[number]

export type DirectMessage = Bid | Quote | Award | Accept | Decline | Receipt | Refused | Closed
export type Message = Offer | DirectMessage

/**
 * A message with its proof: exactly the bytes that were signed, by whom. `body` is what those bytes say; it is never
 * encoded again, so that fields unknown to this version survive being passed on.
 */
export interface Sealed<Body extends Message = Message> {
  readonly body: Body
  readonly signer: PeerId
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** Bounds on what travels; a message beyond one is refused before it costs anything. */
export const limits = Object.freeze({
  /** An offer's envelope in bytes. */
  offerBytesMax: 2_048,
  /** Any envelope on the auction stream in bytes: an award with a full book of evidence fits. */
  directBytesMax: 131_072,
  publicRungsMax: 8,
  quoteRungsMax: 64,
  addressesMax: 4,
  addressBytesMax: 128,
  marketBytesMax: 64,
  /** From an offer's `issuedAt` to its `expiresAt`, tombstones included. */
  offerTtlMsMax: 600_000,
  /** How far ahead of the receiver's clock an offer may be issued. */
  clockSkewMsMax: 60_000,
  /** Bids in one award's evidence, and participants of one auction. */
  participantsMax: 256,
  /** Offers in one page of offer sync; at {@link limits.offerBytesMax} each they fit. */
  pageOffersMax: 100,
  pageBytesMax: 262_144,
  requestBytesMax: 256,
  /** Entries in one answer about what a peer knows; at 16 bytes each they fit a page. */
  indexEntriesMax: 4_096,
  questionShardsMax: 256,
  questionBytesMax: 1_024,
  /** A hello, asked or answered; addresses of other peers in it, each at most {@link limits.helloAddressBytesMax}. */
  helloBytesMax: 4_096,
  helloPeersMax: 12,
  helloServicesMax: 16,
  /** One that leads through a relay names two places and two peers. */
  helloAddressBytesMax: 256,
  sequenceMax: Number.MAX_SAFE_INTEGER,
})
