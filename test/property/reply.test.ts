import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import type { Bid } from '../../src/mechanism/bid.js'
import { availableBelow, costOf, ladderFor, mergeLadders, priceAt } from '../../src/mechanism/ladder.js'
import {
  expectedOf,
  priceWorth,
  type Reply,
  type Situation,
  standingOf,
  worthSending,
} from '../../src/mechanism/reply.js'
import { fixedStrategy, strategies, strategyNames } from '../../src/mechanism/strategy.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { type Megabytes, type Micros, microsMax, type Ticks } from '../../src/units.js'
import { tiedAuctions } from './books.js'
import { situations, valuationSpecs, withoutBudget } from './situations.js'

const runs = { numRuns: 1_000 }
const all = [
  ...strategyNames.map((name) => [name, strategies[name]] as const),
  ['fixed', fixedStrategy({ quantity: 12 as Megabytes, price: 20 as Ticks })] as const,
]

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const spendOf = ({ bids }: Reply) => sumOf(bids.map(({ quantity, price }) => quantity * price))
const gain = ({ valuation, owned }: Situation, quantity: number) =>
  valuation.value(owned + quantity) - valuation.value(owned)

describe.each(all)('%s', (_, strategy) => {
  test('never plans to spend more than the budget or to buy more than is still wanted', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const reply = strategy(situation)
        expect(spendOf(reply)).toBeLessThanOrEqual(situation.budgetLeft)
        expect(reply.quantity).toBeLessThanOrEqual(Math.max(0, situation.valuation.demand - situation.owned))
        expect(reply.quantity).toBe(sumOf(reply.bids.map(({ quantity }) => quantity)))
      }),
      runs,
    )
  })

  test('names each offer of its view at most once, with a real quantity at one price', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { bids, price } = strategy(situation)
        expect(new Set(bids.map(({ offer }) => offer)).size).toBe(bids.length)
        for (const bid of bids) {
          expect(situation.view.some(({ offer }) => offer === bid.offer)).toBe(true)
          expect(bid.quantity).toBeGreaterThan(0)
          expect(bid.price).toBe(price)
        }
      }),
      runs,
    )
  })

  test('says what the ladders of its sellers ask for its bids', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { bids, charge, quantity, utility } = strategy(situation)
        const ladders = new Map(situation.view.map(({ offer, ladder }) => [offer, ladder]))
        expect(charge).toBe(sumOf(bids.map((bid) => costOf(ladders.get(bid.offer)!, bid.quantity))))
        expect(utility).toBeCloseTo(gain(situation, quantity) - charge, 6)
      }),
      runs,
    )
  })
})

describe.each(strategyNames.filter((name) => name !== 'literal'))('%s', (name) => {
  test('bids strictly above every rung it uses, so that it is sure to win', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const reply = strategies[name](situation)
        for (const { offer, quantity, price } of reply.bids) {
          const { ladder } = situation.view.find((seen) => seen.offer === offer)!
          expect(price).toBeGreaterThan(priceAt(ladder, quantity))
          expect(availableBelow(ladder, price)).toBeGreaterThanOrEqual(quantity)
        }
        const { quantity, charge, utility } = expectedOf(situation, reply.bids)
        expect({ quantity, charge, utility }).toEqual({
          quantity: reply.quantity,
          charge: reply.charge,
          utility: reply.utility,
        })
      }),
      runs,
    )
  })

  test('loses at most the rounding of its price to a tick', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { utility, quantity } = strategies[name](situation)
        expect(utility).toBeGreaterThanOrEqual(-quantity - 1e-6)
      }),
      runs,
    )
  })
})

