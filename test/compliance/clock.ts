import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/ports/clock.js'
import { type Millis, millis } from '../../src/units.js'

export interface ClockWorld {
  readonly clock: Clock
  /** Lets `ms` pass, with all that is due in it. */
  pass(ms: number): Promise<void>
  stop(): void
}

/** What every {@link Clock} must do, whatever moves it. */
export function clockCompliance(name: string, makeWorld: () => ClockWorld): void {
  describe(`${name} as a clock`, () => {
    let world: ClockWorld
    const later = (ms: number): Millis => millis(world.clock.now() + ms)

    beforeEach(() => {
      world = makeWorld()
    })

    afterEach(() => {
      world.stop()
    })

    it('tells whole milliseconds that pass and never run backward', async () => {
      const before = world.clock.now()
      expect(Number.isSafeInteger(before)).toBe(true)
      expect(world.clock.now()).toBeGreaterThanOrEqual(before)
      await world.pass(50)
      expect(world.clock.now()).toBeGreaterThanOrEqual(before + 50)
    })

    it('wakes once, when the time has come and not before', async () => {
      const woken: Millis[] = []
      const at = later(50)
      world.clock.wakeAt(at, () => woken.push(world.clock.now()))
      await world.pass(20)
      expect(woken).toEqual([])
      await world.pass(100)
      expect(woken).toHaveLength(1)
      expect(woken[0]).toBeGreaterThanOrEqual(at)
    })

    it('wakes for a time that is past, but not while it is being asked', async () => {
      let woken = 0
      world.clock.wakeAt(millis(0), () => {
        woken += 1
      })
      world.clock.wakeAt(world.clock.now(), () => {
        woken += 1
      })
      expect(woken).toBe(0)
      await world.pass(20)
      expect(woken).toBe(2)
    })

    it('wakes in the order of time, not of asking', async () => {
      const woken: number[] = []
      for (const ms of [60, 20, 40]) world.clock.wakeAt(later(ms), () => woken.push(ms))
      await world.pass(150)
      expect(woken).toEqual([20, 40, 60])
    })

    it('does not wake what was cancelled, and lets it be cancelled at any time', async () => {
      let woken = 0
      const wake = (): void => {
        woken += 1
      }
      const cancelled = world.clock.wakeAt(later(10), wake)
      const done = world.clock.wakeAt(later(10), wake)
      cancelled()
      await world.pass(50)
      expect(woken).toBe(1)
      done()
      cancelled()
      await world.pass(20)
      expect(woken).toBe(1)
    })

    it('waits for times that are further off than a timer of the host can count', async () => {
      let woken = 0
      const cancel = world.clock.wakeAt(later(2 ** 40), () => {
        woken += 1
      })
      await world.pass(50)
      cancel()
      expect(woken).toBe(0)
    })
  })
}
