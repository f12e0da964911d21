/** What the view knows: the last events, those of them that pass its filter, and what they add up to. */
import type { InspectEvent, InspectLine, RpcEvent } from '../../src/inspect/event.js'
import { type EventFilter, filterIn } from '../../src/inspect/filter.js'
import { explainFault } from '../../src/inspect/filter-syntax.js'
import { Names } from './names.js'

/** Events that can be scrolled through. */
export const eventsMax = 20_000

export interface Flow {
  dataIn: number
  dataOut: number
  controlIn: number
  controlOut: number
}

export class Model {
  readonly names = new Names()
  /** Who is in whose mesh, by node and topic. */
  readonly mesh = new Map<string, Map<string, Set<string>>>()
  readonly scores = new Map<string, number>()
  readonly flows = new Map<string, Flow>()
  readonly topics = new Map<string, number>()
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
      if (this.#filter(line, this.names)) this.#matched.push(line)
    }
    return this.#forget()
  }

  /** Takes a filter, or says what is wrong with it and keeps the one before. */
  setFilter(text: string): string | undefined {
    const found = filterIn(text)
    if (!found.ok) return explainFault(text, found.fault)
    this.#filter = found.filter
    this.#filterText = text
    this.#matched = this.#events.filter((event) => found.filter(event, this.names))
    return undefined
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
        this.#flow(event)
        return
      case 'mesh': {
        const topics = this.mesh.get(event.node) ?? new Map<string, Set<string>>()
        const peers = topics.get(event.topic) ?? new Set()
        if (event.change === 'graft') peers.add(event.peer)
        else peers.delete(event.peer)
        this.mesh.set(event.node, topics.set(event.topic, peers))
        return
      }
      case 'score':
        this.scores.set(`${event.node} ${event.peer}`, event.score)
        return
      case 'lost':
        this.#lost += event.events ?? 0
    }
  }

  #flow({ node, peer, dir, bytes, messages }: RpcEvent): void {
    let data = 0
    for (const message of messages ?? []) {
      data += message.bytes
      this.topics.set(message.topic, (this.topics.get(message.topic) ?? 0) + message.bytes)
    }
    const key = `${node} ${peer}`
    const flow = this.flows.get(key) ?? { dataIn: 0, dataOut: 0, controlIn: 0, controlOut: 0 }
    if (dir === 'in') {
      flow.dataIn += data
      flow.controlIn += bytes - data
    } else {
      flow.dataOut += data
      flow.controlOut += bytes - data
    }
    this.flows.set(key, flow)
  }
}
