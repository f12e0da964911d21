/**
 * What a node's tap sees, as server-sent events. The tap is on while somebody reads. A reader has a place in the tap's ring and no queue
 * of its own; what came since the last time is written together, so that a busy node is not kept busier by being looked at.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { InspectLine } from '../../src/inspect/event.js'
import { type EventFilter, type FilterNames, filterIn } from '../../src/inspect/filter.js'
import { explainFault, filterLengthMax } from '../../src/inspect/filter-syntax.js'
import { type Tap, withRaw } from '../libp2p/tap.js'
import { ApiError } from './error.js'

const readersMax = 16
const paceMs = 20
/** Looked at in one turn: decoding them takes a few milliseconds, and the market goes on in between. */
const turnEventsMax = 256
/** Written at a time; the rest when the socket has taken that. */
const batchCharactersMax = 262_144
const beatMs = 15_000
/** How long the tap stays on for a reader that comes back. */
const lingerMs = 10_000

const gossipQuery = z.strictObject({
  filter: z.string().max(filterLengthMax).default(''),
  raw: z.enum(['true', 'false']).default('false'),
})

export interface GossipStreamOptions {
  readonly startedAt: number
}

/** Adds `GET /v1/gossip` to `app`. */
export function addGossip(app: FastifyInstance, tap: Tap, { startedAt }: GossipStreamOptions): void {
  let readers = 0
  const schema = {
    summary: 'What it does on the network, as server-sent events',
    description:
      'RPCs of gossipsub with their parts, verdicts, meshes, scores, peers, offer sync and the auction protocol (docs/inspect.md). ' +
      '`Last-Event-ID` resumes after that event; `event: lost` says how many are gone.',
    querystring: gossipQuery,
    produces: ['text/event-stream'],
  }
  app.get('/v1/gossip', { schema, exposeHeadRoute: false }, (request, reply) => {
    const { filter: text, raw } = request.query as z.infer<typeof gossipQuery>
    const found = filterIn(text)
    if (!found.ok) {
      const message = `the filter cannot be read:\n${explainFault(text, found.fault)}`
      throw new ApiError(400, 'bad-request', { message, advice: 'docs/inspect.md has the language' })
    }
    if (readers >= readersMax) {
      const message = `there are ${readersMax} readers of gossip already`
      throw new ApiError(503, 'too-many-readers', { message, advice: 'close one, or ask again later' })
    }
    readers += 1
    reply.hijack()
    const { 'last-event-id': lastId } = request.headers
    const asked = { filter: found.filter, raw: raw === 'true', run: startedAt }
    const reader = new GossipReader(reply.raw, tap, asked)
    reader.begin(typeof lastId === 'string' ? lastId : undefined)
    reply.raw.once('close', () => {
      readers -= 1
      reader.end()
    })
  })
}

interface Asked {
  readonly filter: EventFilter
  /** Whether frames go along, in base64. */
  readonly raw: boolean
  /** Tells this run of the node from earlier ones. */
  readonly run: number
}

class GossipReader {
  readonly #response: ServerResponse
  readonly #tap: Tap
  readonly #asked: Asked
  readonly #names: FilterNames
  readonly #close: () => void
  #seen: number
  #pace: NodeJS.Timeout | undefined
  #ended = false
  #end: () => void = () => {}

  constructor(response: ServerResponse, tap: Tap, asked: Asked) {
    this.#response = response
    this.#tap = tap
    this.#asked = asked
    this.#seen = tap.last
    this.#close = tap.open()
    const [{ node, name }] = tap.head()
    this.#names = { nameOf: (peer) => (peer === node ? name : undefined) }
  }

  begin(lastId: string | undefined): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    })
    const [first, ...standing] = this.#tap.head()
    const wanted = standing.filter((event) => this.#asked.filter(event, this.#names))
    this.#response.write(`retry: 2000\n\n${[first, ...wanted].map((line) => this.#textOf(line)).join('')}`)
    this.#resume(lastId)
    const unlisten = this.#tap.onEvent(this.#schedule)
    this.#response.on('drain', this.#schedule)
    const beat = setInterval(() => {
      if (!this.#isFull) this.#response.write(': still here\n\n')
    }, beatMs)
    this.#end = () => {
      unlisten()
      clearInterval(beat)
      clearTimeout(this.#pace)
    }
    this.#schedule()
  }

  readonly #schedule = (): void => {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined
      this.#flow()
    }, paceMs)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#end()
    setTimeout(this.#close, lingerMs).unref()
  }

  /** An id of this run says how far the reader came; of another, that nobody knows what it missed. */
  #resume(lastId: string | undefined): void {
    const [, run, number] = /^(\d+)\.(\d+)$/.exec(lastId ?? '') ?? []
    if (run === undefined) return
    if (Number(run) === this.#asked.run && Number(number) <= this.#tap.last) this.#seen = Number(number)
    else this.#response.write(this.#textOf(this.#tap.lost(this.#seen, null)))
  }

  #flow(): void {
    let batch = ''
    let left = turnEventsMax
    while (!this.#isFull) {
      const next = this.#tap.after(this.#seen)
      if (next.type === 'none') break
      if (left === 0) {
        this.#schedule()
        break
      }
      left -= 1
      this.#seen = next.n
      if (next.type === 'lost') batch += this.#textOf(this.#tap.lost(next.n, next.events))
      else if (this.#asked.filter(next.event, this.#names)) batch += this.#textOf(next.event, next.frame)
      if (batch.length < batchCharactersMax) continue
      this.#response.write(batch)
      batch = ''
    }
    if (batch !== '') this.#response.write(batch)
  }

  get #isFull(): boolean {
    return this.#response.writableNeedDrain || this.#response.destroyed
  }

  #textOf(line: InspectLine, frame?: Uint8Array): string {
    const whole = this.#asked.raw && frame !== undefined && line.type !== 'capture' ? withRaw(line, frame) : line
    const id = line.type === 'capture' ? '' : `id: ${this.#asked.run}.${line.n}\n`
    return `${id}event: ${line.type}\ndata: ${JSON.stringify(whole)}\n\n`
  }
}
