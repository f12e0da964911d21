/** One agent against counterparties that do anything at all, in any order, and against its own restarts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/agent/agent.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import {
  type Accept,
  type Award,
  type Bid,
  offerIdOf,
  type RefusalCode,
  refusalCodes,
  type Sealed,
} from '../../src/protocol/message.js'
import { digestOf } from '../../src/protocol/signing.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'
import {
  acceptBy,
  awardBy,
  bidBy,
  buyPlan,
  declineBy,
  messagesIn,
  offerBy,
  quoteBy,
  receiptBy,
  refusedBy,
  Stage,
  sellPlan,
} from '../unit/agent-stage.js'

const people = Array.from({ length: 3 }, (_, index) => simulatedSigner(`person ${index}`))
const who = fc.integer({ min: 0, max: people.length - 1 })
const which = fc.nat({ max: 50 })
const elapsed = fc.record({ type: fc.constant('elapse' as const), ms: fc.oneof(fc.nat(500), fc.nat(12_000)) })
const restart = fc.record({ type: fc.constant('restart' as const) })

const buyerDeeds = fc.oneof(
  { weight: 4, arbitrary: elapsed },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('bid' as const),
      who,
      quantity: fc.oneof(fc.constant(0), fc.integer({ min: 40, max: 120 })),
      price: fc.integer({ min: 5, max: 90 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('accept' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('decline' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('replay' as const), which }) },
  { weight: 2, arbitrary: restart },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('withdraw' as const) }) },
)

describe('a seller', () => {
  it('never spins, sells no more than its stock, and answers every accept for good, whatever its bidders do', () => {
    fc.assert(
      fc.property(fc.array(buyerDeeds, { maxLength: 80, size: 'max' }), (deeds) => {
        const stage = new Stage({ name: 'seller', sells: { ...sellPlan, closesAfterMs: millis(90_000) } })
        const awards: Sealed<Award>[] = []
        const bids: Sealed<Bid>[] = []
        const answers = new Map<string, string>()
        let sequence = 0
        const note = (effects: readonly Effect[]) => {
          for (const award of messagesIn(effects, 'award')) awards.push(award)
          for (const { body } of messagesIn(effects, 'receipt')) expectAnswer(answers, body.award, 'receipt')
          for (const { body } of messagesIn(effects, 'refused')) {
            if (body.award !== '') expectAnswer(answers, body.award, body.code)
          }
        }
        const signerOf = ({ body }: Sealed<Award>) => people.find(({ id }) => id === body.buyer)!
        note(stage.start())
        for (const deed of deeds) {
          const award = 'which' in deed ? awards[deed.which % Math.max(1, awards.length)] : undefined
          if (deed.type === 'elapse') note(stage.pass(deed.ms))
          else if (deed.type === 'restart') note(stage.restart())
          else if (deed.type === 'withdraw') note(stage.command('withdraw-offer'))
          else if (deed.type === 'bid') {
            sequence += 1
            const { offer } = stage.participant.status().seller!
            const price = deed.quantity === 0 ? 0 : deed.price
            const bid = bidBy(people[deed.who]!, { offer, sequence, quantity: deed.quantity, price })
            bids.push(bid)
            note(stage.take(bid))
          } else if (deed.type === 'replay' && bids.length > 0) note(stage.take(bids[deed.which % bids.length]!))
          else if (deed.type === 'accept' && award !== undefined) note(stage.take(acceptBy(signerOf(award), award)))
          else if (deed.type === 'decline' && award !== undefined) note(stage.take(declineBy(signerOf(award), award)))
          note(stage.pass(0))
          const { sold, stock } = stage.participant.status().seller!
          expect(sold).toBeLessThanOrEqual(sellPlan.stock)
          expect(sold + stock).toBeLessThanOrEqual(sellPlan.stock)
        }
        const rounds = new Map(awards.map((award) => [digestOf(award), award.body]))
        const keys = [...rounds.values()].map(({ offer, round, buyer }) => `${offer} ${round} ${buyer}`)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 200 },
    )
  })
})

/** A receipt is the only answer that may follow none at all, and nothing else may follow it or a refusal. */
function expectAnswer(answers: Map<string, string>, award: string, answer: string): void {
  expect([undefined, answer]).toContain(answers.get(award))
  answers.set(award, answer)
}

const sellerDeeds = fc.oneof(
  { weight: 4, arbitrary: elapsed },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('offer' as const),
      who,
      reserve: fc.integer({ min: 500, max: 20_000 }),
      open: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('quote' as const),
      which,
      crowd: fc.integer({ min: 1, max: 900 }),
      price: fc.integer({ min: 1_000, max: 39_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('award' as const), which }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('receipt' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('refused' as const), which, code: fc.constantFrom(...refusalCodes) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('undelivered' as const), who }) },
  { weight: 2, arbitrary: restart },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('closed' as const), who }) },
)

