import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateLimiter } from '../../src/protocol/rate-limit.js'
import { millis } from '../../src/units.js'

describe('a rate limiter', () => {
  test('lets a burst through, then the steady rate', () => {
    const limiter = new RateLimiter({ perSecond: 4, burst: 2, peersMax: 8 })
    const at = (now: number) => limiter.allow('a', millis(now))
    expect([at(0), at(0), at(0), at(249), at(250), at(250)]).toEqual([true, true, false, false, true, false])
  })

  test('keeps one peer from using up the allowance of another', () => {
    const limiter = new RateLimiter({ perSecond: 1, burst: 1, peersMax: 8 })
    expect(limiter.allow('a', millis(0))).toBe(true)
    expect(limiter.allow('a', millis(0))).toBe(false)
    expect(limiter.allow('b', millis(0))).toBe(true)
  })

  test('remembers the half of peersMax peers that it heard from last, and no more than peersMax', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (peers, half) => {
        const limiter = new RateLimiter({ perSecond: 1, burst: 1, peersMax: 2 * half })
        // Where time stands still a bucket fills only by being forgotten.
        const remembered = peers.map((peer) => !limiter.allow(`${peer}`, millis(0)))
        for (const [index, peer] of peers.entries()) {
          const last = peers.lastIndexOf(peer, index - 1)
          const since = new Set(index === 0 || last < 0 ? [] : peers.slice(last + 1, index))
          if (index > 0 && last >= 0 && since.size < half) expect(remembered[index]).toBe(true)
          if (index === 0 || last < 0 || since.size >= 2 * half) expect(remembered[index]).toBe(false)
        }
      }),
    )
  })

  test('grants nothing for a clock that runs backward, and no more than a burst for one that leaps', () => {
    const limiter = new RateLimiter({ perSecond: 1_000, burst: 1, peersMax: 1 })
    expect(limiter.allow('a', millis(5_000))).toBe(true)
    expect(limiter.allow('a', millis(0))).toBe(false)
    expect(limiter.allow('a', millis(Number.MAX_SAFE_INTEGER))).toBe(true)
    expect(limiter.allow('a', millis(Number.MAX_SAFE_INTEGER))).toBe(false)
  })

  test('never lets through more than burst + rate · time', () => {
    const limit = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(limit, fc.array(fc.nat(400), { maxLength: 200 }), ({ perSecond, burst }, gaps) => {
        const limiter = new RateLimiter({ perSecond, burst, peersMax: 1 })
        let now = 0
        let allowed = 0
        for (const gap of gaps) {
          now += gap
          if (limiter.allow('a', millis(now))) allowed++
          expect(allowed).toBeLessThanOrEqual(burst + (perSecond * now) / 1_000)
        }
      }),
    )
  })

  test.each([
    { perSecond: 0, burst: 1, peersMax: 1 },
    { perSecond: 1, burst: 0.5, peersMax: 1 },
    { perSecond: 1, burst: 1, peersMax: -1 },
  ])('refuses to be made from %o', (limit) => {
    expect(() => new RateLimiter(limit)).toThrow(RangeError)
  })
})
