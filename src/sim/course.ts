import { type Millis, millis } from '../units.js'

/** What a part says at a border of all: what the others need to know to go on alike. */
export interface Standing {
  /** When something happens next, its mail to others included; undefined: never. */
  readonly next: Millis | undefined
  /** Whether none of its own has anything left to do. Read only where {@link Course.isLook}. */
  readonly isDone: boolean
}

export interface CourseOptions {
  /** What passes from one part to another takes at least so long. */
  readonly lookaheadMs: Millis
  /** Not over before. */
  readonly calmAtMs: Millis
  /** Virtual time after which a market that has not ended is given up. */
  readonly elapsedMsMax: Millis
}

/** How often, in virtual time, it is asked whether the market has ended. */
const lookMs = 100
/** However far apart the nodes are: whoever drives a market hears from it so often. */
const windowMsMax = 20

/**
 * The windows of virtual time in which the parts of a market run without each other, and its end. Every part follows its own
 * course; what all say at a border makes the courses go on alike. Whether the market is over is asked at times that do not
 * depend on the windows, so neither does the end.
 */
export class Course {
  readonly #windowMs: number
  readonly #elapsedMsMax: Millis
  #elapsedMs = millis(0)
  #lookAtMs: number
  /** Whether there was nothing left to do at the last look. */
  #decided = false
  #state: 'running' | 'ended' | 'given-up' = 'running'
  #untilMs: Millis

  constructor({ lookaheadMs, calmAtMs, elapsedMsMax }: CourseOptions) {
    this.#windowMs = Math.min(lookaheadMs, windowMsMax)
    this.#elapsedMsMax = elapsedMsMax
    this.#lookAtMs = calmAtMs + lookMs
    this.#untilMs = this.#borderAfter(this.#elapsedMs)
  }

  get state(): 'running' | 'ended' | 'given-up' {
    return this.#state
  }

  /** Everything before it has happened. */
  get elapsedMs(): Millis {
    return this.#elapsedMs
  }

  /** The next border: what is due before it can happen now. */
  get untilMs(): Millis {
    return this.#untilMs
  }

  /** Whether it is asked at the next border who is done. */
  get isLook(): boolean {
    return this.#untilMs === this.#lookAtMs
  }

  /** All have run up to the border, and stand so. */
  pass(standings: readonly Standing[]): void {
    const isLook = this.isLook
    this.#elapsedMs = this.#untilMs
    if (isLook) this.#look(standings.every(({ isDone }) => isDone))
    const next = standings.reduce((first, each) => Math.min(first, each.next ?? first), Number.POSITIVE_INFINITY)
    const isStuck = isLook && !this.#decided && next === Number.POSITIVE_INFINITY
    if (this.#state === 'running' && (isStuck || this.#elapsedMs > this.#elapsedMsMax)) this.#state = 'given-up'
    this.#untilMs = this.#borderAfter(Math.max(this.#elapsedMs, next))
  }

  /** Ended: everybody is there, every offer is closed and every accept answered, twice. */
  #look(areDone: boolean): void {
    if (areDone && this.#decided) this.#state = 'ended'
    // What was decided last is still on its way to the disks.
    this.#lookAtMs = this.#elapsedMs + (areDone ? 1 : lookMs)
    this.#decided = areDone
  }

  /** The first moment that nothing which happens at `from` or later can reach in another part. */
  #borderAfter(from: number): Millis {
    return millis(Math.min(from + this.#windowMs, this.#lookAtMs, this.#elapsedMsMax + 1))
  }
}
