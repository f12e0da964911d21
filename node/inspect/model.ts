/** What the view knows: the last events, those of them that pass its filter, and what they add up to. */
import type { InspectEvent, InspectLine, MeshEvent } from '../../src/inspect/event.js'
import { type EventFilter, filterIn } from '../../src/inspect/filter.js'
import { explainFault } from '../../src/inspect/filter-syntax.js'
import { Names } from './names.js'
import { Traffic } from './traffic.js'

/** Events that can be scrolled through. */
export const eventsMax = 20_000

export class Model {
  readonly names = new Names()
  readonly scores = new Map<string, number>()
  /** Who came into whose mesh and is in it, by node, topic and peer. */
  readonly #mesh = new Map<string, MeshEvent>()
  readonly #traffic = new Traffic()
  /** Of the RPCs that pass the filter. */
  #matchedTraffic = new Traffic()
  #events: InspectEvent[] = []
  #matched: InspectEvent[] = []
  #filter: EventFilter = () => true
  #filterText = ''
  #seen = 0
  #lost = 0

  /** The oldest first. */
  get events(): readonly InspectEvent[] {
    return this.#events
  }
  get matched(): readonly InspectEvent[] {
    return this.#matched
  }
  /** Of what passes the filter: the last events, and what came since it was set; of everything since the start if there is none. */
  get traffic(): Traffic {
    return this.#filterText === '' ? this.#traffic : this.#matchedTraffic
  }
  /** How those came into a mesh who are in it, as far as that passes the filter. */
  get mesh(): readonly MeshEvent[] {
    return [...this.#mesh.values()].filter((event) => this.#filter(event, this.names))
  }
  get filterText(): string {
    return this.#filterText
  }
  get seen(): number {
    return this.#seen
  }
  get lost(): number {
    return this.#lost
  }

  /** How many matching events the oldest ones that went make a view scroll. */
  add(lines: readonly InspectLine[]): number {
    for (const line of lines) {
      if (line.type === 'capture') {
        this.names.add(line)
        continue
      }
      this.#count(line)
      if (line.type === 'mesh' || line.type === 'peer') if (line.standing === true) continue
      this.#seen += 1
      this.#events.push(line)
      if (this.#filter(line, this.names)) this.#match(line)
    }
    return this.#forget()
  }

  /** Takes a filter, or says what is wrong with it and keeps the one before. */
  setFilter(text: string): string | undefined {
    const found = filterIn(text)
    if (!found.ok) return explainFault(text, found.fault)
    this.#filter = found.filter
    this.#filterText = text
    this.#matched = []
    this.#matchedTraffic = new Traffic()
    for (const event of this.#events) if (found.filter(event, this.names)) this.#match(event)
    return undefined
  }

  #match(event: InspectEvent): void {
    this.#matched.push(event)
    if (event.type === 'rpc' && this.#filterText !== '') this.#matchedTraffic.add(event)
  }

  #forget(): number {
    if (this.#events.length <= eventsMax + eventsMax / 4) return 0
    this.#events = this.#events.slice(-eventsMax)
    const [oldest] = this.#events
    const before = this.#matched.length
    const kept = new Set(this.#events)
    const first = oldest === undefined ? -1 : this.#matched.findIndex((event) => kept.has(event))
    this.#matched = first < 0 ? [] : this.#matched.slice(first)
    return before - this.#matched.length
  }

  #count(event: InspectEvent): void {
    switch (event.type) {
      case 'rpc':
        this.#traffic.add(event)
        return
      case 'mesh': {
        const link = `${event.node} ${event.peer} ${event.topic}`
        if (event.change === 'graft') this.#mesh.set(link, event)
        else this.#mesh.delete(link)
        return
      }
      case 'score':
        this.scores.set(`${event.node} ${event.peer}`, event.score)
        return
      case 'lost':
        this.#lost += event.events ?? 0
    }
  }
}
