/** Receipts of a simulated market, exported, then tampered with in every way that somebody might try. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProofView } from '../../node/api/schemas.js'
import { receiptViewsOf } from '../../node/api/views.js'
import { asDocument, documentSchema, type ReceiptEntry, type ReceiptsDocument } from '../../node/receipts/document.js'
import { printVerdict } from '../../node/receipts/report.js'
import { isSound, verifyReceipts } from '../../node/receipts/verify.js'
import { lanRules } from '../../src/agent/rules.js'
import type { Signer } from '../../src/ports/signer.js'
import { sealedFromJson, sealedToJson } from '../../src/protocol/json.js'
import type { Accept, Award, Bid, Receipt, Sealed } from '../../src/protocol/message.js'
import { proofToJson } from '../../src/protocol/proof.js'
import { digestOf, seal } from '../../src/protocol/signing.js'
import { simulatedVerifier } from '../../src/sim/signer.js'
import { type Micros, micros } from '../../src/units.js'
import { Trial } from '../scenario/market.js'

let document: ReceiptsDocument
let seller: Signer
let signerOf: (id: string) => Signer

beforeAll(() => {
  const trial = new Trial({ seed: 'receipts', buyers: 4, sellers: 1, rules: lanRules })
  trial.run()
  const person = trial.people.find(({ sells }) => sells !== undefined)!
  seller = person.signer
  signerOf = (id) => trial.people.find(({ signer }) => signer.id === id)!.signer
  const receipts = [...receiptViewsOf(trial.world.disk(seller.id))]
  document = documentSchema.parse({
    format: 'overage-receipts',
    version: 1,
    market: 'trial',
    owner: seller.id,
    receipts,
  })
  expect(receipts.length).toBeGreaterThan(1)
})

const verdictOf = (change: Partial<ReceiptsDocument> = {}) =>
  verifyReceipts({ ...document, ...change }, simulatedVerifier)
/** The faults of the first receipt once it is changed. */
const faultsOf = (change: (entry: ReceiptEntry) => ReceiptEntry) =>
  verdictOf({ receipts: [change(document.receipts[0]!)] }).receipts[0]!.faults

const receiptIn = ({ proof }: ReceiptEntry) => sealedFromJson(proof.receipt, 'receipt')!
const awardIn = ({ proof }: ReceiptEntry) => sealedFromJson(proof.award!, 'award')!
const text = (sealed: Sealed) => sealedToJson(sealed) as string

/** A receipt that says what its seller likes, signed as it should be, with plain fields to match. */
function rewritten(entry: ReceiptEntry, change: Partial<Receipt>, award?: Sealed<Award>): ReceiptEntry {
  const receipt = seal(seller, { ...receiptIn(entry).body, ...change })
  const { quantity, charge, fee, award: digest } = receipt.body
  const proof = { receipt: text(receipt), ...(award !== undefined && { award: text(award) }) }
  return { ...entry, quantity, charge, fee, award: digest, proof: { ...entry.proof, ...proof } }
}

/** The same trade for another charge, signed by both: seller and buyer agree on what the bids do not give. */
function colluding(entry: ReceiptEntry, charge: Micros): ReceiptEntry {
  const award = seal(seller, { ...awardIn(entry).body, charge })
  const digest = digestOf(award)
  const accept: Sealed<Accept> = seal(signerOf(entry.buyer), {
    ...receiptIn(entry).body.accept.body,
    charge,
    award: digest,
  })
  return rewritten(entry, { charge, award: digest, accept }, award)
}

describe('receipts as they were exported', () => {
  it('hold, each with its charge recomputed', () => {
    const verdict = verdictOf()
    expect(isSound(verdict)).toBe(true)
    expect(verdict.receipts.every(({ faults, recomputed }) => faults.length === 0 && recomputed)).toBe(true)
  })

  it('hold without their awards, but then no charge is recomputed', () => {
    const receipts = document.receipts.map((entry) => ({ ...entry, proof: { receipt: entry.proof.receipt } }))
    const verdict = verdictOf({ receipts })
    expect(isSound(verdict)).toBe(true)
    expect(verdict.receipts.some(({ recomputed }) => recomputed)).toBe(false)
  })
})

