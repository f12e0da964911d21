/**
 * Routes of server-sent events. A reader has a place in what it reads and no queue of its own: while its socket takes no more, nothing
 * is written to it, and when it takes more it is told how much it missed. The node waits for nobody.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from './error.js'

/** Written at a time; the rest when the socket has taken that. */
const batchCharactersMax = 262_144
/** A comment now and then keeps proxies from ending a quiet stream, and finds readers that are gone. */
const beatMs = 15_000

/** Where one reader's events go. */
export class EventSocket {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Node holds some ten kilobytes for a socket that takes no more, and says when it takes more. */
  get isFull(): boolean {
    return this.#response.writableNeedDrain || this.#response.destroyed
  }

  write(text: string): void {
    this.#response.write(text)
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener)
  }
}

export interface FlowOptions {
  /** What comes in so long is written together. */
  readonly paceMs: number
  /** Looked at in one turn, so that the node goes on in between. Default: all that is there. */
  readonly turnEventsMax?: number
  /** The text of what comes next, empty where the reader does not want it; undefined: nothing has come. */
  readonly next: () => string | undefined
}

/** What flows to one reader, for as long as its socket takes more. */
export class EventFlow {
  readonly #socket: EventSocket
  readonly #options: FlowOptions
  #pace: NodeJS.Timeout | undefined

  constructor(socket: EventSocket, options: FlowOptions) {
    this.#socket = socket
    this.#options = options
    socket.onDrain(this.schedule)
  }

  /** Writes what has come, soon. */
  readonly schedule = (): void => this.#runIn(this.#options.paceMs)

  /** Writes what has come. */
  run(): void {
    const { next, turnEventsMax = Number.POSITIVE_INFINITY } = this.#options
    let batch = ''
    for (let looked = 0; !this.#socket.isFull; looked += 1) {
      if (looked === turnEventsMax) {
        this.#runIn(0)
        break
      }
      const text = next()
      if (text === undefined) break
      batch += text
      if (batch.length < batchCharactersMax) continue
      this.#socket.write(batch)
      batch = ''
    }
    if (batch !== '') this.#socket.write(batch)
  }

  end(): void {
    clearTimeout(this.#pace)
  }

  #runIn(ms: number): void {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined
      this.run()
    }, ms)
  }
}

/** Begins to write to a reader, after the event `lastId` if it names one. Returns what to do when the reader is gone. */
export type Begin = (socket: EventSocket, lastId: string | undefined) => () => void

export interface EventRoute {
  readonly path: string
  /** Without what all such routes say. */
  readonly schema: object
  /** What is read, as an error names it. */
  readonly what: string
  /** Readers at a time. */
  readonly readersMax: number
  /** Told of every reader that comes; what it returns, when that one is gone. Default: nobody is. */
  readonly enter?: (() => () => void) | undefined
  /** @throws ApiError when the request cannot be met. */
  readonly asked: (request: FastifyRequest) => Begin
}

/** Adds a route that streams events for as long as its reader stays. */
export function addEventRoute(
  app: FastifyInstance,
  { path, schema, what, readersMax, enter, asked }: EventRoute,
): void {
  let readers = 0
  const options = { schema: { ...schema, produces: ['text/event-stream'] }, exposeHeadRoute: false }
  app.get(path, options, (request, reply) => {
    const begin = asked(request)
    if (readers >= readersMax) {
      const message = `there are ${readersMax} readers of ${what} already`
      throw new ApiError(503, 'too-many-readers', { message, advice: 'close one, or ask again later' })
    }
    readers += 1
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    })
    const socket = new EventSocket(reply.raw)
    const { 'last-event-id': lastId } = request.headers
    const leave = enter?.()
    const end = begin(socket, typeof lastId === 'string' ? lastId : undefined)
    const beat = setInterval(() => {
      if (!socket.isFull) socket.write(': still here\n\n')
    }, beatMs)
    reply.raw.once('close', () => {
      readers -= 1
      clearInterval(beat)
      end()
      leave?.()
    })
  })
}

/** How far a reader came, by the id of the last event that it has; `unknown`: it names another run, or none that there was. */
export function placeOf(
  lastId: string | undefined,
  { run, last }: { readonly run: number; readonly last: number },
): number | 'unknown' | undefined {
  const [, of, number] = /^(\d+)\.(\d+)$/.exec(lastId ?? '') ?? []
  if (of === undefined) return undefined
  return Number(of) === run && Number(number) <= last ? Number(number) : 'unknown'
}
