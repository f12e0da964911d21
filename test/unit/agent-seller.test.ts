import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/agent/agent.js'
import type { SellPlan } from '../../src/agent/rules.js'
import { encode } from '../../src/protocol/codec.js'
import { type Award, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import { digestOf, isProvisional } from '../../src/protocol/signing.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import {
  acceptBy,
  bidBy,
  declineBy,
  factsIn,
  kindsIn,
  messagesIn,
  promptRules,
  refusalsIn,
  Stage,
  sellPlan,
  theOne,
} from './agent-stage.js'

const ann = simulatedSigner('ann')
const bob = simulatedSigner('bob')
const eve = simulatedSigner('eve')

/** A seller that has begun. */
function opened({ sells = sellPlan, rules = promptRules }: { sells?: SellPlan; rules?: typeof promptRules } = {}) {
  const stage = new Stage({ name: 'seller', sells, rules })
  const effects = stage.start()
  return { stage, effects, offer: offerIdOf(stage.id, 1) }
}

/** A seller with one unanswered award of `quantity` MB to Ann. */
function awarding({ quantity = 60, sells = sellPlan }: { quantity?: number; sells?: SellPlan } = {}) {
  const { stage, offer } = opened({ sells })
  stage.take(bidBy(ann, { offer, sequence: 5, quantity, price: 50 }))
  return { stage, offer, award: nextAward(stage) }
}

/** Lets rounds pass up to the one whose end brings awards; returns what happens then. */
function nextCommit(stage: Stage): readonly Effect[] {
  for (let round = 0; round < 100; round += 1) {
    const effects = stage.pass(promptRules.roundMs)
    if (messagesIn(effects, 'award').length > 0) return effects
  }
  throw new Error('no award in a hundred rounds')
}

const nextAward = (stage: Stage) => theOne(nextCommit(stage), 'award')

const bytesOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' ? [Buffer.from(encode(effect.message)).toString('hex')] : []))

const statusOf = (stage: Stage) => stage.participant.status().seller!

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

describe('a commit', () => {
  it('awards what is won, keeps it aside, and saves before it sends', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, quantity: 60, price: 50 }))
    stage.take(bidBy(bob, { offer, quantity: 60, price: 30 }))
    const effects = nextCommit(stage)
    const kinds = kindsIn(effects)
    expect(kinds.indexOf('send award') - 1).toBe(kinds.lastIndexOf('save', kinds.indexOf('send award')))
    expect(messagesIn(effects, 'award').map(({ body }) => [body.buyer, body.quantity])).toEqual([
      [ann.id, 60],
      [bob.id, 40],
    ])
    expect(statusOf(stage)).toMatchObject({ stock: 100, unsettled: 2, participants: 0 })
    expect(theOne(stage.take(bidBy(eve, { offer, quantity: 10, price: 90 })), 'quote').body).toMatchObject({ stock: 0 })
  })

  it('comes after roundsMax rounds although bids never stop changing', () => {
    const { stage, offer } = opened({ sells: { ...sellPlan, policy: 'fixed' } })
    let awards = 0
    for (let n = 1; n <= promptRules.roundsMax; n += 1) {
      stage.take(bidBy(ann, { offer, sequence: n, quantity: 10 + n, price: 50 }))
      awards += messagesIn(stage.pass(promptRules.roundMs), 'award').length
    }
    expect(awards).toBe(1)
  })

  it('never uses a round twice, not even after a restart', () => {
    const { stage, offer } = opened()
    const rounds = new Set<number>()
    for (let n = 1; n <= 8; n += 1) {
      stage.take(bidBy(ann, { offer, sequence: n, quantity: 5, price: 50 }))
      const award = nextAward(stage)
      expect(rounds.has(award.body.round)).toBe(false)
      rounds.add(award.body.round)
      stage.take(declineBy(ann, award))
      stage.restart()
    }
  })
})

