/** Receipts checked from nothing but the signed messages in their file: no node, no network, nobody's word. */
import { clear } from '../../src/mechanism/auction.js'
import type { Verifier } from '../../src/ports/signer.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import { type Award, type Receipt, type Sealed, sellerOf } from '../../src/protocol/message.js'
import { judge, proofFromJson } from '../../src/protocol/proof.js'
import { digestOf, proofOfEquivocation, verifySeal } from '../../src/protocol/signing.js'
import type { ProofView } from '../api/schemas.js'
import type { ReceiptEntry, ReceiptsDocument } from './document.js'

export interface Checked {
  readonly entry: ReceiptEntry
  /** What is wrong with it; empty: it holds. */
  readonly faults: readonly string[]
  /** Whether the award was there, and its charge recomputed. */
  readonly recomputed: boolean
}

/** Two awards that a seller should never have signed both. */
export interface Equivocation {
  readonly seller: string
  readonly offer: string
  readonly round: number
  readonly buyer: string
}

/** A bid that its seller had acknowledged, and awarded without. */
export interface HiddenBid {
  readonly seller: string
  readonly offer: string
  /** Of the award. */
  readonly round: number
  /** Whose bid it was. */
  readonly buyer: string
  /** Whether the seller could still show that the bid had ended by then. */
  readonly answerable: boolean
}

export interface Verdict {
  readonly receipts: readonly Checked[]
  /** What the awards in the file, side by side, prove. */
  readonly equivocations: readonly Equivocation[]
  /** What the proofs in the file prove beside those. */
  readonly hiddenBids: readonly HiddenBid[]
  /** Claims of equivocation that prove nothing: their places in the file, from 0. */
  readonly empty: readonly number[]
  /** Proofs that prove nothing: their places in the file, from 0, and why. */
  readonly unproven: readonly { readonly index: number; readonly why: string }[]
}

export const isSound = ({ receipts, equivocations, hiddenBids, empty, unproven }: Verdict): boolean =>
  receipts.every(({ faults }) => faults.length === 0) &&
  [equivocations, hiddenBids, empty, unproven].every((found) => found.length === 0)

export function verifyReceipts(document: ReceiptsDocument, verifier: Verifier): Verdict {
  const receipts = document.receipts.map((entry) => checkedEntry(entry, document, verifier))
  const doubled = doubledIn(document.receipts)
  const claims = document.equivocations.map(({ awards: [a, b] }) => equivocationOf(awardIn(a), awardIn(b), verifier))
  const shown = document.proofs.map((proof) => shownBy(proof, verifier))
  const doubles = shown.flatMap((one) => (one.type === 'equivocation' ? [one.found] : []))
  const found = [...claims, ...conflictsIn(document.receipts, verifier)].filter((proof) => proof !== undefined)
  return {
    receipts: receipts.map((checked, index) =>
      doubled.has(index) ? { ...checked, faults: [...checked.faults, 'it stands in the file twice'] } : checked,
    ),
    equivocations: [...found, ...doubles],
    hiddenBids: shown.flatMap((one) => (one.type === 'hidden-bid' ? [one.found] : [])),
    unproven: shown.flatMap((one, index) => (one.type === 'nothing' ? [{ index, why: one.why }] : [])),
    empty: claims.flatMap((proof, index) => (proof === undefined ? [index] : [])),
  }
}

const awardIn = (envelope: string | undefined): Sealed<Award> | undefined => sealedFromJson(envelope ?? null, 'award')

function checkedEntry(entry: ReceiptEntry, { market, owner }: ReceiptsDocument, verifier: Verifier): Checked {
  const receipt = sealedFromJson(entry.proof.receipt, 'receipt')
  if (receipt === undefined) return { entry, faults: ['its proof is no readable receipt'], recomputed: false }
  const faults = [...signatureFaults(receipt, verifier), ...wordFaults(entry, receipt.body)]
  if (receipt.body.market !== market) faults.push(`it is of the market ${receipt.body.market}, not ${market}`)
  const mine = entry.side === 'sold' ? receipt.signer : receipt.body.buyer
  if (mine !== owner) faults.push(`${entry.side === 'sold' ? 'its seller' : 'its buyer'} is ${mine}, not the owner`)
  if (entry.proof.award === undefined) return { entry, faults, recomputed: false }
  const award = awardIn(entry.proof.award)
  if (award === undefined) return { entry, faults: [...faults, 'its award cannot be read'], recomputed: false }
  return { entry, faults: [...faults, ...awardFaults(receipt.body, award, verifier)], recomputed: true }
}

function signatureFaults(receipt: Sealed<Receipt>, verifier: Verifier): string[] {
  const { body, signer } = receipt
  const { accept } = body
  const faults: string[] = []
  if (signer !== sellerOf(body.offer)) faults.push('it is signed by somebody other than the seller')
  if (!verifySeal(verifier, receipt)) faults.push("the seller's signature does not hold")
  if (accept.signer !== body.buyer) faults.push('its accept is signed by somebody other than the buyer')
  if (!verifySeal(verifier, accept)) faults.push("the buyer's signature does not hold")
  const differ = termsOf.filter((field) => accept.body[field] !== body[field])
  if (differ.length > 0) faults.push(`accept and receipt disagree on ${differ.join(', ')}`)
  return faults
}

