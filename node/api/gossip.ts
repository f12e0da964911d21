/**
 * What a node's tap sees, as server-sent events. The tap is on while somebody reads. A reader has a place in the tap's ring and no queue
 * of its own; what came since the last time is written together, so that a busy node is not kept busier by being looked at.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { InspectEvent, InspectLine } from '../../src/inspect/event.js'
import { type EventFilter, type FilterNames, filterIn } from '../../src/inspect/filter.js'
import { explainFault, filterLengthMax } from '../../src/inspect/filter-syntax.js'
import { textOfInspectLine } from '../../src/inspect/line.js'
import type { Sighting } from '../libp2p/sighting.js'
import type { Tap } from '../libp2p/tap.js'
import { ApiError } from './error.js'
import { addEventRoute, EventFlow, type EventSocket, placeOf } from './event-stream.js'

const readersMax = 16
/** As often as a screen draws: what is written together costs the node little, and each write much. */
const paceMs = 100
/** Looked at in one turn: decoding them takes a few milliseconds, and the market goes on in between. */
const turnEventsMax = 256
/** How long the tap stays on for a reader that comes back. */
export const gossipLingerMs = 10_000

const gossipQuery = z.strictObject({
  filter: z.string().max(filterLengthMax).default(''),
  raw: z.enum(['true', 'false']).default('false'),
})

export interface GossipStreamOptions {
  readonly startedAt: number
  /** Default: {@link gossipLingerMs}. */
  readonly lingerMs?: number
}

/** Adds `GET /v1/gossip` to `app`. */
export function addGossip(
  app: FastifyInstance,
  tap: Tap,
  { startedAt, lingerMs = gossipLingerMs }: GossipStreamOptions,
): void {
  addEventRoute(app, {
    path: '/v1/gossip',
    schema: {
      summary: 'What it does on the network, as server-sent events',
      description:
        'RPCs of gossipsub with their parts, verdicts, meshes, scores, peers, offer sync and the auction protocol (docs/inspect.md). ' +
        '`Last-Event-ID` resumes after that event; `event: lost` says how many are gone.',
      querystring: gossipQuery,
    },
    what: 'gossip',
    readersMax,
    asked: ({ query }) => {
      const { filter: text, raw } = query as z.infer<typeof gossipQuery>
      const found = filterIn(text)
      if (!found.ok) {
        const message = `the filter cannot be read:\n${explainFault(text, found.fault)}`
        throw new ApiError(400, 'bad-request', { message, advice: 'docs/inspect.md has the language' })
      }
      const asked = {
        filter: found.tree && found.filter,
        raw: raw === 'true',
        run: startedAt,
        lingerMs,
      }
      return (socket, lastId) => new GossipReader(socket, tap, asked).begin(lastId)
    },
  })
}

interface Asked {
  /** Undefined: it wants everything. */
  readonly filter: EventFilter | undefined
  /** Whether frames go along, in base64. */
  readonly raw: boolean
  /** Tells this run of the node from earlier ones. */
  readonly run: number
  readonly lingerMs: number
}

class GossipReader {
  readonly #socket: EventSocket
  readonly #tap: Tap
  readonly #asked: Asked
  readonly #names: FilterNames
  readonly #close: () => void
  readonly #flow: EventFlow
  #seen: number

  constructor(socket: EventSocket, tap: Tap, asked: Asked) {
    this.#socket = socket
    this.#tap = tap
    this.#asked = asked
    this.#seen = tap.last
    this.#close = tap.open()
    this.#flow = new EventFlow(socket, { paceMs, turnEventsMax, next: () => this.#next() })
    const [{ node, name }] = tap.head()
    this.#names = { nameOf: (peer) => (peer === node ? name : undefined) }
  }

  /** Returns what ends it. */
  begin(lastId: string | undefined): () => void {
    const [first, ...standing] = this.#tap.head()
    const wanted = standing.filter((event) => this.#isWanted(event))
    this.#socket.write(`retry: 2000\n\n${[first, ...wanted].map((line) => this.#textOf(line)).join('')}`)
    this.#resume(lastId)
    const unlisten = this.#tap.onEvent(this.#flow.schedule)
    this.#flow.schedule()
    return () => {
      unlisten()
      this.#flow.end()
      setTimeout(this.#close, this.#asked.lingerMs).unref()
    }
  }

  /** An id of this run says how far the reader came; of another, that nobody knows what it missed. */
  #resume(lastId: string | undefined): void {
    const place = placeOf(lastId, { run: this.#asked.run, last: this.#tap.last })
    if (place === 'unknown') this.#socket.write(this.#textOf(this.#tap.lost(this.#seen, null)))
    else if (place !== undefined) this.#seen = place
  }

  #next(): string | undefined {
    const next = this.#tap.after(this.#seen)
    if (next.type === 'none') return undefined
    this.#seen = next.n
    if (next.type === 'lost') return this.#textOf(this.#tap.lost(next.n, next.events))
    return this.#asked.filter === undefined || this.#isWanted(next.event) ? this.#textOfSighting(next) : ''
  }

  #isWanted(event: InspectEvent): boolean {
    return this.#asked.filter?.(event, this.#names) ?? true
  }

  #textOf(line: InspectLine): string {
    const id = line.type === 'capture' ? '' : `id: ${this.#asked.run}.${line.n}\n`
    return `${id}event: ${line.type}\ndata: ${textOfInspectLine(line)}\n\n`
  }

  #textOfSighting(sighting: Sighting): string {
    const { n, what } = sighting
    return `id: ${this.#asked.run}.${n}\nevent: ${what}\ndata: ${sighting.text({ withFrame: this.#asked.raw })}\n\n`
  }
}
