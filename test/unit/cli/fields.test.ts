import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currencyField, gigabytesField, unitPriceField } from '../../../node/fields.js'
import { bar, gb, label, money, unitPrice } from '../../../node/format.js'
import { megabytesMax, microsMax, ticksMax } from '../../../src/units.js'

describe('quantities as people write them', () => {
  const scales = [
    { name: 'GB', field: gigabytesField, factor: 1_000, min: 1, max: megabytesMax },
    { name: 'currency per GB', field: unitPriceField, factor: 1_000, min: 0, max: ticksMax },
    { name: 'currency', field: currencyField, factor: 1_000_000, min: 0, max: microsMax },
  ]

  it.each(scales)('in $name name every whole number of units, exactly', ({ field, factor, min, max }) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min, max: 10_000 }),
          fc.maxSafeNat().map((n) => min + (n % (max - min + 1))),
        ),
        (units) => {
          expect(field.parse(units / factor)).toBe(units)
        },
      ),
    )
  })

  it.each(scales)('in $name are refused between units and beyond the bounds', ({ field, factor, min, max }) => {
    for (const value of [0.4 / factor, 1.5 / factor, (min - 1) / factor, (max + 1) / factor, NaN, Infinity, '1', null])
      expect(field.safeParse(value).success).toBe(false)
  })
})

describe('quantities as people read them', () => {
  it('lose nothing unless places are said', () => {
    expect([gb(1), gb(2_500), gb(10_000_000)]).toEqual(['0.001 GB', '2.5 GB', '10,000 GB'])
    expect([money(1), money(9_600_000), money(9_605_000, 2)]).toEqual(['0.000001', '9.60', '9.61'])
    expect([unitPrice(4), unitPrice(9_600)]).toEqual(['0.004', '9.60'])
  })

  it('are drawn as bars of their share, never wider than the space, never nothing for something', () => {
    expect(bar(5, { max: 10, width: 4 })).toBe('██')
    expect(bar(1, { max: 1e9, width: 4 })).toBe('▏')
    expect(bar(0, { max: 10, width: 4 })).toBe('')
    expect(bar(10, { max: 10, width: 4 })).toBe('████')
  })

  it('cannot command the terminal', () => {
    expect(label('a\u001b[2Jb\u202ec')).toBe('a�[2Jb�c')
    expect(label('x'.repeat(100), 10)).toHaveLength(10)
  })
})
