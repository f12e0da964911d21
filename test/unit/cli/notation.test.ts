import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  durationField,
  millisIn,
  partitionIn,
  perMilleIn,
  quantityField,
  quantityIn,
  spanIn,
  timedShareIn,
} from '../../../node/notation.js'

describe('times on a command line', () => {
  it('are ms unless they say otherwise, and always whole ms', () => {
    expect(['250', '250ms', '1.5s', '2min', '1h', ' 7 '].map(millisIn)).toEqual([
      250, 250, 1_500, 120_000, 3_600_000, 7,
    ])
    expect(['', 's', '-1s', '1.5', '0.0001s', '1e3', '1 s', '5m', '1d', '9'.repeat(20)].map(millisIn)).toEqual(
      Array.from({ length: 10 }, () => undefined),
    )
  })

  it('come back whatever whole number of ms is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (ms) => {
        expect([millisIn(`${ms}`), millisIn(`${ms}ms`), millisIn(`${ms / 1_000}s`)]).toEqual([ms, ms, ms])
      }),
    )
  })

  it('are refused with what was got and an example', () => {
    const { error } = durationField('20ms').safeParse('soon')
    expect(error?.issues[0]?.message).toBe('must be a time up to 1h, such as 20ms, got "soon"')
  })
})

describe('shares on a command line', () => {
  it('carry their sign, and are whole thousandths of at most all', () => {
    expect(['1%', '0.5%', '100%', '0 %'].map(perMilleIn)).toEqual([10, 5, 1_000, 0])
    expect(['1', '0.01', '101%', '0.05%', '-1%', '%'].map(perMilleIn)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    )
  })

  it('may come with a time', () => {
    expect(timedShareIn('5%')).toEqual({ perMille: 50, ms: undefined })
    expect(timedShareIn('5%@500ms')).toEqual({ perMille: 50, ms: 500 })
    expect(['5%@', '@5s', '5%@1s@2s', '5@1s'].map(timedShareIn)).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('ranges on a command line', () => {
  it('go from the least to the most; one value is both', () => {
    expect(spanIn('20..200', millisIn)).toEqual({ min: 20, max: 200 })
    expect(spanIn('1s..10s', millisIn)).toEqual({ min: 1_000, max: 10_000 })
    expect(spanIn('5s', millisIn)).toEqual({ min: 5_000, max: 5_000 })
    expect(['200..20', '1..2..3', '..5', '5..', ''].map((text) => spanIn(text, millisIn))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })
})

describe('partitions on a command line', () => {
  it('say how long, when, and in how many groups', () => {
    expect(partitionIn('10s@5s')).toEqual({ forMs: 10_000, atMs: 5_000, groups: 2 })
    expect(partitionIn('500@0/3')).toEqual({ forMs: 500, atMs: 0, groups: 3 })
    expect(['10s', '@5s', '10s@', '0s@5s', '10s@5s/1', '10s@5s/x', '10s@5s/3/4'].map(partitionIn)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    )
  })
})

describe('quantities on a command line', () => {
  it('carry their unit, and are whole MB above none', () => {
    expect(['5GB', '1.5 GB', '500MB', '0.001gb', ' 12Gb '].map(quantityIn)).toEqual([5_000, 1_500, 500, 1, 12_000])
    expect(
      ['5', 'GB', '0GB', '1.5MB', '0.0001GB', '-1GB', '5TB', '5 000MB', '10001GB', '1e3MB'].map(quantityIn),
    ).toEqual(Array.from({ length: 10 }, () => undefined))
  })

  it('are refused with what was got and an example', () => {
    const { error } = quantityField.safeParse('5')
    expect(error?.issues[0]?.message).toBe(
      'must be a quantity with its unit, in steps of 1 MB, such as 5GB or 500MB, got "5"',
    )
  })
})
