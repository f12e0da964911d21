import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agreedOffset, type ClockOffset, offsetIn } from '../../src/protocol/clock-offset.js'

describe('one reading of a peer’s clock', () => {
  test('on a symmetric path is exact', () => {
    expect(offsetIn({ askedAt: 1_000, answeredAt: 1_200, theirs: 6_100 })).toEqual({
      offsetMs: 5_000,
      uncertaintyMs: 100,
    })
  })

  test('is never further off than it says, however asymmetric the path', () => {
    const spans = { there: fc.nat(10_000), back: fc.nat(10_000), behind: fc.integer({ min: -1e6, max: 1e6 }) }
    fc.assert(
      fc.property(fc.record(spans), ({ there, back, behind }) => {
        const askedAt = 1_000_000
        const reading = { askedAt, theirs: askedAt + there + behind, answeredAt: askedAt + there + back }
        const { offsetMs, uncertaintyMs } = offsetIn(reading)
        expect(Math.abs(offsetMs - behind)).toBeLessThanOrEqual(uncertaintyMs)
      }),
    )
  })
})

describe('what peers agree on', () => {
  const at = (offsetMs: number): ClockOffset => ({ offsetMs, uncertaintyMs: 1 })

  test("is the median, of two the one that leaves one's own clock be", () => {
    expect(agreedOffset([])).toBeUndefined()
    expect(agreedOffset([at(7)])).toEqual({ offsetMs: 7, uncertaintyMs: 1, peers: 1 })
    expect(agreedOffset([at(9), at(-5), at(2)])?.offsetMs).toBe(2)
    expect(agreedOffset([at(4), at(0), at(2), at(100)])?.offsetMs).toBe(2)
    expect(agreedOffset([at(-1e12), at(0)])?.offsetMs).toBe(0)
    expect(agreedOffset([at(-61_000), at(-62_000)])?.offsetMs).toBe(-61_000)
  })

  test('lies among honest peers as long as they are the majority, whatever the others say', () => {
    const offsets = fc.integer({ min: -100, max: 100 })
    const lies = fc.integer({ min: -1e12, max: 1e12 })
    fc.assert(
      fc.property(
        fc.array(offsets, { minLength: 2, maxLength: 9 }),
        fc.array(lies, { maxLength: 9 }),
        (honest, liars) => {
          const agreed = agreedOffset([...liars.slice(0, honest.length - 1), ...honest].map(at))!
          expect(agreed.offsetMs).toBeGreaterThanOrEqual(Math.min(...honest))
          expect(agreed.offsetMs).toBeLessThanOrEqual(Math.max(...honest))
        },
      ),
    )
  })
})
