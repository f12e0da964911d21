import { describe, expect, it } from 'vitest'
import { heapMegabytesFor, threadsFor } from '../../node/simulation/heap.js'

describe('memory of simulations', () => {
  it('grows with the people and what each knows, up to what 8 GB leave', () => {
    const small = heapMegabytesFor({ buyers: 200, sellers: 80, shards: 1, shardsHeard: 1 })
    const sharded = heapMegabytesFor({ buyers: 10_000, sellers: 4_000, shards: 20, shardsHeard: 2 })
    const whole = heapMegabytesFor({ buyers: 10_000, sellers: 4_000, shards: 1, shardsHeard: 1 })
    expect(small).toBeLessThan(sharded)
    expect(sharded).toBeLessThan(whole)
    expect(heapMegabytesFor({ buyers: 100_000, sellers: 40_000, shards: 200, shardsHeard: 2 })).toBe(7_168)
  })

  it('is shared by the threads of one market', () => {
    const size = { buyers: 10_000, sellers: 4_000, shards: 2_000, shardsHeard: 7 }
    expect(heapMegabytesFor(size, 2)).toBeLessThan(heapMegabytesFor(size))
    expect(2 * heapMegabytesFor(size, 2)).toBeGreaterThan(heapMegabytesFor(size))
    const huge = { buyers: 100_000, sellers: 40_000, shards: 20_000, shardsHeard: 7 }
    expect(2 * heapMegabytesFor(huge, 2)).toBeLessThanOrEqual(7_168)
  })

  it('decides how many run at once, and one always does', () => {
    const gigabyte = 1_073_741_824
    expect(threadsFor(1_024, 8, 4 * gigabyte)).toBe(3)
    expect(threadsFor(1_024, 2, 64 * gigabyte)).toBe(2)
    expect(threadsFor(8_192, 2, 4 * gigabyte)).toBe(1)
  })
})
