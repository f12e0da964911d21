/** The page's only way to its node: with the token, and through gaps in the connection. */
import type { ReceiptView } from '../../api/schemas.js'
import type { View } from '../schema.js'
import { follow } from './following.js'
import type { PageFact } from './models/facts.js'
import type { Connection } from './models/freshness.js'

const pollMs = 1_000
const answerMsMax = 5_000
const tokenKey = 'overage-token'

export interface ClientEvents {
  view(view: View): void
  fact(fact: PageFact): void
  /** The facts were of a run that is over. */
  restarted(): void
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

  constructor(token: string, events: ClientEvents) {
    this.#token = token
    this.#events = events
  }

  start(): void {
    void this.#poll()
    void follow('/v1/events', this.#token, {
      event: (type, data) => {
        if (type !== 'lost') this.#events.fact(JSON.parse(data) as PageFact)
      },
      open: () => {},
      restarted: () => this.#events.restarted(),
    })
  }

  /** Undefined where nobody holds it any more. */
  async receipt(award: string): Promise<ReceiptView | undefined> {
    const response = await this.#get(`/v1/receipts/${award}`).catch(() => undefined)
    return response?.ok ? ((await response.json()) as ReceiptView) : undefined
  }

  #get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` }
    return fetch(path, { signal: AbortSignal.timeout(answerMsMax), headers })
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
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
