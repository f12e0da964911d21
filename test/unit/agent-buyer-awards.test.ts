import { describe, expect, it } from 'vitest'
import { sealedFromJson } from '../../src/protocol/json.js'
import { type Bid, offerIdOf, type RefusalCode, type Sealed } from '../../src/protocol/message.js'
import { judge, proofFromJson } from '../../src/protocol/proof.js'
import { digestOf, verifySeal } from '../../src/protocol/signing.js'
import { simulatedVerifier } from '../../src/sim/signer.js'
import { megabytes, micros, ticks } from '../../src/units.js'
import {
  awardBy,
  bidBy,
  buyPlan,
  factsIn,
  kindsIn,
  messagesIn,
  offerBy,
  promptRules,
  quoteBy,
  receiptBy,
  refusedBy,
  Stage,
  theOne,
} from './agent-stage.js'
import { accepting, bidding, bytesOf, moveBid, offer, other, rival, seller, started, statusOf } from './buyer-stage.js'

describe('an award', () => {
  it('that contradicts another of its round is kept as a proof that anybody can check, once', () => {
    const { stage, bid, award } = accepting()
    const other = awardBy(seller, { bids: [bid] }, { charge: micros(award.body.charge + 1) })
    const effects = stage.take(other)
    expect(factsIn(effects)).toContain('equivocated')
    const key = `proof/${offer}/${award.body.round}`
    const proof = proofFromJson(stage.disk.get(key)!)!
    expect(judge(simulatedVerifier, proof)).toEqual({ type: 'proven', against: seller.id })
    expect(factsIn(stage.take(awardBy(seller, { bids: [bid] }, { charge: micros(1) })))).not.toContain('equivocated')
    stage.restart()
    stage.take(award)
    expect(factsIn(stage.take(other))).not.toContain('equivocated')
  })

  it('is accepted when it can be recomputed: saved in one write with the end of its bid, then sent', () => {
    const { stage, award, effects, accept } = accepting()
    expect(kindsIn(effects)).toEqual(['report awarded', 'save', 'send accept', 'report accepted'])
    const keys = effects.flatMap((effect) => (effect.type === 'save' ? effect.records.map(({ key }) => key) : []))
    expect(keys).toEqual([`purchase/${digestOf(award)}`, `buyer/bid/${offer}`])
    expect(effects.find(({ type }) => type === 'save')).toMatchObject({ sync: true })
    expect(accept.body).toMatchObject({ award: digestOf(award), quantity: award.body.quantity })
    expect(statusOf(stage)).toMatchObject({ unsettled: 1, owned: 0, standing: [] })
  })

  it('delivered twice gets the same accept, byte for byte, also after a restart, until the receipt is there', () => {
    const { stage, award, effects, accept } = accepting()
    expect(bytesOf(stage.take(award))).toEqual(bytesOf(effects))
    expect(bytesOf(stage.restart())).toEqual(bytesOf(effects))
    expect(bytesOf(stage.take(award))).toEqual(bytesOf(effects))
    stage.take(receiptBy(seller, accept))
    expect(stage.take(award)).toEqual([])
    stage.restart()
    expect(stage.take(award)).toEqual([])
    expect(statusOf(stage)).toMatchObject({ unsettled: 0, owned: award.body.quantity, spent: award.body.charge })
  })

  it.each([
    ['quantity', (_: Sealed<Bid>) => ({ quantity: megabytes(1) })],
    ['charge', (bid: Sealed<Bid>) => ({ charge: micros(bid.body.quantity * 1_000 + 1) })],
    ['reserve', (bid: Sealed<Bid>) => ({ reserve: ticks(1_001), charge: micros(bid.body.quantity * 1_001) })],
    ['fee', (_: Sealed<Bid>) => ({ fee: micros(2) })],
  ])('with a wrong %s is declined award-mismatch with the numbers that are right', (_, lie) => {
    const { stage, bid } = bidding()
    const effects = stage.take(awardBy(seller, { bids: [bid] }, lie(bid)))
    const { quantity } = bid.body
    expect(theOne(effects, 'decline').body).toMatchObject({
      code: 'award-mismatch',
      expected: { quantity, charge: quantity * 1_000, reserve: 1_000 },
    })
    expect(messagesIn(effects, 'accept')).toEqual([])
    expect(statusOf(stage).unsettled).toBe(0)
  })

  it('at a reserve above the last quoted one is declined award-mismatch', () => {
    const { stage, bid } = bidding()
    const effects = stage.take(awardBy(seller, { bids: [bid], reserve: 5_000 }))
    expect(theOne(effects, 'decline').body.expected).toMatchObject({ reserve: 1_000 })
  })

  it('under a fixed policy at anything but the floor is declined award-mismatch', () => {
    const stage = started()
    stage.hear(offerBy(seller, { policy: 'fixed', floor: ticks(1_000) }))
    const bid = theOne(stage.pass(0), 'bid')
    const effects = stage.take(awardBy(seller, { bids: [bid], reserve: 5_000 }))
    expect(theOne(effects, 'decline').body).toMatchObject({ code: 'award-mismatch', expected: { reserve: 1_000 } })
  })

  it("whose evidence hides the buyer's own bid is declined bid-not-mine", () => {
    const { stage, bid } = bidding()
    const strange = bidBy(rival, { offer, quantity: 5, price: 2_000 })
    const effects = stage.take(awardBy(seller, { bids: [bid] }, { evidence: [strange] }))
    expect(theOne(effects, 'decline').body.code).toBe('bid-not-mine')
  })

  it('that was wrong makes the buyer avoid its seller for a while', () => {
    const { stage, bid } = bidding()
    stage.take(awardBy(seller, { bids: [bid] }, { charge: micros(0) }))
    expect(messagesIn(stage.pass(5_000), 'bid')).toEqual([])
    stage.hear(offerBy(other))
    expect(messagesIn(stage.pass(0), 'bid').map(({ body }) => body.offer)).toEqual([offerIdOf(other.id, 1)])
  })

  it('for an older bid that no longer fits beside the others is declined no-longer-wanted', () => {
    const { stage, bid } = bidding()
    stage.hear(offerBy(other, { reserve: ticks(500), stock: megabytes(1_000) }))
    const crowd = bidBy(rival, { offer, quantity: 1_000, price: 39_000 })
    stage.take(quoteBy(seller, { bids: [bid, crowd], round: 2 }, { sequence: 2 }))
    expect(messagesIn(stage.pass(0), 'bid').map(({ body }) => body.offer)).toContain(offerIdOf(other.id, 1))
    const effects = stage.take(awardBy(seller, { bids: [bid], round: 4 }))
    expect(theOne(effects, 'decline').body.code).toBe('no-longer-wanted')
  })

  it('for a bid taken back because its person stopped buying is declined no-longer-wanted', () => {
    const { stage, bid } = bidding()
    stage.command('stop-buying')
    const effects = stage.take(awardBy(seller, { bids: [bid], round: 4 }))
    expect(theOne(effects, 'decline').body.code).toBe('no-longer-wanted')
  })

  it('for an older bid takes back the newer one, so that nothing is bought twice', () => {
    const { stage, bid } = bidding()
    const newer = moveBid(stage, bid)
    const effects = stage.take(awardBy(seller, { bids: [bid], round: 4 }))
    expect(messagesIn(effects, 'accept')).toHaveLength(1)
    expect(theOne(effects, 'bid').body).toMatchObject({ quantity: 0 })
    expect(theOne(effects, 'bid').body.sequence).toBeGreaterThan(newer.body.sequence)
    expect(statusOf(stage).standing).toEqual([])
    const second = stage.take(awardBy(seller, { bids: [newer], round: 5 }))
    expect(theOne(second, 'decline').body.code).toBe('no-longer-wanted')
  })

  it('declined before does not end what is newer when a copy of it comes late', () => {
    const { stage, bid } = bidding()
    stage.hear(offerBy(other, { reserve: ticks(500) }))
    const crowd = bidBy(rival, { offer, quantity: 1_000, price: 39_000 })
    stage.take(quoteBy(seller, { bids: [bid, crowd], round: 2 }, { sequence: 2 }))
    const withdrawal = messagesIn(stage.pass(0), 'bid').find(({ body }) => body.offer === offer)!
    const award = awardBy(seller, { bids: [bid], round: 4 })
    for (const effects of [stage.take(award), stage.take(award)]) {
      expect(theOne(effects, 'decline').body.code).toBe('no-longer-wanted')
    }
    expect(messagesIn(stage.pass(3_000), 'bid').map(digestOf)).toContain(digestOf(withdrawal))
  })

  it('for an offer that the buyer does not know of yet waits for the offer', () => {
    const { stage, bid } = bidding()
    const award = awardBy(seller, { bids: [bid] })
    const fresh = new Stage({ name: 'buyer', wants: buyPlan })
    fresh.start()
    expect(fresh.take(award)).toEqual([])
    fresh.hear(offerBy(seller))
    expect(messagesIn(fresh.take(award), 'accept')).toHaveLength(1)
    expect(stage.id).toBe(fresh.id)
  })
})

