/** What the page shows, in one place; whoever draws is told when it changed. */
import { useEffect, useState } from 'preact/hooks'
import type { InspectLine } from '../../../src/inspect/event.js'
import { filterIn } from '../../../src/inspect/filter.js'
import { explainFault } from '../../../src/inspect/filter-syntax.js'
import type { View } from '../schema.js'
import { Client, tokenFromAddress } from './client.js'
import type { PageFact } from './models/facts.js'
import type { Connection } from './models/freshness.js'
import { People } from './models/people.js'
import { EventLog } from './models/stream.js'

const eventsMax = 40_000
const factsMax = 20_000
type Topic = 'view' | 'facts' | 'lines' | 'connection'

class PageState {
  view: View | undefined
  people = new People(undefined)
  facts: PageFact[] = []
  connection: Connection = { heardAt: undefined, failed: undefined }
  readonly log = new EventLog(eventsMax, { nameOf: (id) => this.people.nameOf(id) })
  filterText = ''
  filterFault: string | undefined
  /** Events that just came, for what moves: the mesh takes them. */
  fresh: InspectLine[] = []
  readonly #listeners = new Map<Topic, Set<() => void>>()
  readonly client = new Client(tokenFromAddress(), {
    view: (view) => {
      this.view = view
      this.people = new People(view)
      this.#tell('view')
    },
    facts: (facts) => {
      this.facts = [...this.facts, ...facts].slice(-factsMax)
      this.#tell('facts')
    },
    lines: (lines) => {
      this.log.add(lines)
      this.fresh = [...lines]
      this.#tell('lines')
    },
    connection: (connection) => {
      this.connection = connection
      this.#tell('connection')
    },
  })

  setFilter(text: string): void {
    this.filterText = text
    const found = filterIn(text)
    this.filterFault = found.ok ? undefined : explainFault(text, found.fault)
    if (found.ok) this.log.filter(found.filter)
    this.#tell('lines')
  }

  on(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  #tell(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener()
  }
}

export const state = new PageState()

/** Draws anew when any of `topics` changed. */
export function useMarket(...topics: readonly Topic[]): PageState {
  const [, draw] = useState(0)
  useEffect(() => {
    const ends = topics.map((topic) => state.on(topic, () => draw((count) => count + 1)))
    return () => {
      for (const end of ends) end()
    }
  }, [])
  return state
}

export function useRoute(): readonly string[] {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = (): void => setHash(location.hash)
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent)
}

export const linkTo = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`