const termsOf = ['market', 'offer', 'round', 'buyer', 'award', 'quantity', 'charge', 'fee'] as const

/** What the file says in plain fields must be what was signed. */
function wordFaults(entry: ReceiptEntry, body: Receipt): string[] {
  const signed = { ...body, seller: sellerOf(body.offer) }
  const fields = ['offer', 'seller', 'buyer', 'round', 'quantity', 'charge', 'fee', 'award'] as const
  return fields
    .filter((field) => entry[field] !== signed[field])
    .map((field) => `the file says ${field} ${entry[field]}, its proof says ${signed[field]}`)
}

/** The award that a receipt is for, recomputed from the bids that it was computed from (SPEC §6). */
function awardFaults(receipt: Receipt, award: Sealed<Award>, verifier: Verifier): string[] {
  const { body } = award
  if (digestOf(award) !== receipt.award) return ['the award beside it is another than the one it names']
  const faults: string[] = []
  if (award.signer !== sellerOf(body.offer)) faults.push('its award is signed by somebody other than the seller')
  if (!verifySeal(verifier, award)) faults.push("the seller's signature on the award does not hold")
  const terms = ['offer', 'round', 'buyer', 'quantity', 'charge', 'fee'] as const
  const differ = terms.filter((field) => body[field] !== receipt[field])
  if (differ.length > 0) faults.push(`award and receipt disagree on ${differ.join(', ')}`)
  const forged = body.evidence.filter((bid) => bid.signer !== bid.body.buyer || !verifySeal(verifier, bid))
  if (forged.length > 0)
    faults.push(`${forged.length} of the bids that the award rests on are not signed by their buyers`)
  return [...faults, ...clearingFaults(body)]
}

function clearingFaults({ stock, reserve, evidence, buyer, quantity, charge }: Award): string[] {
  const bids = evidence.map(({ body }) => body)
  const { awards } = clear({ stock, reserve }, bids)
  const expected = awards.find((award) => award.buyer === buyer)
  if (expected === undefined) return ["the buyer's own bid is not among those that the award rests on"]
  if (expected.quantity === quantity && expected.charge === charge) return []
  return [
    `its bids give ${expected.quantity} MB for ${expected.charge} micros, the award says ${quantity} MB for ${charge}`,
  ]
}

/** Places of entries that repeat one side of an earlier one. */
function doubledIn(entries: readonly ReceiptEntry[]): ReadonlySet<number> {
  const seen = new Set<string>()
  const doubled = new Set<number>()
  for (const [index, { side, award }] of entries.entries()) {
    const key = `${side} ${award}`
    if (seen.has(key)) doubled.add(index)
    seen.add(key)
  }
  return doubled
}

/** Awards of the receipts that contradict each other: at most one of each round to one buyer. */
function conflictsIn(entries: readonly ReceiptEntry[], verifier: Verifier): readonly (Equivocation | undefined)[] {
  const first = new Map<string, Sealed<Award>>()
  return entries.map(({ proof }) => {
    const award = awardIn(proof.award)
    if (award === undefined) return undefined
    const { offer, round, buyer } = award.body
    const key = `${offer} ${round} ${buyer}`
    const other = first.get(key)
    if (other === undefined) first.set(key, award)
    return equivocationOf(other, award, verifier)
  })
}

type Shown =
  | { readonly type: 'equivocation'; readonly found: Equivocation }
  | { readonly type: 'hidden-bid'; readonly found: HiddenBid }
  | { readonly type: 'nothing'; readonly why: string }

function shownBy(json: ProofView, verifier: Verifier): Shown {
  const proof = proofFromJson(json)
  if (proof === undefined) return { type: 'nothing', why: 'its messages cannot be read' }
  const judgement = judge(verifier, proof)
  if (judgement.type === 'not-proven') return { type: 'nothing', why: judgement.why }
  const seller = judgement.against
  if (proof.type === 'equivocation') {
    const { offer, round, buyer } = proof.awards[0].body
    return { type: proof.type, found: { seller, offer, round, buyer } }
  }
  const { offer, round } = proof.award.body
  const answerable = judgement.type === 'proven-unless-answered'
  return { type: proof.type, found: { seller, offer, round, buyer: proof.bid.body.buyer, answerable } }
}

function equivocationOf(
  a: Sealed<Award> | undefined,
  b: Sealed<Award> | undefined,
  verifier: Verifier,
): Equivocation | undefined {
  if (a === undefined || b === undefined || !proofOfEquivocation(verifier, a, b)) return undefined
  const { offer, round, buyer } = a.body
  return { seller: a.signer, offer, round, buyer }
}
