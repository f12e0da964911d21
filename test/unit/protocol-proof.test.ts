import { describe, expect, it } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { Award, Bid, Quote, Sealed } from '../../src/protocol/message.js'
import { type HiddenBid, judge, type Proof, proofFromJson, proofToJson } from '../../src/protocol/proof.js'
import { provisional, seal } from '../../src/protocol/signing.js'
import { megabytes, micros, ticks } from '../../src/units.js'
import { award, bid, buyer, quote, rival, rivalBid, seller, stranger } from './protocol-samples.js'

const judged = (proof: Proof) => judge(ed25519Verifier, proof)
const byRival = seal(rival, rivalBid)
const awardWith = (change: Partial<Award>): Sealed<Award> => seal(seller, { ...award, ...change })
const withoutBuyer = awardWith({ buyer: rival.id, evidence: [byRival] })

const hidden = (change: Partial<HiddenBid> = {}): HiddenBid => ({
  type: 'hidden-bid',
  bid: seal(buyer, bid),
  quote: seal(seller, quote),
  award: withoutBuyer,
  ...change,
})
const bidWith = (change: Partial<Bid>) => seal(buyer, { ...bid, ...change })
const quoteWith = (change: Partial<Quote>) => seal(seller, { ...quote, ...change })

describe('an equivocation', () => {
  const other = awardWith({ charge: micros(award.charge + 1) })

  it('is proven by two different awards of one seller for one offer, round and buyer', () => {
    const proof = { type: 'equivocation', awards: [seal(seller, award), other] } as const
    expect(judged(proof)).toEqual({ type: 'proven', against: seller.id })
    expect(judged(proofFromJson(proofToJson(proof))!)).toEqual({ type: 'proven', against: seller.id })
  })

  it.each([
    ['the same award twice', seal(seller, award)],
    ['awards of two rounds', awardWith({ round: award.round + 1 })],
    ['one that somebody else signed', seal(stranger, { ...award, charge: micros(1) })],
    ['one with a broken signature', { ...other, signature: new Uint8Array(64) }],
  ])('is not proven by %s', (_, second) => {
    expect(judged({ type: 'equivocation', awards: [seal(seller, award), second] }).type).toBe('not-proven')
  })
})

describe('a hidden bid', () => {
  it('is proven, unless the seller answers, by its quote and an award without it', () => {
    expect(judged(hidden())).toEqual({ type: 'proven-unless-answered', against: seller.id })
    expect(judged(proofFromJson(proofToJson(hidden()))!)).toEqual(judged(hidden()))
  })

  it('is proven for good when the award holds an older bid of the same buyer', () => {
    const older = awardWith({ buyer: rival.id, evidence: [bidWith({ sequence: 1 }), byRival] })
    expect(judged(hidden({ award: older }))).toEqual({ type: 'proven', against: seller.id })
  })

  it.each<[string, Partial<HiddenBid>]>([
    ['an award with it', { award: awardWith({ buyer: rival.id, evidence: [seal(buyer, bid), byRival] }) }],
    ['an award with a later one', { award: awardWith({ evidence: [bidWith({ sequence: 3 }), byRival] }) }],
    [
      'an award of the quoted round',
      { award: awardWith({ buyer: rival.id, evidence: [byRival], round: quote.round }) },
    ],
    ['a provisional quote', { quote: provisional(seller, quote) }],
    ['a quote that somebody else signed', { quote: seal(stranger, quote) }],
    ['a quote for another bid', { quote: quoteWith({ bidSequence: 1 }) }],
    ['a quote to another bidder', { quote: quoteWith({ buyer: rival.id }) }],
    ['an award in another market', { award: awardWith({ market: 'other', evidence: [] }) }],
    ['an award that its seller did not sign', { award: { ...withoutBuyer, signature: new Uint8Array(64) } }],
    ['a bid that its buyer did not sign', { bid: seal(stranger, bid) }],
    ['a withdrawal', { bid: bidWith({ quantity: megabytes(0), price: ticks(0) }) }],
  ])('is not proven by %s', (_, change) => {
    expect(judged(hidden(change)).type).toBe('not-proven')
  })
})

it('what is no proof is not read as one', () => {
  const { awards, ...rest } = proofToJson({ type: 'equivocation', awards: [seal(seller, award), withoutBuyer] })
  const strays = [null, 'proof', [], {}, rest, { ...rest, awards: [awards] }, { type: 'hidden-bid', bid: 7 }]
  for (const json of strays) expect(proofFromJson(json as never)).toBeUndefined()
})
