import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/agent/agent.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { millis } from '../../src/units.js'
import { acceptBy, bidBy, declineBy, messagesIn, promptRules, Stage, sellPlan, theOne } from './agent-stage.js'
import { ann, awarding, bob, nextAward, opened, statusOf } from './seller-stage.js'

describe('an offer', () => {
  it('closes sold-out when its last MB is accepted, and says so to everybody', () => {
    const { stage, offer, award } = awarding({ quantity: 100 })
    stage.take(bidBy(bob, { offer, quantity: 5, price: 20 }))
    const effects = stage.take(acceptBy(ann, award))
    expect(theOne(effects, 'closed').body).toMatchObject({ reason: 'sold-out' })
    expect(theOne(effects, 'offer').body).toMatchObject({ status: 'closed', stock: 0 })
    expect(stage.participant.deadline === undefined || stage.participant.deadline > stage.now).toBe(true)
  })

  it('closes idle when nobody bids at its floor', () => {
    const { stage } = opened()
    expect(messagesIn(stage.pass(promptRules.idleMsMax - 1), 'offer')).toEqual([])
    expect(theOne(stage.pass(1), 'offer').body.status).toBe('closed')
    expect(statusOf(stage).closeReason).toBe('idle')
  })

  it('awards what stands at its closing time, then closes', () => {
    const { stage, offer } = opened({ sells: { ...sellPlan, closesAfterMs: millis(100) } })
    stage.take(bidBy(ann, { offer, quantity: 5, price: 50 }))
    const effects = stage.pass(100)
    expect(messagesIn(effects, 'award')).toHaveLength(1)
    expect(statusOf(stage)).toMatchObject({ open: false, closeReason: 'closing-time', unsettled: 1 })
  })

  it('is gossiped on opening, at a commit, on a move of its price, at its end, and to refresh it, never too often', () => {
    const { stage, offer, effects } = opened({ sells: { ...sellPlan, closesAfterMs: millis(200_000) } })
    expect(messagesIn(effects, 'offer')).toHaveLength(1)
    const times: number[] = [stage.now]
    const steps: [number, readonly Effect[]][] = []
    // A buyer that declines twice is kept out for a while.
    let bidder = ann
    for (let n = 1; n <= 400; n += 1) {
      const step = [...stage.take(bidBy(bidder, { offer, sequence: n, quantity: 90, price: 20 + (n % 7) * 50 }))]
      step.push(...stage.pass(100))
      steps.push([stage.now, step])
      const award = messagesIn(step, 'award')[0]
      if (award === undefined) continue
      stage.take(declineBy(bidder, award))
      bidder = simulatedSigner(`bidder ${n}`)
    }
    for (const [time, step] of steps) times.push(...messagesIn(step, 'offer').map(() => time))
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps.length).toBeGreaterThan(20)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(promptRules.gossipMsMin)
  })

  it('is refreshed before any copy expires', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, quantity: 5, price: 20 }))
    stage.take(declineBy(ann, nextAward(stage)))
    let last = stage.now
    for (let ms = 0; ms < 120_000; ms += 1_000) {
      // Somebody who bids and leaves keeps the auction from going idle.
      stage.take(bidBy(bob, { offer, sequence: 1 + ms, quantity: 1, price: 20 }))
      stage.take(bidBy(bob, { offer, sequence: 2 + ms, quantity: 0, price: 0 }))
      if (messagesIn(stage.pass(1_000), 'offer').length > 0) last = stage.now
      expect(stage.now - last).toBeLessThanOrEqual(promptRules.refreshMs + 1_000)
    }
  })

  it('has a tombstone that outlives every open copy of it', () => {
    const { stage, effects } = opened()
    const open = theOne(effects, 'offer').body
    stage.pass(10)
    const closed = theOne(stage.command('withdraw-offer'), 'offer').body
    expect(closed).toMatchObject({ status: 'closed', stock: 0 })
    expect(closed.expiresAt).toBeGreaterThanOrEqual(open.expiresAt)
    expect(closed.sequence).toBeGreaterThan(open.sequence)
  })
})

describe('a seller that can be dialled elsewhere', () => {
  const addresses = ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq/p2p-circuit']

  it('says so in its offer, as soon as it may gossip again', () => {
    const stage = new Stage({ sells: sellPlan })
    stage.start()
    expect(stage.step({ type: 'command', command: { type: 'addresses', addresses } })).toEqual([])
    const published = stage.pass(promptRules.gossipMsMin).filter(({ type }) => type === 'publish')
    expect(published).toMatchObject([{ message: { body: { status: 'open', addresses } } }])
  })

  it('before it opens keeps it for its first offer, and tells no more than an offer holds', () => {
    const stage = new Stage({ sells: sellPlan })
    const many = Array.from({ length: 6 }, (_, n) => `/ip4/192.0.2.7/tcp/${n + 1}`)
    stage.step({ type: 'command', command: { type: 'addresses', addresses: many } })
    const published = stage.start().filter(({ type }) => type === 'publish')
    expect(published).toMatchObject([{ message: { body: { addresses: many.slice(0, 4) } } }])
  })
})

describe('an offer that nobody heard', () => {
  it('is published again once somebody listens, as soon as gossip allows, and a closed one is not', () => {
    const stage = new Stage({ sells: sellPlan })
    stage.start()
    stage.pass(promptRules.gossipMsMin / 2)
    expect(stage.step({ type: 'command', command: { type: 'announce' } })).toEqual([])
    const again = stage.pass(promptRules.gossipMsMin / 2).filter(({ type }) => type === 'publish')
    expect(again).toMatchObject([{ message: { body: { status: 'open' } } }])
    stage.step({ type: 'command', command: { type: 'withdraw-offer' } })
    stage.step({ type: 'command', command: { type: 'announce' } })
    expect(stage.pass(promptRules.gossipMsMin).filter(({ type }) => type === 'publish')).toEqual([])
  })
})
