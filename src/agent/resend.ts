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

/** What waits for an answer. When the first of it is to be sent again is asked after every step, so that is remembered. */
export class Unanswered<Key, Item extends { readonly resend: Resend }> extends Map<Key, Item> {
  #deadline: Millis | undefined
  #isKnown = true

  get deadline(): Millis | undefined {
    if (!this.#isKnown) {
      this.#isKnown = true
      this.#deadline = undefined
      for (const { resend } of this.values()) this.#deadline = earlier(this.#deadline, resend.at)
    }
    return this.#deadline
  }

  override set(key: Key, item: Item): this {
    this.#isKnown = false
    return super.set(key, item)
  }

  override delete(key: Key): boolean {
    this.#isKnown = false
    return super.delete(key)
  }

  override clear(): void {
    this.#isKnown = false
    super.clear()
  }
}

/** The earlier of two that may be absent. Of two alone: a rest parameter would cost an array after every step. */
export const earlier = (a: Millis | undefined, b: Millis | undefined): Millis | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a
