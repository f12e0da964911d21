import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Holding, optimumOf, regretOf, truthfulness, welfareOf } from '../../src/mechanism/measures.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { type Megabytes, type Micros, microsMax, type Ticks } from '../../src/units.js'
import { valuationSpecs } from '../property/situations.js'

const mb = (value: number) => value as Megabytes
const unlimited = microsMax as Micros

const markets = fc.record({
  holdings: fc.array(
    fc
      .record({ spec: valuationSpecs, owned: fc.integer({ min: 0, max: 4 }) })
      .map(({ spec, owned }): Holding => ({ valuation: valuationOf(spec), owned: mb(owned) })),
    { minLength: 1, maxLength: 3 },
  ),
  supplies: fc.array(
    fc
      .record({ stock: fc.integer({ min: 1, max: 12 }), floor: fc.integer({ min: 0, max: 30 }) })
      .map(({ stock, floor }) => ({ stock: mb(stock), floor: floor as Ticks })),
    { maxLength: 3 },
  ),
})
type Market = typeof markets extends fc.Arbitrary<infer T> ? T : never

/** The best of all ways to give out whole MB, each taken from the cheapest seller left. */
function bestByTrying({ holdings, supplies }: Market): number {
  const units = supplies
    .flatMap(({ stock, floor }) => Array.from({ length: stock }, () => floor as number))
    .sort((a, b) => a - b)
  let best = holdings.reduce((sum, { valuation, owned }) => sum + valuation.value(owned), 0)
  const owned = holdings.map((holding) => holding.owned as number)
  for (const floor of units) {
    // θ is concave, so that giving each MB to whoever values it most is best.
    const gains = holdings.map(({ valuation }, i) => valuation.value(owned[i]! + 1) - valuation.value(owned[i]!))
    const most = Math.max(...gains)
    if (most <= floor) break
    owned[gains.indexOf(most)]! += 1
    best += most - floor
  }
  return best
}

describe('the optimum', () => {
  test('is at least the best division into whole MB, and above it by less than rounding can explain', () => {
    fc.assert(
      fc.property(markets, ({ holdings, supplies }) => {
        const whole = bestByTrying({ holdings, supplies })
        const { welfare } = optimumOf(holdings, supplies)
        const slack = holdings.reduce((sum, { valuation }) => sum + valuation.value(1), 0)
        expect(welfare).toBeGreaterThanOrEqual(whole - 1e-6)
        expect(welfare).toBeLessThanOrEqual(whole + slack + 1e-6)
      }),
      { numRuns: 500 },
    )
  })

  test('gives out what is sold, and sells no stock twice nor below its floor', () => {
    fc.assert(
      fc.property(markets, ({ holdings, supplies }) => {
        const { shares, sold, price } = optimumOf(holdings, supplies)
        const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
        expect(total(shares)).toBeCloseTo(total(sold), 6)
        sold.forEach((quantity, j) => {
          expect(quantity).toBeLessThanOrEqual(supplies[j]!.stock + 1e-9)
          if (quantity > 1e-9) expect(supplies[j]!.floor).toBeLessThanOrEqual(price + 1e-6)
        })
        shares.forEach((share, i) => {
          expect(share + holdings[i]!.owned).toBeLessThanOrEqual(
            Math.max(holdings[i]!.owned, holdings[i]!.valuation.demand) + 1e-9,
          )
        })
      }),
      { numRuns: 500 },
    )
  })

  test('shares a plateau: two linear buyers of equal value take all of a stock too small for both', () => {
    const holding = { valuation: valuationOf({ kind: 'linear', unitValue: 10, demand: 3 }), owned: mb(0) }
    const { welfare, price, shares } = optimumOf([holding, holding], [{ stock: mb(4_000), floor: 2_000 as Ticks }])
    expect(price).toBeCloseTo(10_000, 6)
    expect(shares).toEqual([2_000, 2_000])
    expect(welfare).toBeCloseTo(40e6 - 8e6, 3)
  })

  test('stops at a floor that is as high as the last MB is worth', () => {
    const holding = { valuation: valuationOf({ kind: 'parabolic', qbar: 10, pbar: 10 }), owned: mb(0) }
    const { price, sold } = optimumOf(
      [holding],
      [
        { stock: mb(2_000), floor: 1_000 as Ticks },
        { stock: mb(9_000), floor: 4_000 as Ticks },
      ],
    )
    expect(price).toBeCloseTo(4_000, 6)
    expect(sold[0]).toBe(2_000)
    expect(sold[1]).toBeCloseTo(4_000, 6)
  })
})

describe('welfare', () => {
  test('is what data is worth to its owners less what it was worth to its sellers', () => {
    const valuation = valuationOf({ kind: 'linear', unitValue: 10, demand: 3 })
    expect(welfareOf([{ valuation, owned: mb(2_000) }], [{ floor: 1_500 as Ticks, sold: mb(2_000) }])).toBe(17e6)
  })
})

describe('regret', () => {
  const valuation = valuationOf({ kind: 'linear', unitValue: 0.01, demand: 0.01 })
  const participant = { buyer: 'b', valuation, owned: mb(0), budgetLeft: unlimited }
  const ask = { stock: mb(8), reserve: 4 as Ticks }

  test('of a buyer without a bid is what it could have gained', () => {
    expect(regretOf([participant], [{ offer: 's', ask, bids: [] }])).toBe(8 * (10 - 4))
  })

  test('of a buyer who cannot do better is nothing', () => {
    const bids = [{ buyer: 'b', quantity: mb(8), price: 9 as Ticks }]
    expect(regretOf([participant], [{ offer: 's', ask, bids }])).toBe(0)
  })

  test('counts what a tie takes from a bid', () => {
    const bids = ['b', 'c'].map((buyer) => ({ buyer, quantity: mb(8), price: 9 as Ticks }))
    // Half of the stock at 9 each, where all of it could be had at 9: four more worth 10.
    expect(regretOf([participant], [{ offer: 's', ask, bids }])).toBe(4)
  })
})

describe('truthfulness', () => {
  test('is the mean gain as a share of the mean truthful utility, with its interval', () => {
    const gains = [1, 2, 3, 4, 5]
    const { mean, interval95, pairs } = truthfulness(gains.map((gain) => ({ truthful: 100, misreporting: 100 + gain })))
    expect(mean).toBeCloseTo(0.03, 12)
    // Student's quantile for four degrees of freedom is 2.776, the deviation of the mean √(2.5/5).
    expect(interval95).toBeCloseTo((2.776 * Math.sqrt(0.5)) / 100, 3)
    expect(pairs).toBe(5)
  })

  test('needs two pairs', () => {
    expect(() => truthfulness([{ truthful: 1, misreporting: 1 }])).toThrow(RangeError)
  })
})
