import type { Millis } from '../units.js'

interface Entry {
  readonly at: Millis
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

/** Virtual time: what is to happen, in the order of its time, and of its scheduling where times are equal. */
export class Agenda {
  readonly #heap: Entry[] = []
  #now = 0 as Millis
  #order = 0

  get now(): Millis {
    return this.#now
  }

  /** Runs `run` at `at`, or now if that is past. Returns what cancels it. */
  schedule(at: Millis, run: () => void): () => void {
    const entry = { at: Math.max(at, this.#now) as Millis, order: this.#order++, run, cancelled: false }
    this.#push(entry)
    return () => {
      entry.cancelled = true
    }
  }

  /** Runs the next entry; false when nothing is left. */
  advance(): boolean {
    for (;;) {
      const entry = this.#pop()
      if (entry === undefined) return false
      if (entry.cancelled) continue
      this.#now = entry.at
      entry.run()
      return true
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
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

  #pop(): Entry | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (last === undefined || top === undefined || heap.length === 0) return top
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
}

const precedes = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