describe('the best reply over the whole view', () => {
  test('is within ε and two roundings to a whole MB of every other quantity', () => {
    fc.assert(
      fc.property(situations.map(withoutBudget), (situation) => {
        const rungs = mergeLadders(situation.view)
        const { quantity, utility } = strategies.everywhere(situation)
        const roundings = gain(situation, quantity + 2) - gain(situation, quantity)
        for (let h = 0; h <= sumOf(rungs.map((rung) => rung.quantity)); h++) {
          const other = gain(situation, h) - costOf(rungs, h as Megabytes)
          expect(utility).toBeGreaterThanOrEqual(other - situation.epsilon - roundings - 1e-6)
        }
      }),
      runs,
    )
  })

  test('gives up exactly ε of value: one MB more would give up less', () => {
    fc.assert(
      fc.property(situations.map(withoutBudget), (situation) => {
        const { quantity, supremum } = strategies.everywhere(situation)
        const enough = gain(situation, supremum) - situation.epsilon
        if (quantity > 0) expect(gain(situation, quantity)).toBeLessThanOrEqual(enough + 1e-9)
        if (quantity < supremum) expect(gain(situation, quantity + 1)).toBeGreaterThan(enough)
      }),
      runs,
    )
  })

  test('has a supremum that is worth its price and within the budget at every MB', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const rungs = mergeLadders(situation.view)
        const { supremum } = strategies.everywhere(situation)
        expect(costOf(rungs, supremum)).toBeLessThanOrEqual(situation.budgetLeft)
        for (let h = 1; h <= supremum; h++) {
          expect(situation.valuation.marginal(situation.owned + h)).toBeGreaterThan(priceAt(rungs, h) - 1e-3)
        }
      }),
      runs,
    )
  })

  test('cut short by the budget, is within ε of the largest quantity that the budget covers', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const rungs = mergeLadders(situation.view)
        const cut = strategies.everywhere(situation)
        const { quantity: wished } = strategies.everywhere(withoutBudget(situation))
        let covered = 0
        for (let h = 1; h <= Math.min(wished, cut.supremum); h++) {
          if ((priceAt(rungs, h) + 1) * h <= situation.budgetLeft) covered = h
        }
        expect(gain(situation, cut.quantity + 1)).toBeGreaterThanOrEqual(
          gain(situation, covered) - situation.epsilon - 1e-9,
        )
      }),
      runs,
    )
  })
})

describe('literal', () => {
  test('asks the fewest sellers whose raw stock covers the demand, whatever they cost', () => {
    const valuation = valuationOf({ kind: 'linear', unitValue: 0.02, demand: 0.01 })
    const rung = (price: number, quantity: number) => [{ price: price as Ticks, quantity: quantity as Megabytes }]
    const { bids } = strategies.literal({
      buyer: 'b',
      valuation,
      owned: 0 as Megabytes,
      budgetLeft: microsMax as Micros,
      epsilon: 0 as Micros,
      loyalty: 0,
      view: [
        { offer: 'cheap', ladder: rung(1, 9) },
        { offer: 'large', ladder: rung(19, 12) },
      ],
    })
    expect(bids).toEqual([{ offer: 'large', quantity: 10, price: 20 }])
  })
})

describe('coordinated', () => {
  test('counts the prices of its sellers as a sum, and so buys less than it should', () => {
    const valuation = valuationOf({ kind: 'parabolic', qbar: 0.02, pbar: 0.04 })
    const ladder = [{ price: 9 as Ticks, quantity: 8 as Megabytes }]
    const situation = {
      buyer: 'b',
      valuation,
      owned: 0 as Megabytes,
      budgetLeft: microsMax as Micros,
      epsilon: 0 as Micros,
      loyalty: 0,
      view: [
        { offer: 's', ladder },
        { offer: 't', ladder },
      ],
    }
    // θ'(h) = 40 − 2h: above 9 up to 15.5 MB, above 9 + 9 up to 11.
    expect(strategies['minimal-pool'](situation).quantity).toBe(15)
    expect(strategies.coordinated(situation)).toMatchObject({
      quantity: 11,
      bids: [
        { quantity: 6, price: 19 },
        { quantity: 5, price: 19 },
      ],
    })
  })
})

