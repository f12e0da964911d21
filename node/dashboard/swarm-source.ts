/** The nodes of a swarm as its page sees them: each asked over its own API, what they tell put into two rings. */
import { readFile } from 'node:fs/promises'
import type { CaptureLine, LostEvent } from '../../src/inspect/event.js'
import { readEndpoint } from '../api/endpoint.js'
import { EventRing } from '../api/event-ring.js'
import { gossipLingerMs } from '../api/gossip.js'
import type { ReceiptView } from '../api/schemas.js'
import { readStream } from '../api/sse.js'
import { cutOff } from '../libp2p/cut-off.js'
import type { View } from './schema.js'

/** How long a node may take to answer before the page shows what it said last. */
const answerMsMax = 3_000
/** What the nodes do on the network: some minutes of a busy swarm of twelve. */
const gossipMax = 40_000
const factsMax = 20_000
const retryMs = 1_000

interface Known {
  readonly url: string
  readonly token: string
}

type Folders = () => readonly { readonly name: string; readonly folder: string }[]

export class SwarmSource {
  readonly gossip = new EventRing(gossipMax)
  readonly facts = new EventRing(factsMax)
  readonly #folders: Folders
  readonly #known = new Map<string, Known>()
  readonly #views = new Map<string, View>()
  readonly #ending = new AbortController()
  /** Folders of the nodes whose gossip is read, by name. */
  readonly #followed = new Map<string, string>()
  readonly #lastIds = new Map<string, string>()
  /** Nodes that were not listened to for a while. */
  #gaps = new Set<string>()
  #listening: AbortController | undefined
  #closedAt: number | undefined

  /** `folders`: of the nodes that are up by now. */
  constructor(folders: Folders) {
    this.#folders = folders
  }

  /** The node of `folder` is one whose gossip is read while somebody watches. */
  follow(name: string, folder: string): void {
    this.#followed.set(name, folder)
    if (this.#listening !== undefined) void this.#listen(name, this.#listening.signal)
  }

  /** Somebody watches: the taps are open from here on. */
  open(): void {
    const isLate = this.#closedAt !== undefined && Date.now() - this.#closedAt > gossipLingerMs
    this.#gaps = new Set(isLate ? this.#lastIds.keys() : [])
    this.#listening = new AbortController()
    for (const name of this.#followed.keys()) void this.#listen(name, this.#listening.signal)
  }

  /** Nobody watches: no node is asked for its gossip. */
  close(): void {
    this.#listening?.abort()
    this.#listening = undefined
    this.#closedAt = Date.now()
  }

  end(): void {
    this.close()
    this.#ending.abort()
  }

  /** The last that each node said, those that do not answer included. */
  async views(): Promise<readonly View[]> {
    await Promise.all(this.#folders().map(({ name, folder }) => this.#look(name, folder)))
    return [...this.#views.values()]
  }

  /** A receipt with its proof, from whichever node holds it. */
  async receipt(award: string): Promise<ReceiptView | undefined> {
    const holders = [...this.#views].filter(([, { sales }]) => sales.some((sale) => sale.award === award))
    for (const [name] of holders) {
      const found = await this.#ask<ReceiptView>(name, `/v1/receipts/${award}`)
      if (found !== undefined) return found
    }
    return undefined
  }

  async #look(name: string, folder: string): Promise<void> {
    await this.#find(name, folder).catch(() => undefined)
    const view = await this.#ask<View>(name, '/v1/view')
    if (view !== undefined) this.#views.set(name, view)
  }

  async #find(name: string, folder: string): Promise<Known | undefined> {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const endpoint = await readEndpoint(folder)
    if (endpoint === undefined) return undefined
    const found = { url: endpoint.url, token: (await readFile(endpoint.token, 'utf8')).trim() }
    this.#known.set(name, found)
    return found
  }

  async #ask<T>(name: string, path: string): Promise<T | undefined> {
    const known = this.#known.get(name)
    if (known === undefined) return undefined
    try {
      const response = await fetch(`${known.url}${path}`, {
        headers: { authorization: `Bearer ${known.token}` },
        signal: cutOff(this.#ending.signal, answerMsMax),
      })
      if (response.ok) return (await response.json()) as T
    } catch {
      // It was killed, or it is restarting: perhaps it answers elsewhere next time.
      this.#known.delete(name)
    }
    return undefined
  }

  async #listen(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const known = await this.#find(name, this.#followed.get(name)!).catch(() => undefined)
      if (known !== undefined) {
        const lastId = this.#lastIds.get(name)
        const headers = {
          authorization: `Bearer ${known.token}`,
          ...(lastId !== undefined && { 'last-event-id': lastId }),
        }
        try {
          const response = await fetch(`${known.url}/v1/gossip`, { headers, signal })
          if (response.ok && response.body !== null) {
            await readStream(response.body, ({ id, event, data }) => {
              if (id !== undefined) this.#lastIds.set(name, id)
              this.gossip.pushText(event, data)
              if (event === 'capture' && this.#gaps.delete(name)) this.gossip.push('lost', gapBefore(data))
            })
          }
        } catch {
          if (!signal.aborted) this.#known.delete(name)
        }
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
    }
  }
}

/** Nobody knows what happened while nobody listened. */
function gapBefore(capture: string): LostEvent {
  const { node, at } = JSON.parse(capture) as CaptureLine
  return { type: 'lost', n: 0, at, node, events: null }
}
