/** What happens, as server-sent events: facts of the market, and whatever else is put into a ring. */
import type { FastifyInstance } from 'fastify'
import type { Fact } from '../../src/agent/agent.js'
import { sellerOf } from '../../src/protocol/message.js'
import type { MarketNode } from '../market-node.js'
import { EventRing } from './event-ring.js'
import { addEventRoute, EventFlow, type EventSocket, placeOf } from './event-stream.js'

/** About a quarter of an hour of a busy auction. */
const eventsMax = 2_048
/** Readers at a time. */
const readersMax = 32
/** What comes in so long is written together: a busy swarm is not kept busier by being watched. */
const paceMs = 20

export interface EventStreamOptions {
  readonly startedAt: number
  /** Default: as above. */
  readonly eventsMax?: number | undefined
}

/** Adds `GET /v1/events` to `app`, fed by what `node` tells. */
export function addEvents(app: FastifyInstance, node: MarketNode, options: EventStreamOptions): void {
  const ring = new EventRing(options.eventsMax ?? eventsMax)
  node.onFact((fact) => ring.push(fact.type, { at: Date.now(), ...factViewOf(fact) }))
  node.onPeer(({ type, peer }) => ring.push(type, { at: Date.now(), peer }))
  addEventStream(app, {
    path: '/v1/events',
    summary: 'What happens, as server-sent events',
    about: 'Every fact of the market and every peer that comes or goes.',
    ring,
    run: options.startedAt,
  })
}

export interface StreamedRing {
  readonly path: string
  readonly summary: string
  readonly about: string
  readonly ring: EventRing
  /** Tells this run from earlier ones, whose events are gone. */
  readonly run: number
  /** As in {@link EventRoute}. */
  readonly enter?: () => () => void
}

/** Adds a route that streams what is put into `ring`. */
export function addEventStream(app: FastifyInstance, { path, summary, about, ring, run, enter }: StreamedRing): void {
  const description = `${about} \`Last-Event-ID\` resumes after that event; \`event: lost\` says how many are gone.`
  addEventRoute(app, {
    path,
    schema: { summary, description },
    what: 'events',
    readersMax,
    enter,
    asked: () => (socket, lastId) => new EventReader(socket, { ring, run }).begin(lastId),
  })
}

interface ReaderOptions {
  readonly ring: EventRing
  /** Tells this run of the node from earlier ones, whose events are gone. */
  readonly run: number
}

/** One reader's place in the ring. */
class EventReader {
  readonly #socket: EventSocket
  readonly #ring: EventRing
  readonly #run: number
  readonly #flow: EventFlow
  #seen: number

  constructor(socket: EventSocket, { ring, run }: ReaderOptions) {
    this.#socket = socket
    this.#flow = new EventFlow(socket, { paceMs, next: () => this.#next() })
    this.#ring = ring
    this.#run = run
    this.#seen = ring.last
  }

  /** Returns what ends it. */
  begin(lastId: string | undefined): () => void {
    this.#socket.write('retry: 2000\n: events follow as they happen\n\n')
    this.#resume(lastId)
    const unlisten = this.#ring.onPush(this.#flow.schedule)
    this.#flow.run()
    return () => {
      unlisten()
      this.#flow.end()
    }
  }

  /** An id of this run says how far the reader came; of another, that nobody knows what it missed. */
  #resume(lastId: string | undefined): void {
    // The number 0 of any run: from the first event that is kept.
    if (lastId === '0') {
      this.#seen = Math.max(0, this.#ring.first - 1)
      return
    }
    const place = placeOf(lastId, { run: this.#run, last: this.#ring.last })
    if (place === 'unknown') {
      const lost = { events: null, reason: 'the node was restarted' }
      this.#socket.write(this.#textOf('lost', JSON.stringify(lost), this.#seen))
    } else if (place !== undefined) this.#seen = place
  }

  #next(): string | undefined {
    const next = this.#ring.after(this.#seen)
    if (next.type === 'none') return undefined
    if (next.type === 'lost') {
      this.#seen = next.number
      const lost = { events: next.events, reason: 'they were not read in time' }
      return this.#textOf('lost', JSON.stringify(lost), next.number)
    }
    const { type, data, number } = next.event
    this.#seen = number
    return this.#textOf(type, data, number)
  }

  #textOf(type: string, data: string, number: number): string {
    return `id: ${this.#run}.${number}\nevent: ${type}\ndata: ${data}\n\n`
  }
}

/** A fact as JSON: a receipt by what it says, its bytes being for `GET /v1/receipts`. */
export function factViewOf(fact: Fact): Readonly<Record<string, unknown>> {
  if (fact.type !== 'sold' && fact.type !== 'bought') return fact
  const { offer, buyer, round, quantity, charge, fee, award } = fact.receipt
  return { type: fact.type, offer, seller: sellerOf(offer), buyer, round, quantity, charge, fee, award }
}
