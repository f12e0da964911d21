import type { Millis } from '../units.js'

/** Sees every step of an agent: log, fixture and replay input at once. */
export interface Trace<Event, Effect> {
  step(now: Millis, event: Event, effects: readonly Effect[]): void
}
