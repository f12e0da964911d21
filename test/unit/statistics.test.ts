import { describe, expect, it } from 'vitest'
import { slopeOf, summaryOf } from '../../node/statistics.js'

describe('a summary', () => {
  it("has the mean, Student's interval and the extremes", () => {
    // By hand: variance 2.5, the 97.5 % quantile at four degrees 2.776.
    const { count, mean, interval95, min, max } = summaryOf([1, 2, 3, 4, 5])
    expect({ count, mean, min, max }).toEqual({ count: 5, mean: 3, min: 1, max: 5 })
    expect(interval95).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 1)
  })

  it('is as wide as a table of the quantile says where values are few', () => {
    expect(summaryOf([0, 2]).interval95).toBeCloseTo(12.706, 3)
    expect(summaryOf([0, 1, 2]).interval95).toBeCloseTo(4.303 / Math.sqrt(3), 3)
  })

  it('of one value has no interval, and of none does not exist', () => {
    expect(summaryOf([7])).toEqual({ count: 1, mean: 7, interval95: 0, min: 7, max: 7 })
    expect(() => summaryOf([])).toThrow(RangeError)
  })
})

describe('a slope', () => {
  it('is that of the line through points on a line, and between that of others', () => {
    expect(slopeOf([1, 2, 4].map((x) => ({ x, y: 3 - 2 * x })))).toBeCloseTo(-2)
    expect(() => slopeOf([{ x: 1, y: 1 }])).toThrow(RangeError)
  })
})
