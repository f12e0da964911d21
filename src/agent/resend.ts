import type { Millis } from '../units.js'

/** Something sent that must be answered: when to send it again, and how patient to be after that. */
export interface Resend {
  readonly at: Millis
  readonly waitMs: Millis
}

/** The first wait after sending something at `now`. */
export const firstResend = (now: Millis, waitMs: Millis): Resend => ({ at: (now + waitMs) as Millis, waitMs })

/** Sent again at `now`: waits twice as long as before, at most `waitMsMax`. */
export function nextResend(resend: Resend, now: Millis, waitMsMax: Millis): Resend {
  const waitMs = Math.min(2 * resend.waitMs, waitMsMax) as Millis
  return { at: (now + waitMs) as Millis, waitMs }
}

/** When the first of what waits is to be sent again. Asked after every step, so it allocates nothing. */
export function earliestIn(waiting: ReadonlyMap<unknown, { readonly resend: Resend }>): Millis | undefined {
  if (waiting.size === 0) return undefined
  let least: Millis | undefined
  for (const { resend } of waiting.values()) if (least === undefined || resend.at < least) least = resend.at
  return least
}

/** The earlier of two that may be absent. Of two alone: a rest parameter would cost an array after every step. */
export const earlier = (a: Millis | undefined, b: Millis | undefined): Millis | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a