describe('an award', () => {
  it('is sent again, patiently, until it is answered', () => {
    const { stage, award } = awarding()
    const times: number[] = []
    const sentAt = stage.now
    for (let ms = 0; ms < 9_000; ms += 100) {
      if (messagesIn(stage.pass(100), 'award').length > 0) times.push(stage.now - sentAt)
    }
    expect(times.length).toBeGreaterThanOrEqual(3)
    const waits = times.slice(1).map((time, index) => time - times[index]!)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    stage.take(acceptBy(ann, award))
    expect(messagesIn(stage.pass(60_000), 'award')).toEqual([])
  })

  it('that is accepted is saved as a sale, with the smaller stock, before its receipt goes out', () => {
    const { stage, award } = awarding()
    const effects = stage.take(acceptBy(ann, award))
    expect(kindsIn(effects).slice(0, 3)).toEqual(['save', 'report sold', 'send receipt'])
    const [save] = effects
    expect(save).toMatchObject({ sync: true })
    const keys = save?.type === 'save' ? save.records.map(({ key }) => key) : []
    expect(keys).toEqual([`sale/${digestOf(award)}`, `seller/award/${digestOf(award)}`, 'seller/offer'])
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60, unsettled: 0 })
  })

  it('that is accepted twice gets the same receipt, byte for byte, also after a restart', () => {
    const { stage, award } = awarding()
    const accept = acceptBy(ann, award)
    const first = stage.take(accept)
    const second = stage.take(accept)
    expect(kindsIn(second)).toEqual(['send receipt'])
    expect(bytesOf(second)).toEqual(bytesOf(first))
    stage.restart()
    expect(bytesOf(stage.take(accept))).toEqual(bytesOf(first))
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60 })
  })

  it('that nobody knows of is refused unknown-award', () => {
    const { stage, award } = awarding()
    const wrong = acceptBy(ann, award, { award: '00'.repeat(32) })
    expect(theOne(stage.take(wrong), 'refused').body).toMatchObject({ code: 'unknown-award', award: '00'.repeat(32) })
  })

  it.each([
    ['quantity', { quantity: megabytes(61) }],
    ['charge', { charge: 1 as never }],
    ['fee', { fee: 1 as never }],
    ['round', { round: 99 }],
  ])('accepted with another %s is refused unknown-award and still waits', (_, change) => {
    const { stage, award } = awarding()
    expect(refusalsIn(stage.take(acceptBy(ann, award, change)))).toEqual(['unknown-award'])
    expect(statusOf(stage).unsettled).toBe(1)
  })

  it('of another buyer cannot be accepted or declined', () => {
    const { stage, award } = awarding()
    expect(refusalsIn(stage.take(acceptBy(eve, award, { buyer: eve.id })))).toEqual(['unknown-award'])
    const decline = declineBy(eve, award)
    stage.take({ ...decline, body: { ...decline.body, buyer: eve.id } })
    expect(statusOf(stage)).toMatchObject({ unsettled: 1, sold: 0 })
  })

  it('that is declined goes back to stock and cannot be accepted any more', () => {
    const { stage, offer, award } = awarding()
    expect(factsIn(stage.take(declineBy(ann, award)))).toEqual(['declined'])
    expect(stage.take(declineBy(ann, award))).toEqual([])
    expect(theOne(stage.take(bidBy(bob, { offer, quantity: 5, price: 20 })), 'quote').body.stock).toBe(100)
    expect(refusalsIn(stage.take(acceptBy(ann, award)))).toEqual(['unknown-award'])
  })

  it('that lapsed is honoured late while its quantity is left', () => {
    const { stage, award } = awarding()
    expect(factsIn(stage.pass(promptRules.acceptMsMax))).toContain('lapsed')
    expect(statusOf(stage)).toMatchObject({ unsettled: 0, stock: 100 })
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60 })
  })

  it('that lapsed is refused award-lapsed once its quantity is kept aside for others', () => {
    const { stage, offer, award } = awarding()
    stage.pass(promptRules.acceptMsMax)
    stage.take(bidBy(bob, { offer, quantity: 60, price: 50 }))
    stage.pass(1_000)
    expect(refusalsIn(stage.take(acceptBy(ann, award)))).toEqual(['award-lapsed'])
  })

  it.each(['at once', 'after a restart'])('refused once is refused for good, although stock came back (%s)', (when) => {
    const { stage, offer, award } = awarding()
    stage.pass(promptRules.acceptMsMax)
    stage.take(bidBy(bob, { offer, quantity: 60, price: 50 }))
    const toBob = nextAward(stage)
    const refusal = stage.take(acceptBy(ann, award))
    expect(kindsIn(refusal).slice(0, 2)).toEqual(['save', 'send refused'])
    stage.take(declineBy(bob, toBob))
    if (when === 'after a restart') stage.restart()
    const again = stage.take(acceptBy(ann, award))
    expect(bytesOf(again)).toEqual(bytesOf(refusal))
    expect(statusOf(stage).sold).toBe(0)
  })

  it('is still settled after its offer closed, and lapsed ones are refused then', () => {
    const { stage, award } = awarding()
    stage.command('withdraw-offer')
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    const other = awarding()
    other.stage.command('withdraw-offer')
    other.stage.pass(promptRules.acceptMsMax)
    expect(refusalsIn(other.stage.take(acceptBy(ann, other.award)))).toEqual(['award-lapsed'])
  })

  it('lapsed is forgotten in the store beyond the bound', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 2 } })
    for (let n = 0; n < 5; n += 1) {
      stage.take(bidBy(simulatedSigner(`sleeper ${n}`), { offer, quantity: 60, price: 50 }))
      stage.pass(12_000)
    }
    expect([...stage.disk.keys()].filter((key) => key.startsWith('seller/award/')).length).toBeLessThanOrEqual(3)
  })
})

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

