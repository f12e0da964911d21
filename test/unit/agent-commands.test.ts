/** What a person tells a node that runs: sell, buy, stop, and what of it a restart takes up again. */
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/agent/agent.js'
import { lanRules } from '../../src/agent/rules.js'
import { offerIdOf } from '../../src/protocol/message.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'
import {
  acceptBy,
  awardBy,
  bidBy,
  buyPlan,
  factsIn,
  kindsIn,
  messagesIn,
  offerBy,
  quoteBy,
  receiptBy,
  refusalsIn,
  refusedBy,
  Stage,
  sellPlan,
  theOne,
} from './agent-stage.js'

const ann = simulatedSigner('ann')
const seller = simulatedSigner('seller')
const sell = (stock: number, floor = 10) =>
  ({ type: 'sell', plan: { ...sellPlan, stock: megabytes(stock), floor: ticks(floor) } }) as const
/** `demand` in GB. */
const buy = (demand: number, budget?: number) =>
  ({
    type: 'buy',
    plan: {
      ...buyPlan,
      valuation: { ...buyPlan.valuation, demand },
      budget: budget === undefined ? undefined : micros(budget),
    },
  }) as const

const sellerOf = (stage: Stage) => stage.participant.status().seller!
const buyerOf = (stage: Stage) => stage.participant.status().buyer!

/** A node that was configured with nothing, and runs. */
function idle(): Stage {
  const stage = new Stage({ name: 'node' })
  stage.start()
  return stage
}

/** The next award, to ann for `quantity` at the open offer. */
function awarded(stage: Stage, quantity: number) {
  const { offer } = sellerOf(stage)
  stage.take(bidBy(ann, { offer, sequence: stage.now, quantity, price: 50 }))
  for (let round = 0; round < 2 * lanRules.roundsMax; round++) {
    const [award] = messagesIn(stage.pass(lanRules.roundMs), 'award')
    if (award !== undefined) return award
  }
  throw new Error(`nothing was awarded of ${offer}`)
}

/** Sells `quantity` to ann. */
function sold(stage: Stage, quantity: number): readonly Effect[] {
  return stage.take(acceptBy(ann, awarded(stage, quantity)))
}

/** A bid that stands at the seller, acknowledged. */
function bidding(stage: Stage, sequence = 1) {
  const offer = offerIdOf(seller.id, sequence)
  const times = { issuedAt: stage.now, expiresAt: millis(stage.now + 120_000) }
  stage.hear(offerBy(seller, { offer, sequence, ...times, stock: megabytes(4_000), ladder: [ladderOf(4_000)] }))
  const bid = theOne(stage.pass(0), 'bid')
  stage.take(quoteBy(seller, { bids: [bid], stock: 4_000 }))
  return bid
}
const ladderOf = (quantity: number) => ({ price: ticks(1_000), quantity: megabytes(quantity) })

/** Accepts an award for all that is bid; the receipt is still to come. */
function accepted(stage: Stage, offerNumber = 1) {
  const bid = bidding(stage, offerNumber)
  return theOne(stage.take(awardBy(seller, { bids: [bid], stock: 4_000 })), 'accept')
}

const bought = (stage: Stage, offerNumber = 1) => stage.take(receiptBy(seller, accepted(stage, offerNumber)))

