import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AskedSituation, anticipating } from '../../src/mechanism/anticipation.js'
import { availableAt, mergeLadders } from '../../src/mechanism/ladder.js'
import { supremumOf } from '../../src/mechanism/reply.js'
import { strategies } from '../../src/mechanism/strategy.js'
import { type Micros, type Ticks, ticks, ticksMax } from '../../src/units.js'
import { situations, withoutBudget } from './situations.js'

const runs = { numRuns: 1_000 }
const perMilles = fc.integer({ min: 0, max: 1_000 })

/** With reserves at, or anywhere below, the lowest rungs. */
const asked: fc.Arbitrary<AskedSituation> = fc
  .tuple(situations, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(([situation, contested]) => ({
    ...situation,
    view: situation.view.map((offer, n) => {
      const lowest = offer.ladder[0]?.price ?? 0
      return { ...offer, reserve: ticks(contested[n] === true ? Math.max(0, lowest - 1) : lowest) }
    }),
  }))

const dearer = (situation: AskedSituation, factor: number): AskedSituation => ({
  ...situation,
  view: situation.view.map(({ ladder, reserve, ...offer }) => ({
    ...offer,
    reserve: (reserve * factor) as Ticks,
    ladder: ladder.map(({ price, quantity }) => ({ price: (price * factor) as Ticks, quantity })),
  })),
})

/** By how much the first rung of the first offer rises, in thousandths. */
const riseOf = (situation: AskedSituation) => {
  const before = situation.view[0]!.ladder[0]!.price
  const after = anticipating(situation, { perMille: 300 }).view[0]!.ladder[0]?.price ?? ticksMax
  return Math.round((1_000 * (after - before)) / before)
}

describe('an anticipated view', () => {
  test('is a view: the same offers, no rung cheaper than it was told, prices strictly rising', () => {
    fc.assert(
      fc.property(asked, perMilles, (situation, perMille) => {
        const { view } = anticipating(situation, { perMille })
        expect(view.map(({ offer, standing }) => ({ offer, standing }))).toEqual(
          situation.view.map(({ offer, standing }) => ({ offer, standing })),
        )
        view.forEach(({ ladder }, n) => {
          ladder.forEach(({ price, quantity }, r) => {
            const told = situation.view[n]!.ladder[r]!
            expect(quantity).toBe(told.quantity)
            expect(price).toBeGreaterThanOrEqual(told.price)
            if (r > 0) expect(price).toBeGreaterThan(ladder[r - 1]!.price)
          })
        })
      }),
      runs,
    )
  })

  test('is the view as it was told to a buyer that can have all it wants, and where nobody else bids', () => {
    fc.assert(
      fc.property(asked, perMilles, (situation, perMille) => {
        const anticipated = anticipating(situation, { perMille })
        const room = Math.max(0, situation.valuation.demand - situation.owned)
        const all = supremumOf(withoutBudget(situation), mergeLadders(situation.view)) === room
        situation.view.forEach(({ ladder, reserve }, n) => {
          const uncontested = availableAt(ladder, Infinity) === availableAt(ladder, reserve)
          if (all || uncontested) expect(anticipated.view[n]!.ladder).toEqual(ladder)
        })
      }),
      runs,
    )
  })

  test('does not depend on the budget: a poor buyer is not a scarce market', () => {
    fc.assert(
      fc.property(asked, perMilles, (situation, perMille) => {
        const rich = anticipating({ ...situation, ...withoutBudget(situation) } as AskedSituation, { perMille })
        expect(anticipating(situation, { perMille }).view).toEqual(rich.view)
      }),
      runs,
    )
  })

  test('makes no strategy ask for more than the buyer takes at the price that it bids', () => {
    fc.assert(
      fc.property(asked, perMilles, (situation, perMille) => {
        const plain = { ...situation, epsilon: 0 as Micros }
        const { quantity, price } = strategies['minimal-pool'](anticipating(plain, { perMille }))
        if (quantity === 0) return
        // The price of a reply is the marginal value, or a tick above the last rung used.
        const worth = situation.valuation.marginal(situation.owned + quantity)
        expect(price).toBeLessThanOrEqual(Math.ceil(worth) + 1)
      }),
      runs,
    )
  })

  test('is the dearer the less of its demand the buyer can have', () => {
    const situation = {
      ...fc.sample(situations, { numRuns: 1, seed: 1 })[0]!,
      owned: 0,
      valuation: {
        demand: 100,
        value: (q: number) => q * (200 - q),
        marginal: (q: number) => 200 - 2 * q,
        demandAt: (p: number) => 100 - p / 2,
      },
      view: [{ offer: 's', reserve: 0, ladder: [{ price: 20, quantity: 1_000 }] }],
    } as unknown as AskedSituation
    const rises = [1, 2, 4, 8].map((factor) => riseOf(dearer(situation, factor)))
    expect(rises).toEqual([0, 50, 113, 238])
  })
})