describe('a buyer', () => {
  const budget = 12_000_000
  const wants = { ...buyPlan, budget: micros(budget) }
  const { demand } = valuationOf(wants.valuation)

  it('never spins and never binds itself beyond its demand or budget, whatever its sellers do', () => {
    fc.assert(
      fc.property(fc.array(sellerDeeds, { maxLength: 80, size: 'max' }), (deeds) => {
        const stage = new Stage({ name: 'buyer', wants })
        const bids: Sealed<Bid>[] = []
        const accepts: Sealed<Accept>[] = []
        let sequence = 0
        const note = (effects: readonly Effect[]) => {
          for (const bid of messagesIn(effects, 'bid')) if (bid.body.quantity > 0) bids.push(bid)
          accepts.push(...messagesIn(effects, 'accept'))
        }
        const sellerOf = (offer: string) => people.find(({ id }) => offer.startsWith(id))!
        note(stage.start())
        for (const [index, signer] of people.entries()) {
          note(stage.hear(offerBy(signer, { stock: megabytes(400), reserve: ticks(900 + 100 * index) })))
        }
        note(stage.pass(0))
        for (const deed of deeds) {
          sequence += 1
          const bid = 'which' in deed ? bids[deed.which % Math.max(1, bids.length)] : undefined
          const accept = 'which' in deed ? accepts[deed.which % Math.max(1, accepts.length)] : undefined
          if (deed.type === 'elapse') note(stage.pass(deed.ms))
          else if (deed.type === 'restart') note(stage.restart())
          else if (deed.type === 'offer') {
            const times = {
              issuedAt: stage.now,
              expiresAt: millis(stage.now + 60_000),
              closesAt: millis(stage.now + 90_000),
            }
            const status = deed.open ? 'open' : 'closed'
            const reserve = ticks(deed.reserve)
            note(stage.hear(offerBy(people[deed.who]!, { ...times, sequence: sequence + 1, status, reserve })))
          } else if (deed.type === 'quote' && bid !== undefined) {
            const crowd = bidBy(simulatedSigner('crowd'), {
              offer: bid.body.offer,
              quantity: deed.crowd,
              price: deed.price,
            })
            note(stage.take(quoteBy(sellerOf(bid.body.offer), { bids: [bid, crowd], round: sequence }, { sequence })))
          } else if (deed.type === 'award' && bid !== undefined) {
            const reserve = Math.min(900, bid.body.price)
            note(stage.take(awardBy(sellerOf(bid.body.offer), { bids: [bid], reserve, round: 10 * sequence })))
          } else if (deed.type === 'receipt' && accept !== undefined) {
            note(stage.take(receiptBy(sellerOf(accept.body.offer), accept)))
          } else if (deed.type === 'refused' && accept !== undefined) note(stage.take(refusalOf(accept, deed.code)))
          else if (deed.type === 'undelivered') note(stage.step({ type: 'undelivered', to: people[deed.who]!.id }))
          else if (deed.type === 'closed') {
            const signer = people[deed.who]!
            const message = { type: 'closed', market: 'trial', offer: offerIdOf(signer.id, 1), reason: 'idle' } as const
            note(stage.take({ ...offerBy(signer), body: message }))
          }
          note(stage.pass(0))
          expectWithin(stage, { demand, budget })
        }
      }),
      { numRuns: 200 },
    )
  })

  const refusalOf = ({ body }: Sealed<Accept>, code: RefusalCode) => {
    const signer = people.find(({ id }) => body.offer.startsWith(id))!
    return refusedBy(signer, { offer: body.offer, to: body.buyer, code, award: body.award })
  }
})

/** What the disk says is accepted or bought, and what stands, together. */
function expectWithin(stage: Stage, { demand, budget }: { demand: number; budget: number }): void {
  const { standing, owned, spent, unsettled } = stage.participant.status().buyer!
  const accepted = [...stage.disk.keys()].filter((key) => key.startsWith('purchase/'))
  expect(accepted.length).toBeGreaterThanOrEqual(unsettled)
  const committed = stage.committed()
  expect(owned).toBeLessThanOrEqual(committed.quantity)
  expect(spent).toBeLessThanOrEqual(committed.charge)
  const quantity = standing.reduce((sum, { bid }) => sum + bid.quantity, committed.quantity)
  const money = standing.reduce((sum, { bid }) => sum + bid.quantity * bid.price, committed.charge)
  expect(quantity).toBeLessThanOrEqual(demand)
  expect(money).toBeLessThanOrEqual(budget)
}
