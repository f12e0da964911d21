import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { decode, encode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { type ClockReading, decodeHello, encodeHello, type Hello, helloProtocolId, limits } from '../../src/index.js'
import type { PeerId } from '../../src/ports/signer.js'
import type { Host } from './compose.js'
import { cutOff } from './cut-off.js'
import { surfacing } from './fault.js'
import { within } from './within.js'

/** What came of asking a peer. */
export type Greeted =
  | { readonly type: 'answered'; readonly hello: Hello; readonly clock: ClockReading }
  | { readonly type: 'silent'; readonly reason: string }

export interface GreetingOptions {
  readonly host: Host
  /** What this node says of itself, asked for each time. */
  readonly say: () => Hello
  /** A peer was asked, and this came of it. */
  readonly onAnswer: (peer: PeerId, greeted: Greeted) => void
  /** A peer asked this node, and said this. */
  readonly onAsked: (peer: PeerId, hello: Hello) => void
  readonly onGone: (peer: PeerId) => void
  /** Whether this node lacks peers, and should ask those it has more often whom they know. */
  readonly isHungry: () => boolean
  /** The clock that is compared with others'; ms. Default: the wall clock. */
  readonly now?: () => number
  readonly settings?: Partial<GreetingSettings>
}

export interface GreetingSettings {
  /** Peers asked at a time; further ones wait. */
  readonly askingMax: number
  /** How long one peer may take, to answer and to ask. */
  readonly askMsMax: number
  /** Between two rounds in which some peers are asked again; jittered by a quarter. */
  readonly roundMs: number
  /** The same while this node lacks peers. */
  readonly hungryRoundMs: number
  /** Peers asked in such a round. */
  readonly roundPeersMax: number
  /** Streams on which one peer may ask at a time. */
  readonly streamsPerPeerMax: number
}

export const greetingDefaults: GreetingSettings = Object.freeze({
  askingMax: 8,
  askMsMax: 5_000,
  roundMs: 300_000,
  hungryRoundMs: 15_000,
  roundPeersMax: 8,
  streamsPerPeerMax: 2,
})

/** Says hello (SPEC §15): to every peer once it is connected, to some of them again now and then, and to whoever asks. */
export class Greeting {
  readonly #options: GreetingOptions
  readonly #settings: GreetingSettings
  readonly #now: () => number
  readonly #peers = new Map<PeerId, Libp2pPeerId>()
  /** Asked next, in this order; at most as many as there are connections. */
  readonly #waiting = new Set<PeerId>()
  readonly #stopping = new AbortController()
  #asking = 0
  #topology: string | undefined
  #round: NodeJS.Timeout | undefined

  constructor(options: GreetingOptions) {
    this.#options = options
    this.#settings = { ...greetingDefaults, ...options.settings }
    this.#now = options.now ?? Date.now
  }

  async start(): Promise<void> {
    const { host, onGone } = this.#options
    await host.handle(helloProtocolId, (stream, connection) => void this.#answer(stream, connection), {
      maxInboundStreams: this.#settings.streamsPerPeerMax,
      runOnLimitedConnection: true,
    })
    this.#topology = await host.register(helloProtocolId, {
      notifyOnLimitedConnection: true,
      onConnect: (peer) => {
        this.#peers.set(peer.toString(), peer)
        this.#ask(peer.toString())
      },
      onDisconnect: (peer) => {
        this.#peers.delete(peer.toString())
        this.#waiting.delete(peer.toString())
        onGone(peer.toString())
      },
    })
    this.#scheduleRound()
  }

  async stop(): Promise<void> {
    const { host } = this.#options
    this.#stopping.abort()
    clearTimeout(this.#round)
    if (this.#topology !== undefined) host.unregister(this.#topology)
    await host.unhandle(helloProtocolId)
  }

  /** Asks some peers again, chosen by chance: clocks drift, and others meet new peers. */
  again(): void {
    const order = [...this.#peers.keys()].map((peer) => ({ peer, at: Math.random() })).sort((a, b) => a.at - b.at)
    for (const { peer } of order.slice(0, this.#settings.roundPeersMax)) this.#ask(peer)
  }

  #scheduleRound(): void {
    const { roundMs, hungryRoundMs } = this.#settings
    const ms = this.#options.isHungry() ? hungryRoundMs : roundMs
    this.#round = setTimeout(
      () => {
        this.again()
        this.#scheduleRound()
      },
      ms * (0.75 + Math.random() / 2),
    )
  }

  #ask(peer: PeerId): void {
    if (this.#stopping.signal.aborted) return
    this.#waiting.add(peer)
    while (this.#asking < this.#settings.askingMax && this.#waiting.size > 0) {
      const [next] = this.#waiting
      this.#waiting.delete(next!)
      void this.#greet(next!)
    }
  }

  async #greet(peer: PeerId): Promise<void> {
    const id = this.#peers.get(peer)
    if (id === undefined) return
    this.#asking += 1
    const greeted = await this.#question(id).catch(
      (error: Error): Greeted => ({ type: 'silent', reason: error.message }),
    )
    this.#asking -= 1
    if (this.#stopping.signal.aborted) return
    surfacing(() => this.#options.onAnswer(peer, greeted), undefined)
    const [next] = this.#waiting
    if (next !== undefined) this.#ask(next)
  }

  async #question(peer: Libp2pPeerId): Promise<Greeted> {
    const signal = this.#deadline()
    const { host, say } = this.#options
    const stream = await host.dialProtocol(peer, helloProtocolId, { signal, runOnLimitedConnection: true })
    try {
      // From here on, so that agreeing on the protocol does not count as time on the way.
      const askedAt = this.#now()
      const answer = await pipe(
        [encodeHello(say())],
        (questions) => encode(questions),
        within(stream, signal),
        (chunks) => decode(chunks, { maxDataLength: limits.helloBytesMax }),
        async (answers) => {
          for await (const bytes of answers) return { answeredAt: this.#now(), read: decodeHello(bytes.slice()) }
          return undefined
        },
      )
      if (!answer?.read.ok) throw new Error('what came is not a hello')
      const { hello } = answer.read
      return { type: 'answered', hello, clock: { askedAt, answeredAt: answer.answeredAt, theirs: hello.time } }
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }

  async #answer(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const { onAsked, say } = this.#options
    const peer = remotePeer.toString()
    const duplex = within(stream, this.#deadline())
    try {
      await pipe(
        duplex,
        (chunks) => decode(chunks, { maxDataLength: limits.helloBytesMax }),
        async function* (questions) {
          for await (const bytes of questions) {
            const read = decodeHello(bytes.slice())
            if (!read.ok) throw new Error('what came is not a hello')
            yield encodeHello(say())
            surfacing(() => onAsked(peer, read.hello), undefined)
            return
          }
        },
        (answers) => encode(answers),
        duplex,
      )
    } catch (error) {
      stream.abort(error as Error)
    }
  }

  #deadline(): AbortSignal {
    return cutOff(this.#stopping.signal, this.#settings.askMsMax)
  }
}
