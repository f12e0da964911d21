/** Keeps the gossip and answers what is asked of it. It lives in a worker, so that the page draws on while thousands of events arrive. */
import type { InspectEvent, InspectLine, MessageId } from '../../../../src/inspect/event.js'
import { EventLog } from '../../../../src/inspect/event-log.js'
import { filterIn } from '../../../../src/inspect/filter.js'
import { Ring } from '../../../../src/inspect/ring.js'
import { type Spread, SpreadCollector } from '../../../../src/inspect/spread.js'
import { type Flight, flightsMax, type Look, type Order, type RowsWanted, type Sight } from './sight.js'

/** Some minutes of a busy swarm of twelve. */
const eventsMax = 40_000
/** Between two looks; older ones were not looked at in time to be drawn. */
const flightsKept = 1_000

export class GossipDesk {
  readonly #names = new Map<string, string>()
  readonly #log = new EventLog(eventsMax, { nameOf: (id) => this.#names.get(id) })
  readonly #flights = new Ring<Flight>(flightsKept)
  /** Nodes that told anything: a message between two of them is drawn where it arrives, and not where it leaves as well. */
  readonly #tellers = new Set<string>()
  #spread: SpreadSearch | undefined
  #isOpen = false
  #version = 0

  obey(order: Exclude<Order, { type: 'look' | 'start' }>): void {
    this.#version += 1
    if (order.type === 'filter') {
      const found = filterIn(order.text)
      if (found.ok) this.#log.filter(found.filter)
      return
    }
    this.#names.clear()
    for (const [id, name] of order.names) this.#names.set(id, name)
  }

  /** The stream opened or broke off. */
  opened(isOpen: boolean): void {
    if (isOpen !== this.#isOpen) this.#version += 1
    this.#isOpen = isOpen
  }

  add(line: InspectLine): void {
    if (line.type === 'capture') return
    this.#version += 1
    this.#log.add(line)
    this.#tellers.add(line.node)
    const flight = flightOf(line, this.#tellers)
    if (flight !== undefined) this.#flights.push(flight)
  }

  /** What was kept is of a run that is over. */
  clear(): void {
    this.#version += 1
    this.#log.clear()
    this.#flights.clear()
    this.#tellers.clear()
    this.#spread = undefined
  }

  /** Null where nothing changed since the answer that is `known`. */
  sightOf({ known, rows, flights, spreadOf }: Look): Sight | null {
    if (known === this.#version) return null
    if (rows?.type === 'held') this.#log.hold()
    else this.#log.release()
    if (spreadOf !== this.#spread?.offer) this.#spread = spreadOf === undefined ? undefined : new SpreadSearch(spreadOf)
    const { seen, lost, matched, newer } = this.#log
    const [from, to] = rangeOf(rows, matched)
    return {
      version: this.#version,
      open: this.#isOpen,
      seen,
      lost,
      matched,
      newer,
      from,
      rows: this.#log.rows(from, to),
      flights: this.#takeFlights(flights === true),
      spread: this.#spread && { offer: this.#spread.offer, first: this.#spread.firstIn(this.#log) },
    }
  }

  /** Evenly from all that came, so that a busy network looks busy everywhere. */
  #takeFlights(wanted: boolean): readonly Flight[] {
    const all = wanted ? [...this.#flights] : []
    this.#flights.clear()
    const step = Math.max(1, all.length / flightsMax)
    return Array.from({ length: Math.min(all.length, flightsMax) }, (_, index) => all[Math.floor(index * step)]!)
  }
}

function rangeOf(rows: RowsWanted | undefined, matched: number): readonly [number, number] {
  if (rows === undefined) return [0, 0]
  if (rows.type === 'newest') return [Math.max(0, matched - rows.count), matched]
  return [rows.from, Math.min(matched, rows.from + rows.count)]
}

function flightOf(event: InspectEvent, tellers: ReadonlySet<string>): Flight | undefined {
  if (event.type !== 'auction' && (event.type !== 'rpc' || event.messages === undefined)) return undefined
  const { dir, node, peer } = event
  if (dir === 'out' && tellers.has(peer)) return undefined
  const [from, to] = dir === 'in' ? [peer, node] : [node, peer]
  return { from, to, auction: event.type === 'auction' }
}

/** Looks for the first message of an offer, then for all that became of it; each event is looked at once, or twice. */
class SpreadSearch {
  readonly offer: string
  #place = 0
  #found: { readonly id: MessageId; readonly collector: SpreadCollector } | undefined

  constructor(offer: string) {
    this.offer = offer
  }

  firstIn({ events }: EventLog): { readonly id: MessageId; readonly spread: Spread } | undefined {
    for (this.#place = Math.max(this.#place, events.first); this.#found === undefined; this.#place += 1) {
      if (this.#place >= events.end) return undefined
      const id = messageOf(events.at(this.#place)!, this.offer)
      if (id === undefined) continue
      this.#found = { id, collector: new SpreadCollector(id) }
      // Who listens to its topic was said before.
      this.#place = events.first - 1
    }
    const { id, collector } = this.#found
    for (this.#place = Math.max(this.#place, events.first); this.#place < events.end; this.#place += 1) {
      collector.add(events.at(this.#place)!)
    }
    const [spread] = collector.spreads()
    return spread && { id, spread }
  }
}

function messageOf(event: InspectEvent, offer: string): MessageId | undefined {
  if (event.type === 'publish') return event.offer?.offer === offer ? event.id : undefined
  if (event.type !== 'rpc') return undefined
  return event.messages?.find((message) => message.offer?.offer === offer)?.id
}