describe('a receipt is bad', () => {
  it.each(['quantity', 'charge', 'fee', 'round'] as const)('when the file says another %s than was signed', (field) => {
    expect(faultsOf((entry) => ({ ...entry, [field]: entry[field] + 1 }))).toEqual([
      expect.stringMatching(new RegExp(`^the file says ${field} .* its proof says`)),
    ])
  })

  it('when any one of the bytes that prove it differs', () => {
    const { receipt } = document.receipts[0]!.proof
    for (let at = 0; at < receipt.length; at += 7) {
      const other = receipt[at] === 'A' ? 'B' : 'A'
      const forged = `${receipt.slice(0, at)}${other}${receipt.slice(at + 1)}`
      const faults = faultsOf((entry) => ({ ...entry, proof: { ...entry.proof, receipt: forged } }))
      expect(faults, `character ${at}`).not.toEqual([])
    }
  })

  it('when its seller signed for its buyer', () => {
    const faults = faultsOf((entry) => {
      const forged = seal(seller, { ...receiptIn(entry).body.accept.body, charge: micros(entry.charge + 1) })
      return rewritten(entry, { charge: micros(entry.charge + 1), accept: { ...forged, signer: entry.buyer } })
    })
    expect(faults).toEqual(["the buyer's signature does not hold", 'award and receipt disagree on charge'])
  })

  it('when seller and buyer agree on a charge that the bids do not give', () => {
    expect(faultsOf((entry) => colluding(entry, micros(entry.charge + 1)))).toEqual([
      expect.stringMatching(/^its bids give \d+ MB for \d+ micros, the award says/),
    ])
  })

  it('when the award beside it is of another receipt', () => {
    const [, second] = document.receipts
    expect(faultsOf((entry) => ({ ...entry, proof: { ...entry.proof, award: second!.proof.award! } }))).toEqual([
      'the award beside it is another than the one it names',
    ])
  })

  it('when a bid in its award was made up', () => {
    const faults = faultsOf((entry) => {
      const { body } = awardIn(entry)
      const evidence = body.evidence.map((bid) => ({ ...bid, signature: new Uint8Array(64) }))
      const award = seal(seller, { ...body, evidence })
      const digest = digestOf(award)
      const accept = seal(signerOf(entry.buyer), { ...receiptIn(entry).body.accept.body, award: digest })
      return rewritten(entry, { award: digest, accept }, award)
    })
    expect(faults).toEqual([expect.stringMatching(/^\d+ of the bids that the award rests on are not signed/)])
  })

  it('when it is another market’s, another owner’s, or counted twice', () => {
    expect(isSound(verdictOf({ market: 'elsewhere' }))).toBe(false)
    expect(isSound(verdictOf({ owner: document.receipts[0]!.buyer }))).toBe(false)
    const [first] = document.receipts
    expect(verdictOf({ receipts: [first!, first!] }).receipts[1]!.faults).toEqual(['it stands in the file twice'])
  })
})

describe('a proof in the file', () => {
  const buyerOf = () => signerOf(document.receipts[0]!.buyer)
  /** A bid that was acknowledged, and an award of the next round to somebody else without it. */
  function hidden(evidence: (bid: Sealed<Bid>) => readonly Sealed<Bid>[]) {
    const { body } = awardIn(document.receipts[0]!)
    const mine = body.evidence.find(({ signer }) => signer === buyerOf().id)!
    const { market, offer, round, stock, reserve, quantity, charge } = body
    const state = { round: round - 1, sequence: 1, stock, reserve, ladder: [{ price: reserve, quantity: stock }] }
    const about = { market, offer, buyer: mine.signer, bidSequence: mine.body.sequence }
    const quote = seal(seller, { type: 'quote', ...about, ...state, quantity, charge })
    const award = seal(seller, { ...body, buyer: seller.id, evidence: evidence(mine) })
    return proofToJson({ type: 'hidden-bid', bid: mine, quote, award }) as ProofView
  }

  it('convicts a seller that hid a bid, and says whether it could still answer', () => {
    const older = (bid: Sealed<Bid>) => seal(buyerOf(), { ...bid.body, sequence: bid.body.sequence - 1 })
    const proofs = [hidden(() => []), hidden((bid) => [older(bid)])]
    const verdict = verdictOf({ receipts: [], proofs })
    const { offer, round, buyer } = document.receipts[0]!
    const found = { seller: seller.id, offer, round, buyer }
    expect(verdict.hiddenBids).toEqual([
      { ...found, answerable: true },
      { ...found, answerable: false },
    ])
    expect(isSound(verdict)).toBe(false)
    expect(printVerdict(verdict)).toContain(`proof that ${seller.id} hid a bid`)
  })

  it('of equivocation counts as a claim of it does', () => {
    const [first] = document.receipts
    const other = colluding(first!, micros(first!.charge + 1))
    const proof: ProofView = { type: 'equivocation', awards: [first!.proof.award!, other.proof.award!] }
    expect(verdictOf({ receipts: [], proofs: [proof] }).equivocations).toMatchObject([{ seller: seller.id }])
    const alone = documentSchema.parse(asDocument(proof))
    expect(verifyReceipts(alone, simulatedVerifier).equivocations).toHaveLength(1)
  })

  it('that proves nothing is itself a fault, with its reason', () => {
    const unread = { type: 'hidden-bid', bid: 'AA', quote: 'AA', award: 'AA' } as const
    const verdict = verdictOf({ receipts: [], proofs: [hidden((bid) => [bid]), unread] })
    expect(verdict.unproven).toEqual([
      { index: 0, why: 'the award was computed with the bid' },
      { index: 1, why: 'its messages cannot be read' },
    ])
    expect(isSound(verdict)).toBe(false)
  })
})

describe('two awards of one round to one buyer', () => {
  it('prove that their seller equivocated, claimed or found', () => {
    const [first] = document.receipts
    const other = colluding(first!, micros(first!.charge + 1))
    const proof = { seller: seller.id, offer: first!.offer, round: first!.round, buyer: first!.buyer }
    expect(verdictOf({ receipts: [first!, other] }).equivocations).toEqual([proof])
    const claim = { awards: [first!.proof.award!, other.proof.award!] as [string, string] }
    expect(verdictOf({ receipts: [], equivocations: [claim] })).toMatchObject({ equivocations: [proof], empty: [] })
  })

  it('prove nothing when they are one and the same, or of different rounds', () => {
    const [a, b] = document.receipts.map(({ proof }) => proof.award!)
    const claims = [{ awards: [a!, a!] as [string, string] }, { awards: [a!, b!] as [string, string] }]
    const verdict = verdictOf({ receipts: [], equivocations: claims })
    expect(verdict).toMatchObject({ equivocations: [], empty: [0, 1] })
    expect(isSound(verdict)).toBe(false)
  })
})
