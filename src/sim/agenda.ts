import type { Millis } from '../units.js'

interface Later {
  readonly at: Millis
  readonly order: number
  readonly run: () => void
}

/** Milliseconds ahead that have a slot each; a power of two, so that a slot is found by a mask. */
const span = 4_096

/**
 * Virtual time: what is to happen, in the order of its time, and of its scheduling where times are equal. A timing wheel for
 * the seconds ahead, O(1) an entry, and a heap for what is further off: a large market schedules tens of millions of entries.
 */
export class Agenda {
  readonly #slots: (() => void)[][] = Array.from({ length: span }, () => [])
  readonly #later: Later[] = []
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
    } else pushLater(this.#later, { at: due, order: this.#order++, run })
  }

  /** When the next entry is due; undefined when nothing is left. */
  get next(): Millis | undefined {
    if (this.#near === 0) return this.#later[0]?.at
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
    while (this.#later.length > 0 && this.#later[0]!.at - at < span) {
      const { at: due, run } = popLater(this.#later)
      this.#slots[due & (span - 1)]!.push(run)
      this.#near += 1
    }
  }
}

function pushLater(heap: Later[], entry: Later): void {
  let index = heap.length
  heap.push(entry)
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!precedes(entry, heap[parent]!)) break
    heap[index] = heap[parent]!
    index = parent
  }
  heap[index] = entry
}

/** The earliest of a heap that is not empty. */
function popLater(heap: Later[]): Later {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child += 1
    if (!precedes(heap[child]!, last)) break
    heap[index] = heap[child]!
    index = child
  }
  heap[index] = last
  return top
}

const precedes = (a: Later, b: Later): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