describe('a node that was told to sell', () => {
  it('opens an offer at once, although it began with nothing to sell', () => {
    const stage = idle()
    expect(stage.participant.status()).toEqual({ offersKnown: 0 })
    const effects = stage.command(sell(100))
    expect(theOne(effects, 'offer').body).toMatchObject({ status: 'open', stock: 100, floor: 10 })
    expect(sellerOf(stage)).toMatchObject({ open: true, unsold: 100, sold: 0 })
  })

  it('saves the plan before anything comes of it', () => {
    const [first] = idle().command(sell(100))
    expect(first).toMatchObject({ type: 'save', sync: true, records: [{ key: 'seller/plan' }] })
  })

  it('before its start takes note, and begins with it', () => {
    const stage = new Stage({ name: 'node' })
    expect(kindsIn(stage.command(sell(100)))).toEqual(['save'])
    expect(factsIn(stage.start())).toContain('offer-opened')
  })

  it('goes on with the same offer after a restart', () => {
    const stage = idle()
    stage.command(sell(100))
    const { offer } = sellerOf(stage)
    stage.restart()
    expect(sellerOf(stage)).toMatchObject({ offer, open: true, stock: 100 })
  })

  it('sells that much more than before, whatever it sold under an earlier plan', () => {
    const stage = idle()
    stage.command(sell(100))
    expect(factsIn(sold(stage, 100))).toEqual(expect.arrayContaining(['sold', 'offer-closed']))
    const first = sellerOf(stage).offer
    stage.command(sell(60))
    expect(sellerOf(stage)).toMatchObject({ open: true, stock: 60, unsold: 60, sold: 100 })
    expect(sellerOf(stage).offer).not.toBe(first)
    sold(stage, 40)
    stage.restart()
    expect(sellerOf(stage)).toMatchObject({ open: true, stock: 20, unsold: 20, sold: 140 })
  })

  it('closes its open offer, tells the bidders, and opens the next on the new terms', () => {
    const stage = idle()
    stage.command(sell(100))
    const { offer } = sellerOf(stage)
    stage.take(bidBy(ann, { offer, quantity: 10, price: 50 }))
    const effects = stage.command(sell(100, 30))
    expect(theOne(effects, 'closed').body).toMatchObject({ offer, reason: 'withdrawn' })
    expect(messagesIn(effects, 'offer').map(({ body }) => [body.status, body.floor])).toEqual([
      ['closed', 10],
      ['open', 30],
    ])
  })

  it.each([
    ['for more', 90, { unsold: 20, stock: 20 }],
    ['for less', 50, { unsold: 0 }],
  ])('counts an award on its way to a plan %s when it is accepted', (_, stock, left) => {
    const stage = idle()
    stage.command(sell(100))
    const award = awarded(stage, 70)
    const [offer] = messagesIn(stage.command(sell(stock)), 'offer').slice(-1)
    expect(offer!.body).toMatchObject({ status: 'open', stock: Math.max(0, stock - 70) })
    expect(factsIn(stage.take(acceptBy(ann, award)))).toContain('sold')
    expect(sellerOf(stage)).toMatchObject({ sold: 70, ...left })
  })

  it('has all of a new plan for sale once an award on its way lapsed', () => {
    const stage = idle()
    stage.command(sell(100))
    awarded(stage, 70)
    stage.command(sell(50))
    stage.pass(lanRules.acceptMsMax)
    expect(theOne(stage.restart(), 'offer').body).toMatchObject({ status: 'open', stock: 50 })
  })

  it('and then to forget it opens nothing at its next start, and still answers what it sold', () => {
    const stage = idle()
    stage.command(sell(100))
    const award = awarded(stage, 70)
    const accept = acceptBy(ann, award)
    const receipt = theOne(stage.take(accept), 'receipt')
    expect(factsIn(stage.command({ type: 'withdraw-offer', forget: true }))).toContain('offer-closed')
    expect(factsIn(stage.restart())).not.toContain('offer-opened')
    expect(theOne(stage.take(accept), 'receipt')).toEqual(receipt)
    expect(sellerOf(stage)).toMatchObject({ open: false, unsold: 0, sold: 70 })
  })

  it('and then only to withdraw opens what is left at its next start', () => {
    const stage = idle()
    stage.command(sell(100))
    sold(stage, 70)
    stage.command('withdraw-offer')
    expect(sellerOf(stage)).toMatchObject({ open: false, unsold: 30 })
    stage.restart()
    expect(sellerOf(stage)).toMatchObject({ open: true, stock: 30 })
  })

  it('obeys its configuration at the next start that has one, and from then on', () => {
    const stage = idle()
    stage.command(sell(100))
    sold(stage, 70)
    stage.restart({ sells: { ...sellPlan, stock: megabytes(90), floor: ticks(20) } })
    expect(sellerOf(stage)).toMatchObject({ open: true, stock: 20, reserve: 20 })
    stage.restart({ sells: undefined })
    expect(sellerOf(stage)).toMatchObject({ open: false, unsold: 0, sold: 70 })
  })
})

