/** The page's only way to its node: with the token, and through gaps in the connection. */
import type { InspectLine } from '../../../src/inspect/event.js'
import type { ReceiptView } from '../../api/schemas.js'
import { readStream } from '../../api/sse.js'
import type { View } from '../schema.js'
import type { PageFact } from './models/facts.js'
import type { Connection } from './models/freshness.js'

const pollMs = 1_000
const answerMsMax = 5_000
const retryMs = 1_500
const tokenKey = 'overage-token'

export interface ClientEvents {
  view(view: View): void
  facts(facts: readonly PageFact[]): void
  lines(lines: readonly InspectLine[]): void
  connection(connection: Connection): void
}

/** From the address that the command printed, out of which it is taken at once; kept for as long as the tab. */
export function tokenFromAddress(): string {
  const given = /[#&]token=([\w-]+)/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(tokenKey, given)
    history.replaceState(null, '', `${location.pathname}#/`)
  }
  return given ?? sessionStorage.getItem(tokenKey) ?? ''
}

export class Client {
  readonly #token: string
  readonly #events: ClientEvents
  #connection: Connection = { heardAt: undefined, failed: undefined }
  #facts: PageFact[] = []
  #lines: InspectLine[] = []
  #frame = 0

  constructor(token: string, events: ClientEvents) {
    this.#token = token
    this.#events = events
  }

  start(): void {
    void this.#poll()
    void this.#stream('/v1/events', (type, data) => {
      if (type !== 'lost') this.#facts.push(JSON.parse(data) as PageFact)
    })
    void this.#stream('/v1/gossip', (_type, data) => this.#lines.push(JSON.parse(data) as InspectLine))
  }

  /** Undefined where nobody holds it any more. */
  async receipt(award: string): Promise<ReceiptView | undefined> {
    const response = await this.#get(`/v1/receipts/${award}`).catch(() => undefined)
    return response?.ok ? ((await response.json()) as ReceiptView) : undefined
  }

  #get(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, ...(init.headers as Record<string, string> | undefined) }
    return fetch(path, { signal: AbortSignal.timeout(answerMsMax), ...init, headers })
  }

  async #poll(): Promise<void> {
    for (;;) {
      try {
        const response = await this.#get('/v1/view')
        if (response.status === 401) this.#says({ ...this.#connection, failed: 'refused' })
        else if (response.ok) {
          this.#events.view((await response.json()) as View)
          this.#says({ heardAt: Date.now(), failed: undefined })
        } else this.#says({ ...this.#connection, failed: 'silent' })
      } catch {
        this.#says({ ...this.#connection, failed: 'silent' })
      }
      await later(pollMs)
    }
  }

  #says(connection: Connection): void {
    this.#connection = connection
    this.#events.connection(connection)
  }

  /** From the first event that is still kept; after a gap, from where it was. */
  async #stream(path: string, onEvent: (type: string, data: string) => void): Promise<void> {
    let lastId = '0'
    for (;;) {
      try {
        const response = await this.#get(path, {
          headers: { 'last-event-id': lastId },
          signal: new AbortController().signal,
        })
        if (response.ok && response.body !== null) {
          await readStream(response.body, ({ id, event, data }) => {
            lastId = id ?? lastId
            onEvent(event, data)
            this.#schedule()
          })
        }
      } catch {
        // Told by the poll, which fails too.
      }
      await later(retryMs)
    }
  }

  /** Whatever came is shown together, once a frame. A tab in the background has no frames, and needs none. */
  #schedule(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      const [facts, lines] = [this.#facts, this.#lines]
      this.#facts = []
      this.#lines = []
      if (facts.length > 0) this.#events.facts(facts)
      if (lines.length > 0) this.#events.lines(lines)
    })
  }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
