import { describe, expect, it, vi } from 'vitest'
import { SystemClock } from '../../node/clock-system.js'
import { clockCompliance } from '../compliance/clock.js'

clockCompliance('the system', () => {
  vi.useFakeTimers()
  return {
    clock: new SystemClock(),
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms)
    },
    stop: () => vi.useRealTimers(),
  }
})

describe('the system clock', () => {
  const time = { wall: 1_000_000, steady: 0 }
  const clock = new SystemClock({ wall: () => time.wall, steady: () => time.steady })
  const pass = (ms: number, wall = ms): number => {
    time.wall += wall
    time.steady += ms
    return clock.now()
  }

  it('follows the wall clock forward, and goes on at half speed while that is behind', () => {
    expect(clock.now()).toBe(1_000_000)
    expect(pass(10)).toBe(1_000_010)
    expect(pass(10, 5_000)).toBe(1_005_010)
    expect(pass(0, -1_000)).toBe(1_005_010)
    expect(pass(100)).toBe(1_005_060)
    expect(pass(1_800)).toBe(1_005_960)
    expect(pass(100)).toBe(1_006_010)
    expect(pass(100)).toBe(1_006_110)
  })
})
