/**
 * Events as they happen, as server-sent events. Each reader has a place in one ring and no queue of its own: while its socket
 * takes no more, nothing is written to it, and when it takes more it is told how much it missed. The node waits for nobody.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Fact } from '../../src/agent/agent.js'
import { sellerOf } from '../../src/protocol/message.js'
import type { MarketNode } from '../market-node.js'
import { ApiError } from './error.js'
import { EventRing } from './event-ring.js'

/** About a quarter of an hour of a busy auction. */
const eventsMax = 2_048
/** Readers at a time. */
const readersMax = 32
/** A comment now and then keeps proxies from ending a quiet stream, and finds readers that are gone. */
const beatMs = 15_000

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
}

/** Adds a route that streams what is put into `ring`. */
export function addEventStream(app: FastifyInstance, { path, summary, about, ring, run }: StreamedRing): void {
  let readers = 0
  const schema = {
    summary,
    description: `${about} \`Last-Event-ID\` resumes after that event; \`event: lost\` says how many are gone.`,
    produces: ['text/event-stream'],
  }
  app.get(path, { schema, exposeHeadRoute: false }, (request, reply) => {
    if (readers >= readersMax) {
      const message = `there are ${readersMax} readers of events already`
      throw new ApiError(503, 'too-many-readers', { message, advice: 'close one, or ask again later' })
    }
    readers += 1
    reply.hijack()
    const { 'last-event-id': lastId } = request.headers
    const reader = new EventReader(reply.raw, { ring, run })
    reader.begin(typeof lastId === 'string' ? lastId : undefined)
    reply.raw.once('close', () => {
      readers -= 1
      reader.end()
    })
  })
}

interface ReaderOptions {
  readonly ring: EventRing
  /** Tells this run of the node from earlier ones, whose events are gone. */
  readonly run: number
}

/** One reader's place in the ring. */
class EventReader {
  readonly #response: ServerResponse
  readonly #ring: EventRing
  readonly #run: number
  #seen: number
  #end: (() => void) | undefined

  constructor(response: ServerResponse, { ring, run }: ReaderOptions) {
    this.#response = response
    this.#ring = ring
    this.#run = run
    this.#seen = ring.last
  }

  begin(lastId: string | undefined): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    })
    this.#response.write('retry: 2000\n: events follow as they happen\n\n')
    this.#resume(lastId)
    const flow = (): void => this.#flow()
    const unlisten = this.#ring.onPush(flow)
    this.#response.on('drain', flow)
    const beat = setInterval(() => this.#beat(), beatMs)
    this.#end = () => {
      unlisten()
      clearInterval(beat)
    }
    this.#flow()
  }

  end(): void {
    this.#end?.()
  }

  /** An id of this run says how far the reader came; of another, that nobody knows what it missed. */
  #resume(lastId: string | undefined): void {
    // The number 0 of any run: from the first event that is kept.
    if (lastId === '0') {
      this.#seen = Math.max(0, this.#ring.first - 1)
      return
    }
    const [, run, number] = /^(\d+)\.(\d+)$/.exec(lastId ?? '') ?? []
    if (run === undefined) return
    if (Number(run) === this.#run && Number(number) <= this.#ring.last) this.#seen = Number(number)
    else this.#write('lost', { events: null, reason: 'the node was restarted' }, this.#seen)
  }

  #flow(): void {
    while (!this.#isFull) {
      const next = this.#ring.after(this.#seen)
      if (next.type === 'none') return
      if (next.type === 'lost') {
        this.#seen = next.number
        this.#write('lost', { events: next.events, reason: 'they were not read in time' }, next.number)
      } else {
        this.#seen = next.event.number
        this.#send(next.event.type, next.event.data, next.event.number)
      }
    }
  }

  /** Node holds some ten kilobytes for a socket that takes no more, and says when it takes more. */
  get #isFull(): boolean {
    return this.#response.writableNeedDrain || this.#response.destroyed
  }

  #beat(): void {
    if (!this.#isFull) this.#response.write(': still here\n\n')
  }

  #write(type: string, data: unknown, number: number): void {
    this.#send(type, JSON.stringify(data), number)
  }

  #send(type: string, data: string, number: number): void {
    this.#response.write(`id: ${this.#run}.${number}\nevent: ${type}\ndata: ${data}\n\n`)
  }
}

/** A fact as JSON: a receipt by what it says, its bytes being for `GET /v1/receipts`. */
export function factViewOf(fact: Fact): Readonly<Record<string, unknown>> {
  if (fact.type !== 'sold' && fact.type !== 'bought') return fact
  const { offer, buyer, round, quantity, charge, fee, award } = fact.receipt
  return { type: fact.type, offer, seller: sellerOf(offer), buyer, round, quantity, charge, fee, award }
}
