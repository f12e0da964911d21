import { describe, expect, it } from 'vitest'
import { encode } from '../../src/protocol/codec.js'
import { offerIdOf } from '../../src/protocol/message.js'
import { isProvisional } from '../../src/protocol/signing.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { millis } from '../../src/units.js'
import { acceptBy, bidBy, declineBy, kindsIn, messagesIn, promptRules, refusalsIn, theOne } from './agent-stage.js'
import { ann, awarding, bob, bytesOf, eve, nextAward, nextCommit, opened, statusOf } from './seller-stage.js'

describe('a bid', () => {
  it('below the floor is refused below-floor', () => {
    const { stage, offer } = opened()
    expect(refusalsIn(stage.take(bidBy(ann, { offer, quantity: 5, price: 9 })))).toEqual(['below-floor'])
    expect(statusOf(stage).participants).toBe(0)
  })

  it('on an offer that is not the present one is refused unknown-offer', () => {
    const { stage } = opened()
    const offer = offerIdOf(stage.id, 2)
    expect(refusalsIn(stage.take(bidBy(ann, { offer, quantity: 5, price: 20 })))).toEqual(['unknown-offer'])
  })

  it('on a closed offer is refused offer-closed', () => {
    const { stage, offer } = opened()
    stage.command('withdraw-offer')
    expect(refusalsIn(stage.take(bidBy(ann, { offer, quantity: 5, price: 20 })))).toEqual(['offer-closed'])
  })

  it("older than the buyer's last is refused stale-sequence and names its sequence", () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 5, quantity: 5, price: 20 }))
    const effects = stage.take(bidBy(ann, { offer, sequence: 4, quantity: 9, price: 20 }))
    expect(theOne(effects, 'refused').body).toMatchObject({ code: 'stale-sequence', bidSequence: 4, to: ann.id })
  })

  it('that contradicts an earlier one of its sequence is refused stale-sequence', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 5, quantity: 5, price: 20 }))
    const effects = stage.take(bidBy(ann, { offer, sequence: 5, quantity: 50, price: 20 }))
    expect(refusalsIn(effects)).toEqual(['stale-sequence'])
  })

  it('of one bidder too many is refused auction-full, until a place is free', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 2 } })
    stage.take(bidBy(ann, { offer, quantity: 5, price: 20 }))
    stage.take(bidBy(bob, { offer, quantity: 5, price: 20 }))
    const effects = stage.take(bidBy(eve, { offer, quantity: 5, price: 20 }))
    expect(messagesIn(effects, 'refused').map(({ body }) => [body.to, body.code])).toEqual([[eve.id, 'auction-full']])
    stage.take(bidBy(bob, { offer, sequence: 2, quantity: 0, price: 0 }))
    expect(messagesIn(stage.take(bidBy(eve, { offer, quantity: 5, price: 20 })), 'quote')).toHaveLength(1)
    expect(statusOf(stage).participants).toBe(2)
  })

  it('that offers more takes the place of the cheapest in a full auction, which is told so, also after a crash', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 2 } })
    stage.take(bidBy(ann, { offer, sequence: 8, quantity: 5, price: 30 }))
    stage.take(bidBy(bob, { offer, sequence: 9, quantity: 5, price: 20 }))
    const effects = stage.take(bidBy(eve, { offer, quantity: 5, price: 21 }))
    expect(theOne(effects, 'refused').body).toMatchObject({ to: bob.id, code: 'auction-full', bidSequence: 9 })
    expect(theOne(effects, 'quote').body.buyer).toBe(eve.id)
    stage.restart()
    const won = messagesIn(nextCommit(stage), 'award').map(({ body }) => body.buyer)
    expect(won.sort()).toEqual([ann.id, eve.id].sort())
  })

  it('takes no place in a full auction when its buyer did not sign it', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 1 } })
    stage.take(bidBy(ann, { offer, quantity: 5, price: 20 }))
    const forged = { ...bidBy(eve, { offer, quantity: 5, price: 90 }), signature: new Uint8Array(64).fill(1) }
    const effects = stage.take(forged)
    expect(theOne(effects, 'refused').body).toMatchObject({ to: eve.id, code: 'auction-full' })
  })

  it('of a buyer that let its awards lapse is refused in-default, twice as long each time, until it accepts one', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, idleMsMax: millis(600_000) } })
    let sequence = 1
    const tryAgain = () => stage.take(bidBy(ann, { offer, sequence: ++sequence, quantity: 60, price: 50 }))
    tryAgain()
    nextAward(stage)
    stage.pass(promptRules.acceptMsMax)
    for (const waitMs of [10_000, 20_000, 40_000]) {
      expect(refusalsIn(tryAgain())).toEqual([])
      nextAward(stage)
      stage.pass(promptRules.acceptMsMax)
      expect(refusalsIn(tryAgain())).toEqual(['in-default'])
      expect(messagesIn(stage.take(bidBy(bob, { offer, sequence, quantity: 5, price: 20 })), 'quote')).toHaveLength(1)
      stage.take(bidBy(bob, { offer, sequence: ++sequence, quantity: 0, price: 0 }))
      stage.pass(waitMs - 2_000)
      expect(refusalsIn(tryAgain())).toEqual(['in-default'])
      stage.pass(2_000)
    }
    tryAgain()
    stage.take(acceptBy(ann, nextAward(stage)))
    expect(refusalsIn(stage.take(bidBy(ann, { offer, sequence: 99, quantity: 5, price: 50 })))).toEqual([])
  })

  it('of a buyer that declined two awards in a row is refused in-default', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, idleMsMax: millis(600_000) } })
    for (const sequence of [1, 2]) {
      expect(refusalsIn(stage.take(bidBy(ann, { offer, sequence, quantity: 60, price: 50 })))).toEqual([])
      stage.take(declineBy(ann, nextAward(stage)))
    }
    const again = (sequence: number) => stage.take(bidBy(ann, { offer, sequence, quantity: 60, price: 50 }))
    expect(refusalsIn(again(3))).toEqual(['in-default'])
    stage.pass(promptRules.acceptMsMax)
    expect(refusalsIn(again(4))).toEqual([])
  })

  it('of one bidder too many is refused while winners have not answered', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 1 } })
    stage.take(bidBy(ann, { offer, quantity: 5, price: 20 }))
    const [award] = messagesIn(stage.pass(5_000), 'award')
    expect(refusalsIn(stage.take(bidBy(eve, { offer, quantity: 5, price: 20 })))).toEqual(['auction-full'])
    stage.take(declineBy(ann, award!))
    expect(messagesIn(stage.take(bidBy(eve, { offer, quantity: 5, price: 90 })), 'quote')).toHaveLength(1)
  })

  it('that its buyer did not sign ends before the seller signs anything that reflects it', () => {
    const { stage, offer } = opened()
    const forged = { ...bidBy(ann, { offer, quantity: 60, price: 90 }), signature: new Uint8Array(64) }
    const first = theOne(stage.take(forged), 'quote')
    expect(isProvisional(first)).toBe(true)
    stage.take(bidBy(bob, { offer, quantity: 60, price: 20 }))
    const effects = stage.pass(promptRules.roundMs)
    expect(refusalsIn(effects)).toEqual(['bad-signature'])
    expect(messagesIn(effects, 'quote').map((quote) => [quote.body.buyer, isProvisional(quote)])).toEqual([
      [bob.id, false],
    ])
    expect(theOne(effects, 'quote').body).toMatchObject({ quantity: 60, ladder: [{ price: 10, quantity: 100 }] })
    expect(statusOf(stage).participants).toBe(1)
    expect(refusalsIn(stage.take(forged))).toEqual(['stale-sequence'])
  })

  it('is quoted at once, and again when it is repeated, changing nothing else', () => {
    const { stage, offer } = opened()
    const bid = bidBy(ann, { offer, sequence: 5, quantity: 5, price: 20 })
    expect(theOne(stage.take(bid), 'quote').body).toMatchObject({
      bidSequence: 5,
      quantity: 5,
      charge: 50,
      reserve: 10,
    })
    const again = stage.take(bid)
    expect(kindsIn(again)).toEqual(['send quote'])
    expect(theOne(again, 'quote').body).toMatchObject({ bidSequence: 5, quantity: 5, charge: 50, reserve: 10 })
  })

  it('that is withdrawn is acknowledged by a quote, and again when that is repeated', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 5, quantity: 5, price: 20 }))
    const withdrawal = bidBy(ann, { offer, sequence: 6, quantity: 0, price: 0 })
    for (const effects of [stage.take(withdrawal), stage.take(withdrawal)]) {
      expect(theOne(effects, 'quote').body).toMatchObject({ bidSequence: 6, quantity: 0 })
    }
    expect(statusOf(stage).participants).toBe(0)
  })

  it('that arrives after its withdrawal does not stand', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 6, quantity: 0, price: 0 }))
    expect(refusalsIn(stage.take(bidBy(ann, { offer, sequence: 5, quantity: 5, price: 20 })))).toEqual([
      'stale-sequence',
    ])
  })

  it('while an award to its buyer is unanswered is answered with that award', () => {
    const { stage, offer, award } = awarding()
    const effects = stage.take(bidBy(ann, { offer, sequence: 6, quantity: 5, price: 20 }))
    expect(bytesOf(effects)).toEqual([Buffer.from(encode(award)).toString('hex')])
  })

  it('that was awarded cannot be replayed, not even after a restart', () => {
    const { stage, offer, award } = awarding()
    stage.take(acceptBy(ann, award))
    const old = bidBy(ann, { offer, sequence: 5, quantity: 60, price: 50 })
    expect(refusalsIn(stage.take(old))).toEqual(['stale-sequence'])
    stage.restart()
    expect(refusalsIn(stage.take(old))).toEqual(['stale-sequence'])
  })

  it('whose award lapsed is refused when it is repeated, so that its buyer bids anew', () => {
    const { stage, offer } = awarding()
    stage.pass(promptRules.acceptMsMax)
    const old = bidBy(ann, { offer, sequence: 5, quantity: 60, price: 50 })
    expect(refusalsIn(stage.take(old))).toEqual(['stale-sequence'])
  })

  it('and its withdrawal leave no trace in the store beyond the bound on bidders', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 2 } })
    for (let n = 0; n < 50; n += 1) {
      stage.take(bidBy(simulatedSigner(`sybil ${n}`), { offer, sequence: 6, quantity: 0, price: 0 }))
    }
    expect([...stage.disk.keys()].filter((key) => key.startsWith('seller/bid/'))).toHaveLength(8)
  })
})
