import { describe, expect, it } from 'vitest'
import { rendezvous } from '../../src/mechanism/pool.js'
import type { Signer } from '../../src/ports/signer.js'
import { type Bid, offerIdOf, type RefusalCode, type Sealed } from '../../src/protocol/message.js'
import { digestOf } from '../../src/protocol/signing.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import {
  awardBy,
  bidBy,
  buyPlan,
  epoch,
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
import { accepting, bidding, offer, other, rival, seller, started, statusOf } from './buyer-stage.js'

describe('a buyer', () => {
  it.each([
    ['one', [seller, other]],
    ['the other', [other, seller]],
  ])('never has bids at more offers than its view holds, whichever it hears of first: %s', (_, sellers) => {
    const wants = { ...buyPlan, strategy: 'everywhere' } as const
    const stage = new Stage({ name: 'buyer', wants, rules: { ...promptRules, viewMax: 1 } })
    stage.start()
    const half = { stock: megabytes(400), ladder: [{ price: ticks(1_000), quantity: megabytes(400) }] }
    for (const each of sellers) {
      stage.hear(offerBy(each, half))
      stage.pass(0)
      expect(statusOf(stage).standing).toHaveLength(1)
    }
  })

  it('saves its bid before it sends it', () => {
    const stage = started()
    stage.hear(offerBy(seller))
    const kinds = kindsIn(stage.pass(0))
    expect(kinds.slice(-3)).toEqual(['save', 'send bid', 'report bid-sent'])
  })

  it('bids again, word for word, until it is quoted, and then when its seller is silent', () => {
    const stage = started()
    stage.hear(offerBy(seller))
    const bid = theOne(stage.pass(0), 'bid')
    const again = messagesIn(stage.pass(promptRules.idleMsMax / 2 - 1), 'bid')
    expect(again.length).toBeGreaterThanOrEqual(1)
    expect(again.length).toBeLessThanOrEqual(3)
    expect(new Set(again.map(digestOf))).toEqual(new Set([digestOf(bid)]))
    stage.take(quoteBy(seller, { bids: [bid] }))
    expect(messagesIn(stage.pass(promptRules.silenceMsMax - 1), 'bid')).toEqual([])
    expect(messagesIn(stage.pass(1), 'bid').map(digestOf)).toEqual([digestOf(bid)])
  })

  it.each([
    { seller: 'answered once', answered: true, patienceMs: promptRules.offerMsMax },
    { seller: 'never answered', answered: false, patienceMs: promptRules.idleMsMax / 2 },
  ])('gives up a silent seller that $seller after $patienceMs ms, and frees its demand for others', (silent) => {
    const stage = started()
    const forever = { expiresAt: millis(epoch + 600_000) }
    const elsewhere = offerIdOf(other.id, 1)
    stage.hear(offerBy(seller, forever))
    const bid = theOne(stage.pass(0), 'bid')
    if (silent.answered) stage.take(quoteBy(seller, { bids: [bid] }))
    stage.pass(silent.patienceMs - 1)
    expect(statusOf(stage).standing).toHaveLength(1)
    stage.hear(offerBy(other, forever))
    // At the latest when it would have sent the bid again.
    for (
      let waited = 0;
      waited < promptRules.resendMsMax && statusOf(stage).standing[0]?.offer !== elsewhere;
      waited++
    ) {
      stage.pass(1)
    }
    expect(statusOf(stage).standing.map((bid) => bid.offer)).toEqual([elsewhere])
    expect([...stage.disk.keys()].filter((key) => key.startsWith('buyer/bid/'))).toHaveLength(1)
  })

  it('reacts to news about the offers that it looks at, to nearer ones, and to no others', () => {
    const stage = new Stage({ name: 'buyer', wants: buyPlan, rules: { ...promptRules, viewMax: 2 } })
    stage.start()
    const [nearest, looked, far] = [seller, other, rival]
      .map((signer) => ({ signer, rank: rendezvous(stage.id, offerIdOf(signer.id, 1)) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ signer }) => signer)
    const reactsTo = (signer: Signer, sequence: number) => {
      stage.hear(offerBy(signer, { sequence }))
      const { reacting } = statusOf(stage)
      stage.pass(0)
      return reacting
    }
    // With a bid at the first there is room for one more.
    expect(reactsTo(looked!, 1)).toBe(true)
    expect(reactsTo(far!, 1)).toBe(true)
    expect(reactsTo(far!, 2)).toBe(true)
    expect(reactsTo(nearest!, 1)).toBe(true)
    expect(reactsTo(far!, 3)).toBe(false)
    expect(reactsTo(nearest!, 2)).toBe(true)
  })

  it('gives up a bid that cannot be delivered undeliveredMax times in a row', () => {
    const { stage } = bidding()
    for (let n = 1; n < promptRules.undeliveredMax; n += 1) stage.step({ type: 'undelivered', to: seller.id })
    expect(statusOf(stage).standing).toHaveLength(1)
    stage.step({ type: 'undelivered', to: seller.id })
    expect(statusOf(stage).standing).toHaveLength(0)
  })

  it('does not let an old quote overwrite a newer one', () => {
    const { stage, bid } = bidding()
    const crowd = bidBy(rival, { offer, quantity: 900, price: 30_000 })
    expect(factsIn(stage.take(quoteBy(seller, { bids: [bid, crowd] }, { sequence: 1 })))).toEqual([])
    expect(factsIn(stage.take(quoteBy(seller, { bids: [bid] }, { sequence: 3 })))).toEqual(['quoted'])
    expect(factsIn(stage.take(quoteBy(seller, { bids: [bid, crowd] }, { sequence: 2 })))).toEqual([])
  })

  it('ignores quotes, receipts and closings of offers that it has nothing to do with', () => {
    const { stage } = bidding()
    const strange = bidBy(stage.signer, { offer: offerIdOf(other.id, 1), quantity: 5, price: 2_000 })
    const award = awardBy(other, { bids: [strange] })
    const accept = accepting().accept
    expect(stage.take(quoteBy(other, { bids: [strange] }))).toEqual([])
    expect(stage.take(award)).toEqual([])
    expect(stage.take(receiptBy(seller, accept))).toEqual([])
    expect(statusOf(stage)).toMatchObject({ owned: 0, unsettled: 0 })
  })

  it('keeps its withdrawal going until it is acknowledged', () => {
    const { stage } = bidding()
    const withdrawal = theOne(stage.command('stop-buying'), 'bid')
    expect(withdrawal.body).toMatchObject({ quantity: 0, price: 0 })
    expect(messagesIn(stage.pass(3_000), 'bid').map(digestOf)).toContain(digestOf(withdrawal))
    stage.take(quoteBy(seller, { bids: [withdrawal] }, { sequence: 5 }))
    expect(messagesIn(stage.pass(100_000), 'bid')).toEqual([])
    expect([...stage.disk.keys()].filter((key) => key.startsWith('buyer/bid/'))).toEqual([])
  })

  it('uses higher sequences after a restart, also with a clock set back', () => {
    const { stage, bid } = bidding()
    stage.take({ ...refusedBy(seller, { offer, to: stage.id, code: 'offer-closed', bidSequence: bid.body.sequence }) })
    stage.now = millis(stage.now - 1_000_000)
    stage.restart()
    stage.hear(offerBy(seller, { sequence: 2, issuedAt: stage.now, expiresAt: millis(stage.now + 1_000) }))
    expect(theOne(stage.pass(0), 'bid').body.sequence).toBeGreaterThan(bid.body.sequence)
  })
})

