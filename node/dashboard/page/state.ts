/** What the page shows, in one place; whoever draws is told when it changed. */
import { useEffect, useState } from 'preact/hooks'
import { filterIn } from '../../../src/inspect/filter.js'
import { explainFault } from '../../../src/inspect/filter-syntax.js'
import type { View } from '../schema.js'
import { Client, tokenFromAddress } from './client.js'
import { Gossip, type Wanted } from './gossip/gossip.js'
import type { Flight } from './gossip/sight.js'
import { FactLog } from './models/fact-log.js'
import type { Connection } from './models/freshness.js'
import { People } from './models/people.js'

type Topic = 'view' | 'facts' | 'gossip' | 'connection'
/** Facts are shown together: a table that changes more often cannot be read. */
const factsPaceMs = 250

class PageState {
  view: View | undefined
  people = new People(undefined)
  connection: Connection = { heardAt: undefined, failed: undefined }
  filterText = ''
  filterFault: string | undefined
  readonly facts = new FactLog()
  readonly #listeners = new Map<Topic, Set<() => void>>()
  readonly #flights = new Set<(flights: readonly Flight[]) => void>()
  readonly #token = tokenFromAddress()
  #telling: ReturnType<typeof setTimeout> | undefined
  readonly gossip = new Gossip({
    sight: () => this.#tell('gossip'),
    flights: (flights) => {
      for (const listener of this.#flights) listener(flights)
    },
  })
  readonly client = new Client(this.#token, {
    view: (view) => {
      this.view = view
      const people = new People(view)
      // The same while nobody came or went: what is drawn of them need not be drawn anew.
      if (!people.isAs(this.people)) {
        this.people = people
        this.gossip.name(people.names())
      }
      this.#tell('view')
    },
    fact: (fact) => {
      this.facts.add(fact)
      this.#tellOfFacts()
    },
    restarted: () => {
      this.facts.clear()
      this.#tellOfFacts()
    },
    connection: (connection) => {
      this.connection = connection
      this.#tell('connection')
    },
  })

  start(): void {
    this.client.start()
    this.gossip.start(this.#token)
  }

  setFilter(text: string): void {
    this.filterText = text
    const found = filterIn(text)
    this.filterFault = found.ok ? undefined : explainFault(text, found.fault)
    if (found.ok) this.gossip.filter(text)
    this.#tell('gossip')
  }

  on(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  onFlights(listener: (flights: readonly Flight[]) => void): () => void {
    this.#flights.add(listener)
    return () => void this.#flights.delete(listener)
  }

  #tellOfFacts(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      this.#tell('facts')
    }, factsPaceMs)
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

/** Asks for gossip for as long as the view is there, anew where any of `inputs` changed. */
export function useGossip(wanted: Wanted, inputs: readonly unknown[]): void {
  useEffect(() => {
    state.gossip.want(wanted)
    return () => state.gossip.want(undefined)
  }, inputs)
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