describe('a reserve', () => {
  /** Rounds until the reserve is near the floor of 10 again. */
  function roundsToFall(stage: Stage): number {
    for (let round = 0; round < 100; round += 1) {
      if (statusOf(stage).reserve < 12) return round
      stage.pass(promptRules.roundMs)
    }
    throw new Error('still high after a hundred rounds')
  }

  const raised = () => {
    const { stage, offer } = opened()
    stage.take(bidBy(eve, { offer, sequence: 1, quantity: 100, price: 1_000_000 }))
    stage.pass(promptRules.roundMs)
    expect(statusOf(stage).reserve).toBeGreaterThan(600_000)
    return { stage, offer }
  }

  it('that a bid raised falls in twenty rounds when the bid is withdrawn, whoever else changes a lower one meanwhile', () => {
    const { stage, offer } = raised()
    stage.take(bidBy(eve, { offer, sequence: 2, quantity: 0, price: 0 }))
    for (let round = 0; round < 20; round += 1) {
      stage.take(bidBy(bob, { offer, sequence: round + 1, quantity: 1 + round, price: 11 }))
      stage.pass(promptRules.roundMs)
    }
    expect(statusOf(stage).reserve).toBeLessThan(12)
  })

  it('that a bid raised falls in twenty rounds after its award lapsed', () => {
    const { stage } = raised()
    nextCommit(stage)
    const { reserve } = statusOf(stage)
    expect(reserve).toBeGreaterThan(600_000)
    stage.pass(promptRules.acceptMsMax)
    expect(roundsToFall(stage)).toBeLessThanOrEqual(20)
  })

  it('goes no lower at once than where it was when the last award was sold, also after a restart', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 1, quantity: 60, price: 1_000 }))
    stage.take(bidBy(bob, { offer, sequence: 1, quantity: 60, price: 900 }))
    const [award] = messagesIn(nextCommit(stage), 'award')
    const { reserve } = award!.body
    expect(reserve).toBeGreaterThan(100)
    stage.take(acceptBy(ann, award!))
    stage.restart()
    stage.pass(promptRules.acceptMsMax)
    stage.pass(promptRules.roundMs)
    expect(statusOf(stage).reserve).toBeGreaterThanOrEqual(Math.floor(reserve * 0.8))
  })
})

describe('evidence', () => {
  it('is every standing bid as it was signed, whatever order it came in', () => {
    const evidences = [
      [ann, bob],
      [bob, ann],
    ].map((order) => {
      const { stage, offer } = opened()
      for (const signer of order) stage.take(bidBy(signer, { offer, quantity: 60, price: 50 }))
      const awards = messagesIn(nextCommit(stage), 'award')
      return awards.map(({ body }: Sealed<Award>) => body.evidence.map((bid) => digestOf(bid)))
    })
    expect(evidences[1]).toEqual(evidences[0])
    expect(evidences[0]![0]).toHaveLength(2)
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
