/** The last events of a node, for readers that come and go: bounded, and honest about what is gone. */

export interface Event {
  /** Grows by one from event to event, from 1. */
  readonly number: number
  readonly type: string
  /** JSON. */
  readonly data: string
}

/** What a reader gets next. */
export type Next =
  | { readonly type: 'event'; readonly event: Event }
  /** So many events are gone that this reader never saw; it goes on after `number`. */
  | { readonly type: 'lost'; readonly events: number; readonly number: number }
  | { readonly type: 'none' }

export class EventRing {
  readonly #eventsMax: number
  readonly #events: Event[] = []
  readonly #listeners = new Set<() => void>()
  #last = 0

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax
  }

  /** The number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** The number of the oldest event that is kept; 1 before the first. */
  get first(): number {
    return Math.max(1, this.#last - this.#eventsMax + 1)
  }

  push(type: string, data: unknown): void {
    this.pushText(type, JSON.stringify(data))
  }

  /** As {@link push}, of what is JSON already. */
  pushText(type: string, data: string): void {
    this.#last += 1
    this.#events[this.#last % this.#eventsMax] = { number: this.#last, type, data }
    for (const listener of this.#listeners) listener()
  }

  /** What comes after the event `number` for a reader that has seen that. */
  after(number: number): Next {
    if (number >= this.#last) return { type: 'none' }
    const oldest = this.first
    if (number + 1 < oldest) return { type: 'lost', events: oldest - 1 - number, number: oldest - 1 }
    return { type: 'event', event: this.#events[(number + 1) % this.#eventsMax]! }
  }

  /** Calls `listener` after every push. Returns a function that ends it. */
  onPush(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
