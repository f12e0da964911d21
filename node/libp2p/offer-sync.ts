import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { decode, encode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { PeerId } from '../../src/ports/signer.js'
import type { Verdict } from '../../src/ports/transport.js'
import { limits } from '../../src/protocol/message.js'
import {
  type Cursor,
  decodeOfferPage,
  decodeOfferRequest,
  encodeOfferPage,
  encodeOfferRequest,
  type OfferPage,
} from '../../src/protocol/offer-sync.js'
import { offersProtocolId } from '../../src/protocol/topics.js'
import type { Host } from './compose.js'
import { surfacing } from './fault.js'
import { within } from './within.js'

export interface OfferSyncOptions {
  readonly host: Host
  readonly market: string
  /** The offers that this node knows, for others who ask. */
  readonly page: (after: Cursor, limit: number) => OfferPage
  /** Takes an offer that a peer sent; a peer who sends one that is rejected is asked no further this time. */
  readonly receive: (from: PeerId, offer: Uint8Array) => Verdict
  /** Default {@link offerSyncDefaults}. */
  readonly settings?: Partial<OfferSyncSettings>
}

export interface OfferSyncSettings {
  /** Peers asked at once, in the rounds that come every `syncMs` and as they connect. */
  readonly askMax: number
  /** Between two rounds; jittered by a quarter. */
  readonly syncMs: number
  /** After `askMax` peers that just connected were asked, how long until more such are. */
  readonly greetMs: number
  /** How long one peer may take to tell everything that it knows, and to put a question to us. */
  readonly askMsMax: number
  /** Pages asked for in one go. */
  readonly pagesMax: number
  /** Streams on which one peer may ask at a time. */
  readonly streamsPerPeerMax: number
  /** Offers in one page, asked for or given. */
  readonly pageOffersMax: number
}

export const offerSyncDefaults: OfferSyncSettings = Object.freeze({
  askMax: 3,
  syncMs: 30_000,
  greetMs: 5_000,
  askMsMax: 10_000,
  pagesMax: 64,
  streamsPerPeerMax: 4,
  pageOffersMax: 64,
})

/**
 * Brings a node the offers that gossip did not: those from before it joined, and those that passed while it was cut off. Gossip
 * repeats a message for a few heartbeats only. A stream carries one request and its page.
 */
export class OfferSync {
  readonly #options: OfferSyncOptions
  readonly #settings: OfferSyncSettings
  readonly #peers = new Map<PeerId, Libp2pPeerId>()
  readonly #asking = new Map<PeerId, Promise<void>>()
  readonly #stopping = new AbortController()
  #greeted = 0
  #topology: string | undefined
  #round: NodeJS.Timeout | undefined
  #calm: NodeJS.Timeout | undefined

  constructor(options: OfferSyncOptions) {
    this.#options = options
    this.#settings = { ...offerSyncDefaults, ...options.settings }
  }

  /** Begins to answer, and to ask peers once identify says that they speak the protocol. */
  async start(): Promise<void> {
    const { host } = this.#options
    await host.handle(offersProtocolId, (stream, connection) => void this.#answer(stream, connection), {
      maxInboundStreams: this.#settings.streamsPerPeerMax,
    })
    this.#topology = await host.register(offersProtocolId, {
      onConnect: (peer) => this.#greet(peer),
      onDisconnect: (peer) => void this.#peers.delete(peer.toString()),
    })
    this.#scheduleRound()
  }

  async stop(): Promise<void> {
    const { host } = this.#options
    this.#stopping.abort()
    clearTimeout(this.#round)
    clearTimeout(this.#calm)
    if (this.#topology !== undefined) host.unregister(this.#topology)
    await host.unhandle(offersProtocolId)
    await Promise.all(this.#asking.values())
  }

  /** Asks some peers, chosen by chance, and waits for what they tell. */
  async sync(): Promise<void> {
    const { askMax } = this.#settings
    const peers = [...this.#peers.values()]
      .map((peer) => ({ peer, order: Math.random() }))
      .sort((a, b) => a.order - b.order)
    await Promise.all(peers.slice(0, askMax).map(({ peer }) => this.#ask(peer)))
  }

  /** A newcomer asks the first few peers that it meets; whoever meets many at once leaves the rest to the next round. */
  #greet(peer: Libp2pPeerId): void {
    const { askMax, greetMs } = this.#settings
    this.#peers.set(peer.toString(), peer)
    if (this.#greeted >= askMax || this.#stopping.signal.aborted) return
    this.#greeted += 1
    this.#calm ??= setTimeout(() => {
      this.#greeted = 0
      this.#calm = undefined
    }, greetMs)
    void this.#ask(peer)
  }

  #scheduleRound(): void {
    const ms = this.#settings.syncMs * (0.75 + Math.random() / 2)
    this.#round = setTimeout(() => {
      void this.sync()
      this.#scheduleRound()
    }, ms)
  }

  /** Asks one peer for everything; shared if that is under way. Never rejects: who fails to answer is asked another time. */
  #ask(peer: Libp2pPeerId): Promise<void> {
    const id = peer.toString()
    const asking =
      this.#asking.get(id) ??
      this.#fetch(peer)
        .catch((error: Error) => this.#log('%s was asked for offers: %s', id, error.message))
        .finally(() => this.#asking.delete(id))
    this.#asking.set(id, asking)
    return asking
  }

  async #fetch(peer: Libp2pPeerId): Promise<void> {
    const signal = this.#deadline()
    let after = ''
    for (let pages = 0; pages < this.#settings.pagesMax; pages += 1) {
      const { offers, next } = await this.#fetchPage(peer, after, signal)
      for (const offer of offers) {
        const verdict = surfacing(() => this.#options.receive(peer.toString(), offer), 'ignore')
        if (verdict === 'reject') throw new Error('an offer was rejected')
      }
      if (next <= after) return
      after = next
    }
  }

  async #fetchPage(peer: Libp2pPeerId, after: string, signal: AbortSignal): Promise<OfferPage> {
    const { host, market } = this.#options
    const request = encodeOfferRequest({ market, after, limit: this.#settings.pageOffersMax })
    const stream = await host.dialProtocol(peer, offersProtocolId, { signal })
    try {
      const page = await pipe(
        [request],
        (requests) => encode(requests),
        within(stream, signal),
        (chunks) => decode(chunks, { maxDataLength: limits.pageBytesMax }),
        async (pages) => {
          for await (const bytes of pages) return decodeOfferPage(bytes.slice())
          return undefined
        },
      )
      if (!page?.ok) throw new Error('what came is not a page of offers')
      return page.page
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }

  async #answer(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const answered = (request: Uint8Array): Uint8Array => this.#pageFor(request)
    const duplex = within(stream, this.#deadline())
    try {
      await pipe(
        duplex,
        (chunks) => decode(chunks, { maxDataLength: limits.requestBytesMax }),
        async function* (requests) {
          for await (const request of requests) {
            yield answered(request.slice())
            return
          }
        },
        (pages) => encode(pages),
        duplex,
      )
    } catch (error) {
      stream.abort(error as Error)
      this.#log('%p asked for offers: %s', remotePeer, (error as Error).message)
    }
  }

  #pageFor(bytes: Uint8Array): Uint8Array {
    const { market, page } = this.#options
    const decoded = decodeOfferRequest(bytes)
    if (!decoded.ok || decoded.request.market !== market) throw new Error('not a request for offers of this market')
    const { after, limit } = decoded.request
    const answer = () => encodeOfferPage(page(after, Math.min(limit, this.#settings.pageOffersMax)))
    return surfacing(answer, new Uint8Array(0))
  }

  #deadline(): AbortSignal {
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#settings.askMsMax)])
  }

  #log(format: string, ...details: readonly unknown[]): void {
    this.#options.host.logger.forComponent('overage:offer-sync')(format, ...details)
  }
}
