import type { Millis } from '../units.js'
import { Heap } from './heap.js'

/** Its order in two small integers: sorting millions of entries by one large number would make a number of each on the heap. */
interface Entry {
  readonly cause: number
  readonly nth: number
  readonly run: () => void
}

interface Later extends Entry {
  readonly at: Millis
}

const precedes = (a: Later, b: Later): boolean => a.at < b.at
const byOrder = (a: Entry, b: Entry): number => a.cause - b.cause || a.nth - b.nth

/** Milliseconds ahead that have a slot each; a power of two, so that a slot is found by a mask. */
const span = 4_096
/** More entries than one cause ever has; times as many causes as there can be, still a safe integer. */
const entriesMax = 2 ** 33

/** What happens to the world from outside; a node's number and one is the node's own. */
export const outside = 0

/**
 * Virtual time: what is to happen, in an order that any part of a market can tell from what its own nodes do.
 *
 * Entries run in the order of their time. At equal times those of a lower cause run first (the outside, then node by node), and
 * those of one cause in the order in which it made them. What is scheduled for the very millisecond that runs comes after all
 * of these, in the order of scheduling; with a network that takes time, a node does that only to itself. So what one node goes
 * through does not depend on which other nodes share the agenda.
 *
 * A timing wheel for the seconds ahead, each slot sorted when its time has come, and a heap for what is further off: a large
 * market schedules tens of millions of entries.
 */
export class Agenda {
  readonly #slots: Entry[][] = Array.from({ length: span }, () => [])
  readonly #later = new Heap(precedes)
  /** Entries that each cause made so far. */
  readonly #made: number[]
  #now = 0 as Millis
  /** Entries in the slots that have not run. */
  #near = 0
  /** How many entries of the present slot have run. */
  #ran = 0

  /** @param nodes how many nodes may be causes; a cause beyond them is found more slowly. */
  constructor(nodes = 0) {
    this.#made = new Array<number>(nodes + 1).fill(0)
  }

  get now(): Millis {
    return this.#now
  }

  /** Runs `run` at `at`, or now if that is past. */
  schedule(at: Millis, run: () => void, cause = outside): void {
    this.place(at, this.orderOf(cause), run)
  }

  /** The place of the next entry of `cause` among all that are due at its time, for {@link place}: here or in another part. */
  orderOf(cause: number): number {
    const made = this.#made[cause] ?? 0
    this.#made[cause] = made + 1
    return cause * entriesMax + made
  }

  /** {@link schedule} at a place that is known already. */
  place(at: Millis, order: number, run: () => void): void {
    const due = Math.max(at, this.#now) as Millis
    const cause = Math.floor(order / entriesMax)
    const nth = order - cause * entriesMax
    if (due - this.#now < span) {
      this.#slots[due & (span - 1)]!.push({ cause, nth, run })
      this.#near += 1
    } else this.#later.push({ at: due, cause, nth, run })
  }

  /** When the next entry is due; undefined when nothing is left. */
  get next(): Millis | undefined {
    if (this.#near === 0) return this.#later.first?.at
    if (this.#ran < this.#present.length) return this.#now
    for (let at = this.#now + 1; ; at++) if (this.#slots[at & (span - 1)]!.length > 0) return at as Millis
  }

  /** Runs the next entry, if it is due before `until`; false when there is none. */
  advance(until = Number.POSITIVE_INFINITY): boolean {
    if (this.#ran >= this.#present.length) {
      const { next } = this
      if (next === undefined || next >= until) return false
      this.#moveTo(next)
    }
    const { run } = this.#present[this.#ran]!
    this.#ran += 1
    this.#near -= 1
    run()
    return true
  }

  get #present(): Entry[] {
    return this.#slots[this.#now & (span - 1)]!
  }

  /** What was far off enters the wheel before the present slot is put in order. */
  #moveTo(at: Millis): void {
    this.#present.length = 0
    this.#ran = 0
    this.#now = at
    for (let next = this.#later.first; next !== undefined && next.at - at < span; next = this.#later.first) {
      this.#later.pop()
      this.#slots[next.at & (span - 1)]!.push(next)
      this.#near += 1
    }
    this.#present.sort(byOrder)
  }
}
