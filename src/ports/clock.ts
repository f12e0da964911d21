import type { Millis } from '../units.js'

/** Time as one agent sees it. `now` never runs backward between two calls on one clock. */
export interface Clock {
  now(): Millis
  /**
   * Calls `wake` once, as soon as `now() >= at`, never synchronously. Returns a function that cancels it and is safe
   * to call at any time.
   */
  wakeAt(at: Millis, wake: () => void): () => void
}