describe('an accept', () => {
  it('is sent again until the receipt is there, more and more patiently', () => {
    const { stage, accept } = accepting()
    const sentAt: number[] = []
    for (let s = 0; s < 200; s += 1) {
      if (messagesIn(stage.pass(1_000), 'accept').length > 0) sentAt.push(s)
    }
    const waits = sentAt.slice(1).map((time, index) => time - sentAt[index]!)
    expect(waits.slice(0, 4)).toEqual([2, 4, 8, 16])
    expect(Math.max(...waits)).toBe(promptRules.resendMsMax / 1_000)
    expect(factsIn(stage.take(receiptBy(seller, accept)))).toEqual(['bought'])
    expect(messagesIn(stage.pass(100_000), 'accept')).toEqual([])
  })

  it('counts once however often its receipt comes', () => {
    const { stage, accept, award } = accepting()
    const receipt = receiptBy(seller, accept)
    expect(kindsIn(stage.take(receipt))).toEqual(['save', 'report bought'])
    expect(stage.take(receipt)).toEqual([])
    stage.restart()
    expect(stage.take(receipt)).toEqual([])
    expect(statusOf(stage)).toMatchObject({ owned: award.body.quantity, spent: award.body.charge })
  })

  it.each(['award-lapsed', 'unknown-award'] as const)(
    'refused as %s is nothing bought, and what it took is free',
    (code) => {
      const { stage, award } = accepting()
      const digest = digestOf(award)
      const effects = stage.take(refusedBy(seller, { offer, to: stage.id, code, award: digest }))
      expect(kindsIn(effects)).toEqual(['report refused', 'save', 'report lapsed'])
      expect([...stage.disk.keys()].filter((key) => key.startsWith('purchase/'))).toEqual([])
      const kept = sealedFromJson(stage.disk.get(`refusal/${digest}`) ?? null, 'refused')
      expect(kept?.body.code).toBe(code)
      expect(verifySeal(simulatedVerifier, kept!)).toBe(true)
      expect(messagesIn(stage.pass(0), 'bid')).toHaveLength(1)
    },
  )

  it.each(['bad-signature', 'wrong-market', 'malformed', 'offer-closed'] satisfies RefusalCode[])(
    'refused as %s still binds: another copy may have arrived',
    (code) => {
      const { stage, award } = accepting()
      stage.take(refusedBy(seller, { offer, to: stage.id, code, award: digestOf(award) }))
      expect(statusOf(stage).unsettled).toBe(1)
      expect(messagesIn(stage.pass(2_000), 'accept').length).toBeGreaterThan(0)
    },
  )

  it('cannot be refused by a stranger, nor through another offer', () => {
    const { stage, award } = accepting()
    const code = 'unknown-award'
    stage.take(refusedBy(other, { offer, to: stage.id, code, award: digestOf(award) }))
    const elsewhere = offerIdOf(other.id, 1)
    stage.take(refusedBy(other, { offer: elsewhere, to: stage.id, code, award: digestOf(award) }))
    expect(statusOf(stage).unsettled).toBe(1)
  })

  it('takes no receipt that says anything else', () => {
    const { stage, accept } = accepting()
    const receipt = receiptBy(seller, accept)
    const lie = { ...receipt, body: { ...receipt.body, charge: micros(receipt.body.charge + 1) } }
    expect(stage.take(lie)).toEqual([])
    expect(statusOf(stage).unsettled).toBe(1)
  })
})