describe('a seller that starts without a plan', () => {
  it('closes the offer that was open and settles what it had awarded', () => {
    const stage = new Stage({ name: 'node', sells: sellPlan })
    stage.start()
    const award = awarded(stage, 40)
    const effects = stage.restart({ sells: undefined })
    expect(messagesIn(effects, 'offer').map(({ body }) => body.status)).toEqual(['closed'])
    expect(theOne(effects, 'award')).toEqual(award)
    expect(factsIn(stage.take(acceptBy(ann, award)))).toContain('sold')
    const late = bidBy(ann, { offer: award.body.offer, sequence: stage.now + 1, quantity: 10, price: 50 })
    expect(refusalsIn(stage.take(late))).toEqual(['offer-closed'])
  })
})

describe('a node that was told to buy', () => {
  it('bids, although it began with nothing to buy', () => {
    const stage = idle()
    stage.command(buy(1))
    expect(buyerOf(stage)).toMatchObject({ demand: 1_000, wanted: 1_000 })
    expect(bidding(stage).body.quantity).toBeGreaterThan(0)
  })

  it('saves the plan before anything comes of it', () => {
    const [first] = idle().command(buy(1))
    expect(first).toMatchObject({ type: 'save', sync: true, records: [{ key: 'buyer/plan' }] })
  })

  it('before its start takes note, and begins with it', () => {
    const stage = new Stage({ name: 'node' })
    expect(kindsIn(stage.command(buy(1)))).toEqual(['save'])
    stage.start()
    expect(buyerOf(stage)).toMatchObject({ wanted: 1_000, reacting: true })
  })

  it('goes on after a restart with the same wish and its standing bid', () => {
    const stage = idle()
    stage.command(buy(1))
    const bid = bidding(stage)
    expect(messagesIn(stage.restart(), 'bid').map(({ body }) => body)).toEqual([bid.body])
    expect(buyerOf(stage).standing).toHaveLength(1)
  })

  it('buys that much more than before, for that much more money', () => {
    const stage = idle()
    stage.command(buy(1))
    bought(stage)
    const { owned, spent } = buyerOf(stage)
    expect(owned).toBeGreaterThan(500)
    stage.command(buy(0.5, 5_000_000))
    expect(buyerOf(stage)).toMatchObject({ owned, spent, demand: 500, wanted: 500 })
    const bid = bidding(stage, 2)
    expect(bid.body.quantity).toBeGreaterThan(400)
    expect(bid.body.quantity).toBeLessThanOrEqual(500)
    expect(bid.body.quantity * bid.body.price).toBeLessThanOrEqual(5_000_000)
    stage.restart()
    expect(buyerOf(stage)).toMatchObject({ owned, demand: 500, wanted: 500 })
  })

  it('withdraws what it bid for an earlier wish', () => {
    const stage = idle()
    stage.command(buy(1))
    const { offer } = bidding(stage).body
    expect(theOne(stage.command(buy(0.5)), 'bid').body).toMatchObject({ offer, quantity: 0 })
  })

  it('counts an accept on its way to the new wish, and wants it all again once that is refused', () => {
    const stage = idle()
    stage.command(buy(0.7))
    const accept = accepted(stage)
    stage.command(buy(1))
    const { offer, award, quantity } = accept.body
    expect(buyerOf(stage)).toMatchObject({ demand: 1_000, wanted: 1_000 - quantity, owned: 0 })
    stage.take(refusedBy(seller, { offer, to: stage.id, code: 'award-lapsed', award }))
    expect(buyerOf(stage)).toMatchObject({ wanted: 1_000, owned: 0 })
  })

  it('has bought under the new wish what an earlier accept brings', () => {
    const stage = idle()
    stage.command(buy(0.7))
    const accept = accepted(stage)
    stage.command(buy(1))
    stage.take(receiptBy(seller, accept))
    const { quantity } = accept.body
    expect(buyerOf(stage)).toMatchObject({ wanted: 1_000 - quantity, owned: quantity })
  })

  it('wants nothing beside an accept on its way for more than the new wish', () => {
    const stage = idle()
    stage.command(buy(0.7))
    const accept = accepted(stage)
    stage.command(buy(0.4))
    expect(buyerOf(stage).wanted).toBe(0)
    expect(factsIn(stage.take(receiptBy(seller, accept)))).toContain('bought')
  })

  it('and then to forget it bids no more at its next start, and declines what it bid for', () => {
    const stage = idle()
    stage.command(buy(1))
    const bid = bidding(stage)
    stage.command({ type: 'stop-buying', forget: true })
    stage.restart()
    expect(buyerOf(stage)).toMatchObject({ demand: 0, wanted: 0, standing: [], reacting: false })
    expect(theOne(stage.take(awardBy(seller, { bids: [bid], stock: 4_000 })), 'decline').body.code).toBe(
      'no-longer-wanted',
    )
  })

  it('and then only to stop wants it again at its next start', () => {
    const stage = idle()
    stage.command(buy(1))
    stage.command('stop-buying')
    expect(buyerOf(stage).wanted).toBe(0)
    stage.restart()
    expect(buyerOf(stage)).toMatchObject({ wanted: 1_000, reacting: true })
  })

  it('obeys its configuration at the next start that has one, and from then on', () => {
    const stage = idle()
    stage.command(buy(1))
    bought(stage)
    const { owned } = buyerOf(stage)
    stage.restart({ wants: buy(3).plan })
    expect(buyerOf(stage)).toMatchObject({ demand: 3_000, wanted: 3_000 - owned })
    stage.restart({ wants: undefined })
    expect(buyerOf(stage)).toMatchObject({ demand: 0, wanted: 0, owned })
  })
})

