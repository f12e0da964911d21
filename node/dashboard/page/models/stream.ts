/** The events that a page keeps: bounded, and filtered without looking at all of them for every frame. */
import type { InspectEvent, InspectLine } from '../../../../src/inspect/event.js'
import type { EventFilter, FilterNames } from '../../../../src/inspect/filter.js'

export class EventLog {
  readonly #eventsMax: number
  readonly #names: FilterNames
  #events: InspectEvent[] = []
  #shown: InspectEvent[] = []
  #filter: EventFilter = () => true
  #seen = 0
  #lost = 0

  constructor(eventsMax: number, names: FilterNames) {
    this.#eventsMax = eventsMax
    this.#names = names
  }

  /** Everything kept, oldest first. */
  get events(): readonly InspectEvent[] {
    return this.#events
  }
  /** Those that the filter lets through, oldest first. */
  get shown(): readonly InspectEvent[] {
    return this.#shown
  }
  /** Ever, and how many of them nobody could read in time. */
  get seen(): number {
    return this.#seen
  }
  get lost(): number {
    return this.#lost
  }

  filter(filter: EventFilter): void {
    this.#filter = filter
    this.#shown = this.#events.filter((event) => filter(event, this.#names))
  }

  add(lines: readonly InspectLine[]): void {
    for (const line of lines) {
      if (line.type === 'capture') continue
      this.#seen += 1
      if (line.type === 'lost') this.#lost += line.events ?? 0
      this.#events.push(line)
      if (this.#filter(line, this.#names)) this.#shown.push(line)
    }
    // Cut by a quarter at a time, so that most frames cut nothing.
    if (this.#events.length > this.#eventsMax * 1.25) {
      this.#events = this.#events.slice(-this.#eventsMax)
      const first = this.#events[0]!.at
      const from = this.#shown.findIndex(({ at }) => at >= first)
      this.#shown = from === -1 ? [] : this.#shown.slice(from)
    }
  }
}

/** Rows of a long list that are in sight, with some beside them. */
export function windowOf({ scrolled, height, row, count }: Record<'scrolled' | 'height' | 'row' | 'count', number>) {
  const from = Math.max(0, Math.floor(scrolled / row) - 8)
  return { from, to: Math.min(count, Math.ceil((scrolled + height) / row) + 8) }
}
