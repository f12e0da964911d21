import type { Millis } from '../units.js'
import { earlier } from './resend.js'
import type { Rules } from './rules.js'

/** Whether an auction has something to decide: `busy`, `settling` (only answers to awards are awaited), or `idle`. */
export type Activity = 'busy' | 'settling' | 'idle'

/** The times of one auction: its rounds, when it is quiet enough to commit, and how long it stays without a bid. */
export class RoundClock {
  readonly #rules: Rules
  #endsAt: Millis | undefined
  #idleAt: Millis | undefined
  #bidsChanged = false
  #calmRounds = 0
  #busyRounds = 0

  constructor(rules: Rules) {
    this.#rules = rules
  }

  get deadline(): Millis | undefined {
    return earlier(this.#endsAt, this.#idleAt)
  }

  /** A bid came, changed or went, or stock came back. */
  changed(): void {
    this.#bidsChanged = true
  }

  /** Whether no bid changed in the round that is ending. */
  get calm(): boolean {
    return !this.#bidsChanged
  }

  /** Decides what the auction waits for next. */
  attend(now: Millis, activity: Activity): void {
    if (activity !== 'busy') this.#endsAt = undefined
    else this.#endsAt ??= (now + this.#rules.roundMs) as Millis
    if (activity !== 'idle') this.#idleAt = undefined
    else this.#idleAt ??= (now + this.#rules.idleMsMax) as Millis
  }

  isRoundOver(now: Millis): boolean {
    return this.#endsAt !== undefined && this.#endsAt <= now
  }

  isIdleOver(now: Millis): boolean {
    return this.#idleAt !== undefined && this.#idleAt <= now
  }

  /** Ends a round in which the reserve `moved` or not; returns whether anything changed in it. */
  endRound({ moved }: { readonly moved: boolean }): boolean {
    const changed = moved || this.#bidsChanged
    this.#endsAt = undefined
    this.#bidsChanged = false
    this.#calmRounds = changed ? 0 : this.#calmRounds + 1
    if (changed) this.#busyRounds += 1
    return changed
  }

  /** Quiet for long enough, or changing for so long that waiting has no bound (MECHANISM §6.2). */
  get isCommitDue(): boolean {
    return this.#calmRounds >= this.#rules.calmRounds || this.#busyRounds >= this.#rules.roundsMax
  }

  committed(): void {
    this.#calmRounds = 0
    this.#busyRounds = 0
  }

  stop(): void {
    this.#endsAt = undefined
    this.#idleAt = undefined
  }
}