describe('a buyer that starts without a plan', () => {
  it('takes back the bids that stand and waits on for the receipts of what it accepted', () => {
    const stage = new Stage({ name: 'node', wants: buyPlan })
    stage.start()
    const accept = accepted(stage)
    const effects = stage.restart({ wants: undefined })
    expect(theOne(effects, 'accept')).toEqual(accept)
    expect(factsIn(stage.take(receiptBy(seller, accept)))).toContain('bought')
    expect(buyerOf(stage)).toMatchObject({ owned: accept.body.quantity, unsettled: 0 })
  })

  it('withdraws a bid that stood', () => {
    const stage = new Stage({ name: 'node', wants: buyPlan })
    stage.start()
    const { offer } = bidding(stage).body
    const [last] = messagesIn(stage.restart({ wants: undefined }), 'bid').slice(-1)
    expect(last!.body).toMatchObject({ offer, quantity: 0 })
    expect(buyerOf(stage).standing).toEqual([])
  })
})

describe('a node that was configured with a wish', () => {
  it('withdraws at its start what no longer fits a smaller one', () => {
    const stage = new Stage({ name: 'node', wants: buyPlan })
    stage.start()
    bidding(stage)
    stage.restart({ wants: buy(0.1).plan })
    expect(buyerOf(stage).standing).toEqual([])
  })
})

describe('an accept that is given up', () => {
  const waiting = () => {
    const stage = idle()
    stage.command(buy(1))
    const accept = accepted(stage)
    return { stage, accept, award: accept.body.award }
  }

  it('counts no more and is sent no more, also after a restart, and not again for its award', () => {
    const { stage, accept, award } = waiting()
    expect(stage.participant.accepts()).toMatchObject([{ award, quantity: accept.body.quantity }])
    const effects = stage.command({ type: 'forget-accept', award })
    expect(effects[0]).toMatchObject({ type: 'save', sync: true })
    expect(factsIn(effects)).toContain('accept-forgotten')
    for (const life of [1, 2]) {
      if (life === 2) stage.restart()
      expect(stage.participant.accepts()).toEqual([])
      expect(stage.participant.status().buyer).toMatchObject({ unsettled: 0, wanted: 1_000, owned: 0 })
      expect(messagesIn(stage.pass(60_000), 'accept')).toEqual([])
    }
  })

  it('is bought after all when its receipt comes, once, before or after a restart', () => {
    for (const restarts of [false, true]) {
      const { stage, accept, award } = waiting()
      stage.command({ type: 'forget-accept', award })
      if (restarts) stage.restart()
      const receipt = receiptBy(seller, accept)
      expect(factsIn(stage.take(receipt))).toContain('bought')
      expect(factsIn(stage.take(receipt))).not.toContain('bought')
      const { quantity } = accept.body
      expect(stage.participant.status().buyer).toMatchObject({ owned: quantity, wanted: 1_000 - quantity })
    }
  })

  it('that nobody knows of changes nothing', () => {
    const { stage } = waiting()
    expect(stage.command({ type: 'forget-accept', award: 'ab'.repeat(32) })).toEqual([])
    expect(stage.participant.accepts()).toHaveLength(1)
  })
})
