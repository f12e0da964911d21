import type { Millis } from '../units.js'
import { Heap } from './heap.js'

interface Later {
  readonly at: Millis
  readonly order: number
  readonly run: () => void
}

const precedes = (a: Later, b: Later): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** Milliseconds ahead that have a slot each; a power of two, so that a slot is found by a mask. */
const span = 4_096

/**
 * Virtual time: what is to happen, in the order of its time, and of its scheduling where times are equal. A timing wheel for
 * the seconds ahead, O(1) an entry, and a heap for what is further off: a large market schedules tens of millions of entries.
 */
export class Agenda {
  readonly #slots: (() => void)[][] = Array.from({ length: span }, () => [])
  readonly #later = new Heap(precedes)
  #now = 0 as Millis
  #order = 0
  /** Entries in the slots that have not run. */
  #near = 0
  /** How many entries of the present slot have run. */
  #ran = 0

  get now(): Millis {
    return this.#now
  }

  /** Runs `run` at `at`, or now if that is past. */
  schedule(at: Millis, run: () => void): void {
    const due = Math.max(at, this.#now) as Millis
    if (due - this.#now < span) {
      this.#slots[due & (span - 1)]!.push(run)
      this.#near += 1
    } else this.#later.push({ at: due, order: this.#order++, run })
  }

  /** When the next entry is due; undefined when nothing is left. */
  get next(): Millis | undefined {
    if (this.#near === 0) return this.#later.first?.at
    if (this.#ran < this.#present.length) return this.#now
    for (let at = this.#now + 1; ; at++) if (this.#slots[at & (span - 1)]!.length > 0) return at as Millis
  }

  /** Runs the next entry; false when nothing is left. */
  advance(): boolean {
    if (this.#ran >= this.#present.length) {
      const { next } = this
      if (next === undefined) return false
      this.#moveTo(next)
    }
    const run = this.#present[this.#ran]!
    this.#ran += 1
    this.#near -= 1
    run()
    return true
  }

  get #present(): (() => void)[] {
    return this.#slots[this.#now & (span - 1)]!
  }

  /** What was far off enters the wheel before anything can be scheduled beside it, so that equal times keep their order. */
  #moveTo(at: Millis): void {
    this.#present.length = 0
    this.#ran = 0
    this.#now = at
    for (let next = this.#later.first; next !== undefined && next.at - at < span; next = this.#later.first) {
      this.#later.pop()
      this.#slots[next.at & (span - 1)]!.push(next.run)
      this.#near += 1
    }
  }
}
