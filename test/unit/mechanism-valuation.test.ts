import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkValuation, scaled, type ValuationSpec, valuationOf } from '../../src/mechanism/valuation.js'
import { megabytesMax } from '../../src/units.js'
import { valuationSpecs } from '../property/situations.js'

const kinds: readonly ValuationSpec[] = [
  { kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: 30 },
  { kind: 'alpha-fair', sigma: 55.5, alpha: 0.97, delta: 0.25, demand: 12.345 },
  { kind: 'alpha-fair', sigma: 3, alpha: 0, demand: 7 },
  { kind: 'logarithmic', sigma: 40, delta: 2, demand: 30 },
  { kind: 'linear', unitValue: 10, demand: 100 },
  { kind: 'parabolic', qbar: 90, pbar: 10 },
]

describe.each(kinds)('$kind $sigma$unitValue$pbar $alpha', (spec) => {
  const valuation = valuationOf(spec)
  const { demand } = valuation
  const inside = fc.integer({ min: 0, max: demand })

  test('is worth nothing for nothing, more for more, and no more beyond the demand', () => {
    fc.assert(
      fc.property(inside, inside, (a, b) => {
        if (a < b) expect(valuation.value(a)).toBeLessThan(valuation.value(b))
      }),
    )
    expect(valuation.value(0)).toBe(0)
    expect(valuation.value(demand + 1)).toBe(valuation.value(demand))
    expect(valuation.marginal(demand + 1)).toBe(0)
  })

  test('has the marginal value as its slope', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: demand - 1 }), (q) => {
        const slope = (valuation.value(q + 1) - valuation.value(q - 1)) / 2
        expect(Math.abs(slope - valuation.marginal(q))).toBeLessThan(1e-4 * valuation.marginal(0))
      }),
    )
  })

  test('demands at a price what is worth at least that', () => {
    const top = valuation.marginal(0)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1.2, noNaN: true }), (share) => {
        const price = share * top
        const q = valuation.demandAt(price)
        expect(q).toBeGreaterThanOrEqual(0)
        expect(q).toBeLessThanOrEqual(demand)
        if (q > 0) expect(valuation.marginal(q)).toBeGreaterThan(price * (1 - 1e-9) - 1e-9)
        if (q < demand) expect(valuation.marginal(q + 1e-3)).toBeLessThan(price + 1e-9)
      }),
    )
    expect(valuation.demandAt(0)).toBe(demand)
    expect(valuation.demandAt(top * 1.01)).toBe(0)
  })

  test('declared k times is worth k times as much', () => {
    const twice = valuationOf(scaled(spec, 2))
    expect(twice.value(demand / 2)).toBeCloseTo(2 * valuation.value(demand / 2), 3)
    expect(twice.demand).toBe(demand)
  })
})

describe('a valuation', () => {
  test('is in GB and currency outside, in MB, micros and ticks inside', () => {
    const { demand, value, marginal } = valuationOf({ kind: 'linear', unitValue: 8, demand: 2.5 })
    expect([demand, value(1_000), marginal(1_000)]).toEqual([2_500, 8_000_000, 8_000])
    const fair = valuationOf({ kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: 30 })
    // 40·(√4 − 1)/0.5 = 80 currency for 3 GB, and 40/√4 = 20 currency per GB at 3 GB.
    expect(fair.value(3_000)).toBeCloseTo(80e6, 3)
    expect(fair.marginal(3_000)).toBeCloseTo(20_000, 6)
  })

  test('that is α-fair turns into the logarithm as α approaches 1', () => {
    const near = valuationOf({ kind: 'alpha-fair', sigma: 40, alpha: 1 - 1e-9, demand: 30 })
    const limit = valuationOf({ kind: 'logarithmic', sigma: 40, demand: 30 })
    for (const q of [1, 1_000, 30_000]) expect(near.value(q) / limit.value(q)).toBeCloseTo(1, 7)
  })

  test('demands whole MB where GB say so: 0.29 GB are 290 MB', () => {
    for (const [gigabytes, megabytes] of [
      [0.29, 290],
      [4.35, 4_350],
      [1.001, 1_001],
      [10_000, megabytesMax],
    ] as const) {
      expect(valuationOf({ kind: 'linear', unitValue: 1, demand: gigabytes }).demand).toBe(megabytes)
    }
  })

  test('gives the same bits everywhere', () => {
    const { value, marginal, demandAt } = valuationOf({
      kind: 'alpha-fair',
      sigma: 37,
      alpha: 0.55,
      delta: 1,
      demand: 30,
    })
    expect([value(1), value(12_345), marginal(777), demandAt(9_876)]).toEqual(goldenBits)
  })

  const fair = { kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: 30 } as const
  test.each<[string, ValuationSpec]>([
    ['sigma', { ...fair, sigma: 0 }],
    ['sigma', { ...fair, sigma: NaN }],
    ['sigma', { ...fair, sigma: Infinity }],
    ['sigma', { ...fair, sigma: 2e5 }],
    ['sigma', { ...fair, sigma: 1e5, delta: 0.5 }],
    ['alpha', { ...fair, alpha: 1 }],
    ['alpha', { ...fair, alpha: -0.1 }],
    ['alpha', { ...fair, alpha: NaN }],
    ['delta', { ...fair, delta: 0 }],
    ['delta', { ...fair, delta: 1e9 }],
    ['demand', { ...fair, demand: 0 }],
    ['demand', { ...fair, demand: 10_000.001 }],
    ['demand', { kind: 'logarithmic', sigma: 4, demand: -1 }],
    ['sigma', { kind: 'logarithmic', sigma: -4, demand: 1 }],
    ['unitValue', { kind: 'linear', unitValue: 1e6, demand: 1 }],
    ['demand', { kind: 'linear', unitValue: 1, demand: NaN }],
    ['pbar', { kind: 'parabolic', qbar: 1, pbar: 0 }],
    ['qbar', { kind: 'parabolic', qbar: 1e-5, pbar: 1 }],
  ])('is refused for its %s', (field, spec) => {
    expect(checkValuation(spec)?.field).toBe(field)
    expect(() => valuationOf(spec)).toThrow(field)
  })

  test('passes the check when it can be built', () => {
    fc.assert(
      fc.property(valuationSpecs, (spec) => {
        expect(checkValuation(spec)).toBeUndefined()
      }),
    )
  })
})

const goldenBits = [36989.83025373025, 181643253.37598586, 26969.54619170257, 10039.429320906325]
