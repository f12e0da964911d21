/**
 * What a cheated buyer can show to anybody, without having been believed before (SPEC §6): messages that their author signed and
 * that no honest author signs together.
 */
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Json } from '../ports/store.js'
import { sealedFromJson, sealedToJson } from './json.js'
import { type Award, type Bid, type Quote, type Sealed, sellerOf } from './message.js'
import { digestOf, isProvisional, proofOfEquivocation, verifySeal } from './signing.js'

/** Two awards that a seller must not both have signed. */
export interface Equivocation {
  readonly type: 'equivocation'
  readonly awards: readonly [Sealed<Award>, Sealed<Award>]
}

/**
 * A bid that its seller acknowledged, and a later award that was computed without it. Shown by the bidder, who needs the award of
 * a winner for it.
 */
export interface HiddenBid {
  readonly type: 'hidden-bid'
  readonly bid: Sealed<Bid>
  /** Signed, with the bid's sequence: the acknowledgement. */
  readonly quote: Sealed<Quote>
  readonly award: Sealed<Award>
}

export type Proof = Equivocation | HiddenBid

/** What a proof shows. */
export type Judgement =
  /** The seller did it; nothing that it could show would change that. */
  | { readonly type: 'proven'; readonly against: PeerId }
  /**
   * The seller did it, unless it shows that the bid had ended before the award: by a bid of the same buyer at the same offer with a
   * higher sequence, by an award of it in a round between, or by a refusal.
   */
  | { readonly type: 'proven-unless-answered'; readonly against: PeerId }
  /** `why` names what is missing. */
  | { readonly type: 'not-proven'; readonly why: string }

const notProven = (why: string): Judgement => ({ type: 'not-proven', why })

/** Judges a proof by itself, offline. Total. */
export function judge(verifier: Verifier, proof: Proof): Judgement {
  switch (proof.type) {
    case 'equivocation':
      return judgeEquivocation(verifier, proof)
    case 'hidden-bid':
      return judgeHiddenBid(verifier, proof)
  }
}

function judgeEquivocation(verifier: Verifier, { awards: [a, b] }: Equivocation): Judgement {
  return proofOfEquivocation(verifier, a, b)
    ? { type: 'proven', against: a.signer }
    : notProven('these are not two different awards that one seller signed for one offer, round and buyer')
}

function judgeHiddenBid(verifier: Verifier, { bid, quote, award }: HiddenBid): Judgement {
  const seller = sellerOf(award.body.offer)
  const { buyer, sequence } = bid.body
  const isOneOffer = [bid, quote].every(
    ({ body }) => body.market === award.body.market && body.offer === award.body.offer,
  )
  if (!isOneOffer || quote.body.buyer !== buyer)
    return notProven('bid, quote and award are not of one offer and bidder')
  if (bid.signer !== buyer || !verifySeal(verifier, bid)) return notProven('the bid is not signed by its buyer')
  if (isProvisional(quote)) return notProven('a provisional quote proves nothing')
  if (quote.signer !== seller || !verifySeal(verifier, quote)) return notProven('the quote is not signed by the seller')
  if (award.signer !== seller || !verifySeal(verifier, award)) return notProven('the award is not signed by the seller')
  if (quote.body.bidSequence !== sequence) return notProven('the quote acknowledges another bid')
  if (bid.body.quantity === 0) return notProven('the bid is a withdrawal')
  if (award.body.round <= quote.body.round) return notProven('the award was made before the bid was acknowledged')
  const used = award.body.evidence.find(({ body }) => body.buyer === buyer)
  if (used === undefined) return { type: 'proven-unless-answered', against: seller }
  // Sequences only grow, so an older bid cannot have come back.
  if (used.body.sequence < sequence) return { type: 'proven', against: seller }
  return digestOf(used) === digestOf(bid)
    ? notProven('the award was computed with the bid')
    : notProven('the award was computed with a later bid of the buyer')
}

/** As it stands in a store, in a file, and in what `overage receipts verify` reads: each message an envelope in base64. */
export function proofToJson(proof: Proof): { readonly [field: string]: Json } {
  switch (proof.type) {
    case 'equivocation':
      return { type: proof.type, awards: proof.awards.map(sealedToJson) }
    case 'hidden-bid':
      return {
        type: proof.type,
        bid: sealedToJson(proof.bid),
        quote: sealedToJson(proof.quote),
        award: sealedToJson(proof.award),
      }
  }
}

/** What {@link proofToJson} wrote, or undefined when `json` is anything else. */
export function proofFromJson(json: Json): Proof | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const fields = json as { readonly [field: string]: Json | undefined }
  switch (fields['type']) {
    case 'equivocation': {
      const awards = Array.isArray(fields['awards']) ? (fields['awards'] as readonly Json[]) : []
      const [a, b] = awards.map((award) => sealedFromJson(award, 'award'))
      return awards.length === 2 && a !== undefined && b !== undefined
        ? { type: 'equivocation', awards: [a, b] }
        : undefined
    }
    case 'hidden-bid': {
      const bid = sealedFromJson(fields['bid'] ?? null, 'bid')
      const quote = sealedFromJson(fields['quote'] ?? null, 'quote')
      const award = sealedFromJson(fields['award'] ?? null, 'award')
      const isWhole = bid !== undefined && quote !== undefined && award !== undefined
      return isWhole ? { type: 'hidden-bid', bid, quote, award } : undefined
    }
    default:
      return undefined
  }
}
