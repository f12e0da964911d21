/** The nodes of a swarm as its page sees them: each asked over its own API, what they tell put into two rings. */
import { readFile } from 'node:fs/promises'
import { readEndpoint } from '../api/endpoint.js'
import { EventRing } from '../api/event-ring.js'
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

  /** `folders`: of the nodes that are up by now. */
  constructor(folders: Folders) {
    this.#folders = folders
  }

  /** Follows what the node of `folder` does on the network until {@link end}. */
  follow(name: string, folder: string): void {
    void this.#follow(name, folder)
  }

  end(): void {
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
    await this.#find(name, folder)
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

  async #follow(name: string, folder: string): Promise<void> {
    const { signal } = this.#ending
    let lastId: string | undefined
    while (!signal.aborted) {
      const known = await this.#find(name, folder)
      if (known !== undefined) {
        const headers = {
          authorization: `Bearer ${known.token}`,
          ...(lastId !== undefined && { 'last-event-id': lastId }),
        }
        try {
          const response = await fetch(`${known.url}/v1/gossip`, { headers, signal })
          if (response.ok && response.body !== null) {
            await readStream(response.body, ({ id, event, data }) => {
              lastId = id ?? lastId
              this.gossip.pushText(event, data)
            })
          }
        } catch {
          this.#known.delete(name)
        }
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
    }
  }
}