describe('the minimal pool', () => {
  test('buys as much as the best reply over the whole view, from no more sellers', () => {
    fc.assert(
      fc.property(
        situations.map((situation) => ({ ...situation, loyalty: 0 })),
        (situation) => {
          const pooled = strategies['minimal-pool'](situation)
          const spread = strategies.everywhere(situation)
          expect(pooled.quantity).toBe(spread.quantity)
          expect(pooled.price).toBe(spread.price)
          expect(pooled.bids.length).toBeLessThanOrEqual(spread.bids.length)
        },
      ),
      runs,
    )
  })
})

describe('truth', () => {
  test('against fixed rivals no bid gains more than ε and two roundings to a whole MB over the reply', () => {
    fc.assert(
      fc.property(
        tiedAuctions,
        valuationSpecs,
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 0, max: 6 }),
        ({ ask, bids }, spec, epsilon, quantity, price) => {
          const valuation = valuationOf(spec)
          const buyer = 'the truthful one'
          const utilityOf = (bid: Pick<Bid, 'quantity' | 'price'>) => {
            const award = clear(ask, [...bids, { buyer, ...bid }]).awards.at(-1)!
            return { won: award.quantity, utility: valuation.value(award.quantity) - award.charge }
          }
          const reply = strategies['minimal-pool']({
            buyer,
            valuation,
            owned: 0 as Megabytes,
            budgetLeft: microsMax as Micros,
            epsilon: epsilon as Micros,
            loyalty: 1_000,
            view: [{ offer: 's', ladder: ladderFor(ask, bids, buyer) }],
          })
          const truthful = utilityOf(reply)
          expect(truthful.won).toBe(reply.quantity)
          const deviating = utilityOf({ quantity: quantity as Megabytes, price: price as Ticks })
          const roundings = valuation.value(truthful.won + 2) - valuation.value(truthful.won)
          expect(deviating.utility).toBeLessThanOrEqual(truthful.utility + epsilon + roundings + 1e-6)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('the gate', () => {
  const gates = fc.constantFrom(0, 0.2, 0.5)

  test('lets a reply through for more than ε and its share, or where the standing bids are beyond means', () => {
    fc.assert(
      fc.property(situations, gates, (situation, gateShare) => {
        const reply = strategies['minimal-pool'](situation)
        const standing = standingOf(situation)
        const same = JSON.stringify([...standing].sort(byOffer)) === JSON.stringify([...reply.bids].sort(byOffer))
        const beyondMeans =
          sumOf(standing.map(({ quantity, price }) => quantity * price)) > situation.budgetLeft ||
          sumOf(standing.map(({ quantity }) => quantity)) + situation.owned > situation.valuation.demand
        const improvement = reply.utility - expectedOf(situation, standing).utility
        const enough = improvement > Math.max(situation.epsilon, gateShare * reply.utility)
        expect(worthSending({ situation, reply, gateShare })).toBe(!same && (beyondMeans || enough))
      }),
      runs,
    )
  })

  test('never lets the same reply through twice', () => {
    fc.assert(
      fc.property(situations, gates, (situation, gateShare) => {
        const first = strategies['minimal-pool'](situation)
        const view = situation.view.map(({ offer, ladder }) => ({
          offer,
          ladder,
          standing: first.bids.find((bid) => bid.offer === offer),
        }))
        const after = { ...situation, view }
        expect(worthSending({ situation: after, reply: first, gateShare })).toBe(false)
      }),
      runs,
    )
  })
})

const byOffer = (a: { offer: string }, b: { offer: string }) => (a.offer < b.offer ? -1 : 1)

test('the price worth a purchase is the least at which none gains more than the fee', () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { valuation, owned, epsilon } = situation
      const price = priceWorth(situation)
      const room = Math.max(0, valuation.demand - owned)
      const best = (asked: number) =>
        Math.max(
          ...Array.from({ length: 100 * room + 1 }, (_, step) => gain(situation, step / 100) - (asked * step) / 100),
        )
      expect(best(price)).toBeLessThanOrEqual(epsilon + 1e-6)
      // A hundredth of an MB is what the search by steps can miss.
      if (price > 0) expect(best(price - 1)).toBeGreaterThan(epsilon - 0.01 * (valuation.marginal(owned) + 1))
    }),
    { numRuns: 300 },
  )
})
