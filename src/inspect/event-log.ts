/** The last events of one node or many, and which of them a filter lets through: bounded, and none is looked at twice for one filter. */
import type { InspectEvent } from './event.js'
import type { EventFilter, FilterNames } from './filter.js'
import { Ring } from './ring.js'

export class EventLog {
  readonly #names: FilterNames
  readonly #events: Ring<InspectEvent>
  /** Places in `#events` of those that match. */
  readonly #matched: Ring<number>
  #filter: EventFilter = () => true
  #held: readonly InspectEvent[] | undefined
  #newer = 0
  #seen = 0
  #lost = 0

  /** `eventsMax`: at most so many are kept. */
  constructor(eventsMax: number, names: FilterNames) {
    this.#names = names
    this.#events = new Ring(eventsMax)
    this.#matched = new Ring(eventsMax)
  }

  /** Everything that is kept, by place. */
  get events(): Pick<Ring<InspectEvent>, 'at' | 'end' | 'first' | 'length' | typeof Symbol.iterator> {
    return this.#events
  }
  /** How many there were ever. */
  get seen(): number {
    return this.#seen
  }
  /** How many more nobody could read in time, as far as that is known. */
  get lost(): number {
    return this.#lost
  }
  /** How many match, of those that are kept or held. */
  get matched(): number {
    return this.#held?.length ?? this.#matched.length
  }
  /** How many that matched were let go of, ever. */
  get forgotten(): number {
    return this.#matched.first
  }
  /** How many came and matched since the list was held. */
  get newer(): number {
    return this.#newer
  }

  /** Those that match from `from` to before `to`, 0 being the oldest. */
  rows(from: number, to: number): readonly InspectEvent[] {
    if (this.#held !== undefined) return this.#held.slice(from, to)
    const start = this.#matched.first
    const rows: InspectEvent[] = []
    for (let place = start + Math.max(0, from); place < Math.min(start + to, this.#matched.end); place += 1) {
      rows.push(this.#events.at(this.#matched.at(place)!)!)
    }
    return rows
  }

  /** Lets the list of those that match stand still while somebody reads in it; what comes is kept as ever. */
  hold(): void {
    this.#held ??= this.rows(0, this.#matched.length)
  }

  release(): void {
    this.#held = undefined
    this.#newer = 0
  }

  /** Looks at everything kept anew. A list that was held is no longer. */
  filter(filter: EventFilter): void {
    this.release()
    this.#filter = filter
    this.#matched.clear()
    for (let place = this.#events.first; place < this.#events.end; place += 1) {
      if (filter(this.#events.at(place)!, this.#names)) this.#matched.push(place)
    }
  }

  /** Returns whether it matches. */
  add(event: InspectEvent): boolean {
    this.#seen += 1
    if (event.type === 'lost') this.#lost += event.events ?? 0
    const place = this.#events.end
    this.#events.push(event)
    const oldest = this.#matched.at(this.#matched.first)
    if (oldest !== undefined && oldest < this.#events.first) this.#matched.shift()
    if (!this.#filter(event, this.#names)) return false
    this.#matched.push(place)
    if (this.#held !== undefined) this.#newer += 1
    return true
  }

  /** Forgets everything but its filter. */
  clear(): void {
    this.#events.clear()
    this.#matched.clear()
    this.release()
    this.#seen = 0
    this.#lost = 0
  }
}
