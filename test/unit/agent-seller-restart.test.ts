import { describe, expect, it } from 'vitest'
import { offerIdOf } from '../../src/protocol/message.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { acceptBy, bidBy, factsIn, messagesIn, promptRules, Stage, sellPlan, theOne } from './agent-stage.js'
import { ann, awarding, bob, nextAward, opened, statusOf } from './seller-stage.js'

describe('a restart', () => {
  it('goes on with the same offer under higher sequences, also with a clock set back', () => {
    const { stage, offer, effects } = opened()
    const quote = theOne(stage.take(bidBy(ann, { offer, quantity: 60, price: 50 })), 'quote').body
    const before = theOne(effects, 'offer').body.sequence
    stage.now = millis(stage.now - 1_000_000)
    const after = theOne(stage.restart(), 'offer').body
    expect(after).toMatchObject({ offer, status: 'open', stock: 100 })
    expect(after.sequence).toBeGreaterThan(Math.max(before, quote.sequence))
    expect(nextAward(stage).body.buyer).toBe(ann.id)
  })

  it('gives an unanswered award its full time again', () => {
    const { stage, award } = awarding()
    stage.pass(promptRules.acceptMsMax - 1)
    expect(messagesIn(stage.restart(), 'award')).toEqual([award])
    expect(factsIn(stage.pass(promptRules.acceptMsMax - 1))).not.toContain('lapsed')
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
  })

  it('does nothing before its start but learn of offers', () => {
    const { stage, award } = awarding()
    stage.now = millis(stage.now + 60_000)
    stage.participant = new Stage({ name: 'seller', sells: sellPlan }).participant
    expect(stage.participant.deadline).toBeUndefined()
    expect(stage.take(acceptBy(ann, award))).toEqual([])
  })

  it('keeps aside what awards of an earlier offer may still take', () => {
    const { stage, award } = awarding()
    stage.command('withdraw-offer')
    const opening = stage.restart()
    expect(messagesIn(opening, 'offer').map(({ body }) => [body.status, body.stock])).toEqual([
      ['closed', 0],
      ['open', 40],
    ])
    stage.take(acceptBy(ann, award))
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60, offer: offerIdOf(stage.id, 2) })
  })

  it('ends an offer whose time is over with a last commit, tells its bidders, and opens the next', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, quantity: 100, price: 50 }))
    stage.take(bidBy(bob, { offer, quantity: 5, price: 20 }))
    stage.now = millis(stage.now + sellPlan.closesAfterMs)
    const effects = stage.restart()
    const award = theOne(effects, 'award')
    expect(award.body).toMatchObject({ offer, buyer: ann.id, quantity: 100 })
    expect(theOne(effects, 'closed').body).toMatchObject({ offer, reason: 'closing-time' })
    expect(messagesIn(effects, 'offer').map(({ body }) => [body.offer, body.status, body.stock])).toEqual([
      [offer, 'closed', 0],
      [offerIdOf(stage.id, 2), 'open', 0],
    ])
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    expect(statusOf(stage)).toMatchObject({ open: false, closeReason: 'sold-out', sold: 100 })
  })

  it.each([
    ['floor', { floor: ticks(11) }],
    ['policy', { policy: 'fixed' as const }],
    ['stock', { stock: megabytes(90) }],
  ])('with another %s takes the offer back and opens another on the new terms', (_, change) => {
    const { stage, offer } = opened()
    const effects = stage.restart({ sells: { ...sellPlan, ...change } })
    const [old, next] = messagesIn(effects, 'offer').map(({ body }) => body)
    expect(old).toMatchObject({ offer, status: 'closed', floor: sellPlan.floor, policy: sellPlan.policy })
    expect(next).toMatchObject({ offer: offerIdOf(stage.id, 2), status: 'open', ...change })
  })

  it('with less to sell than is awarded still settles the awards, and sells no more', () => {
    const { stage, award } = awarding()
    const effects = stage.restart({ sells: { ...sellPlan, stock: megabytes(50) } })
    expect(messagesIn(effects, 'offer').at(-1)!.body).toMatchObject({ status: 'open', stock: 0 })
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    expect(statusOf(stage)).toMatchObject({ open: false, stock: 0, sold: 60 })
  })

  it('with nothing left opens no offer', () => {
    const { stage, award } = awarding({ quantity: 100 })
    stage.take(acceptBy(ann, award))
    const effects = stage.restart()
    expect(messagesIn(effects, 'offer').map(({ body }) => body.status)).toEqual(['closed'])
    expect(statusOf(stage).open).toBe(false)
  })
})