describe('a refused bid', () => {
  it('stands no more, and its offer is avoided for a while', () => {
    const { stage, bid } = bidding()
    const { sequence } = bid.body
    stage.take(refusedBy(seller, { offer, to: stage.id, code: 'auction-full', bidSequence: sequence }))
    expect(statusOf(stage).standing).toEqual([])
    expect(messagesIn(stage.pass(promptRules.resendMsMax - 1), 'bid')).toEqual([])
    stage.pass(1)
    stage.hear(offerBy(seller, { sequence: 2 }))
    expect(messagesIn(stage.pass(0), 'bid')).toHaveLength(1)
  })

  it('that was stale is bid anew at once under a higher sequence', () => {
    const { stage, bid } = bidding()
    const { sequence } = bid.body
    stage.take(refusedBy(seller, { offer, to: stage.id, code: 'stale-sequence', bidSequence: sequence }))
    expect(theOne(stage.pass(0), 'bid').body.sequence).toBeGreaterThan(sequence)
  })

  it.each([
    ['an older bid', (bid: Sealed<Bid>) => refusedBy(seller, about(bid, { bidSequence: bid.body.sequence - 1 }))],
    ['the rate', (bid: Sealed<Bid>) => refusedBy(seller, about(bid, { code: 'rate-limited' }))],
    ['a stranger', (bid: Sealed<Bid>) => refusedBy(other, about(bid, {}))],
  ])('still stands when it is refused for %s', (_, refusal) => {
    const { stage, bid } = bidding()
    stage.take(refusal(bid))
    expect(statusOf(stage).standing).toHaveLength(1)
  })
})

const about = (bid: Sealed<Bid>, change: { bidSequence?: number; code?: RefusalCode }) => ({
  offer,
  to: bid.body.buyer,
  code: 'auction-full' as RefusalCode,
  bidSequence: bid.body.sequence,
  ...change,
})

describe('both roles in one node', () => {
  it('never trade with themselves', () => {
    const sells = {
      stock: megabytes(100),
      floor: ticks(10),
      policy: 'tracking',
      closesAfterMs: millis(60_000),
    } as const
    const stage = new Stage({ name: 'both', sells, wants: buyPlan })
    const own = theOne(stage.start(), 'offer')
    stage.hear(own)
    expect(messagesIn(stage.pass(10_000), 'bid')).toEqual([])
  })
})
