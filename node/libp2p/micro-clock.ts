/** The system's time in whole microseconds since the Unix epoch. */

/** Beyond this the system's clock was set, or the machine slept. */
const driftMsMax = 20

/**
 * `Date.now` knows milliseconds only, and `performance.now` neither a clock that is set nor a machine that sleeps: this counts
 * with the second, from where the first says.
 */
export class MicroClock {
  #offsetMs = performance.timeOrigin

  now(): number {
    const now = performance.now()
    const wall = Date.now()
    if (Math.abs(this.#offsetMs + now - wall) > driftMsMax) this.#offsetMs = wall - now
    return Math.round((this.#offsetMs + now) * 1_000)
  }
}
