/** What the view knows: the last events, those of them that pass its filter, and what they add up to. */
import type { InspectEvent, InspectLine, MeshEvent } from '../../src/inspect/event.js'
import { EventLog } from '../../src/inspect/event-log.js'
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
  readonly #log = new EventLog(eventsMax, this.names)
  #filter: EventFilter = () => true
  #filterText = ''

  /** The last events and those of them that pass the filter. */
  get log(): Pick<EventLog, 'events' | 'matched' | 'rows' | 'seen' | 'lost'> {
    return this.#log
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

  /** How many matching events the oldest ones that went make a view scroll. */
  add(lines: readonly InspectLine[]): number {
    const { forgotten } = this.#log
    for (const line of lines) {
      if (line.type === 'capture') {
        this.names.add(line)
        continue
      }
      this.#count(line)
      if (line.type === 'mesh' || line.type === 'peer') if (line.standing === true) continue
      if (this.#log.add(line)) this.#countMatch(line)
    }
    return this.#log.forgotten - forgotten
  }

  /** Takes a filter, or says what is wrong with it and keeps the one before. */
  setFilter(text: string): string | undefined {
    const found = filterIn(text)
    if (!found.ok) return explainFault(text, found.fault)
    this.#filter = found.filter
    this.#filterText = text
    this.#log.filter(found.filter)
    this.#matchedTraffic = new Traffic()
    for (const event of this.#log.rows(0, this.#log.matched)) this.#countMatch(event)
    return undefined
  }

  #countMatch(event: InspectEvent): void {
    if (event.type === 'rpc' && this.#filterText !== '') this.#matchedTraffic.add(event)
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
    }
  }
}
