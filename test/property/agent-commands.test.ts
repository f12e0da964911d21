/** One agent that is told to sell, to buy and to stop, again and again, among counterparties that do anything, and its restarts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command, Effect } from '../../src/agent/agent.js'
import { type Accept, type Award, type Bid, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import { defaultDriverLimits } from '../../src/runtime/driver.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { Watch } from '../../src/sim/watch/watch.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'
import {
  acceptBy,
  awardBy,
  bidBy,
  buyPlan,
  declineBy,
  messagesIn,
  offerBy,
  promptRules,
  receiptBy,
  refusedBy,
  Stage,
  sellPlan,
} from '../unit/agent-stage.js'

const people = Array.from({ length: 3 }, (_, index) => simulatedSigner(`person ${index}`))
const who = fc.integer({ min: 0, max: people.length - 1 })
const which = fc.nat({ max: 50 })

const sell = fc.record({ stock: fc.integer({ min: 1, max: 200 }), floor: fc.integer({ min: 1, max: 60 }) }).map(
  ({ stock, floor }): Command => ({
    type: 'sell',
    plan: { ...sellPlan, stock: megabytes(stock), floor: ticks(floor), closesAfterMs: millis(90_000) },
  }),
)
const buy = fc
  .record({ demand: fc.integer({ min: 1, max: 1_500 }), budget: fc.option(fc.integer({ min: 1, max: 20_000_000 })) })
  .map(
    ({ demand, budget }): Command => ({
      type: 'buy',
      plan: {
        ...buyPlan,
        valuation: { kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: demand / 1_000 },
        budget: budget === null ? undefined : micros(budget),
      },
    }),
  )
const stop = fc.constantFrom<Command>(
  { type: 'withdraw-offer' },
  { type: 'withdraw-offer', forget: true },
  { type: 'stop-buying' },
  { type: 'stop-buying', forget: true },
)
const told = fc.oneof({ weight: 2, arbitrary: sell }, { weight: 2, arbitrary: buy }, { weight: 1, arbitrary: stop })

const deeds = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('elapse' as const), ms: fc.oneof(fc.nat(500), fc.nat(12_000)) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('tell' as const), command: told }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('bid' as const),
      who,
      quantity: fc.integer({ min: 1, max: 120 }),
      price: fc.integer({ min: 5, max: 90 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('accept' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('decline' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('offer' as const), who, reserve: fc.integer({ min: 500, max: 20_000 }) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('award' as const), which }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('receipt' as const), which }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('refused' as const), which }) },
)

describe('an agent that is told what to trade as it runs', () => {
  it('keeps every law at every step, whatever it is told, whoever it meets, and whenever it restarts', () => {
    fc.assert(
      fc.property(fc.array(deeds, { maxLength: 90, size: 'max' }), (list) => {
        const watch = new Watch({
          rules: promptRules,
          verifier: simulatedVerifier,
          contentsOf: () => [...stage.disk].map(([key, value]) => ({ key, value })),
          backlogMax: defaultDriverLimits.backlogMax,
        })
        const stage: Stage = new Stage({ name: 'node', onStep: (step) => watch.step(step) })
        const awards: Sealed<Award>[] = []
        const accepts: Sealed<Accept>[] = []
        const bids: Sealed<Bid>[] = []
        let sequence = 0
        const note = (effects: readonly Effect[]) => {
          awards.push(...messagesIn(effects, 'award'))
          accepts.push(...messagesIn(effects, 'accept'))
          bids.push(...messagesIn(effects, 'bid').filter(({ body }) => body.quantity > 0))
        }
        const named = (id: string) => people.find((person) => person.id === id)!
        const sellerNamed = (offer: string) => people.find(({ id }) => offer.startsWith(id))!
        note(stage.start())
        for (const deed of list) {
          sequence += 1
          const pick = <T>(from: readonly T[]): T | undefined =>
            'which' in deed ? from[deed.which % Math.max(1, from.length)] : undefined
          const [award, accept, bid] = [pick(awards), pick(accepts), pick(bids)]
          if (deed.type === 'elapse') note(stage.pass(deed.ms))
          else if (deed.type === 'restart') note(stage.restart())
          else if (deed.type === 'tell') note(stage.command(deed.command))
          else if (deed.type === 'bid') {
            const offer = stage.participant.status().seller?.offer
            if (offer === undefined) continue
            note(stage.take(bidBy(people[deed.who]!, { offer, sequence, quantity: deed.quantity, price: deed.price })))
          } else if (deed.type === 'accept' && award) note(stage.take(acceptBy(named(award.body.buyer), award)))
          else if (deed.type === 'decline' && award) note(stage.take(declineBy(named(award.body.buyer), award)))
          else if (deed.type === 'offer') {
            const signer = people[deed.who]!
            const times = {
              issuedAt: stage.now,
              expiresAt: millis(stage.now + 60_000),
              closesAt: millis(stage.now + 90_000),
            }
            const reserve = ticks(deed.reserve)
            note(stage.hear(offerBy(signer, { ...times, offer: offerIdOf(signer.id, 1), sequence, reserve })))
          } else if (deed.type === 'award' && bid) {
            const reserve = Math.min(900, bid.body.price)
            note(stage.take(awardBy(sellerNamed(bid.body.offer), { bids: [bid], reserve, round: 10 * sequence })))
          } else if (deed.type === 'receipt' && accept) {
            note(stage.take(receiptBy(sellerNamed(accept.body.offer), accept)))
          } else if (deed.type === 'refused' && accept) {
            const { offer, buyer, award: digest } = accept.body
            note(stage.take(refusedBy(sellerNamed(offer), { offer, to: buyer, code: 'award-lapsed', award: digest })))
          }
          note(stage.pass(0))
          // The stage itself finds an agent that spins; here any number of deeds come at one time, each with its wake.
          expect(watch.violations.filter(({ law }) => law !== 'no node spins')).toEqual([])
        }
      }),
      { numRuns: 100 },
    )
  })
})
