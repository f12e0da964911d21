import type { Clock } from '../src/ports/clock.js'
import { type Millis, millis } from '../src/units.js'

/** Where a clock takes its time from; ms. */
export interface TimeSource {
  /** Since the Unix epoch; may be set forward and back while we run. */
  readonly wall: () => number
  /** Since some start; never set. */
  readonly steady: () => number
}

const system: TimeSource = { wall: () => Date.now(), steady: () => performance.now() }

/** How long one timer runs at most. Also how late a wake-up can be when the wall clock jumped, as after a suspend. */
const timerMsMax = 30_000

/**
 * The wall clock, except that it never runs backward: offers carry wall time, so a clock that ignored a correction would
 * drift out of the market. When the wall clock is set back, this one goes on at half speed until the two meet.
 */
export class SystemClock implements Clock {
  readonly #source: TimeSource
  #time = 0
  #steady: number

  constructor(source: TimeSource = system) {
    this.#source = source
    this.#steady = source.steady()
  }

  now(): Millis {
    const wall = this.#source.wall()
    const steady = this.#source.steady()
    this.#time = Math.max(wall, this.#time + (steady - this.#steady) / 2)
    this.#steady = steady
    return millis(Math.floor(this.#time))
  }

  wakeAt(at: Millis, wake: () => void): () => void {
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const left = Math.max(0, at - this.now())
      timer = setTimeout(() => (this.now() >= at ? wake() : arm()), Math.min(left, timerMsMax))
    }
    arm()
    return () => clearTimeout(timer)
  }
}
