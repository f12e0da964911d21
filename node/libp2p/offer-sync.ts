import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import type { PeerId } from '../../src/ports/signer.js'
import type { Verdict } from '../../src/ports/transport.js'
import { offersDifferenceProtocolId, offersProtocolId } from '../../src/protocol/topics.js'
import type { Host } from './compose.js'
import type { PeerGuard } from './guard.js'
import type { Observer } from './observer.js'
import { OfferAnswers } from './offer-answers.js'
import { OfferClaims } from './offer-claims.js'
import { type ExchangeSettings, FalseAnswerError, OfferExchange } from './offer-exchange.js'
import { OfferIndex, type PagedBook } from './offer-index.js'

export interface OfferSyncOptions {
  readonly host: Host
  readonly market: string
  /** What this node knows, for others who ask and to see what is missing. */
  readonly book: PagedBook
  /** Takes an offer that a peer sent; a peer who sends one that is rejected is asked no further this time. */
  readonly receive: (from: PeerId, offer: Uint8Array) => Verdict
  /** Is told of false answers. */
  readonly guard?: Pick<PeerGuard, 'report'> | undefined
  /** Is shown every question and its answer. Default: nobody is. */
  readonly observer?: Observer | undefined
  /** Default {@link offerSyncDefaults}. */
  readonly settings?: Partial<OfferSyncSettings>
  /** Milliseconds of a clock that goes on while the machine sleeps. Default `Date.now`. */
  readonly now?: () => number
}

export interface OfferSyncSettings extends ExchangeSettings {
  /** Peers asked at once, those that are slow not counted. */
  readonly askMax: number
  /** Peers asked at once, however slow. */
  readonly askingMax: number
  /** After so long a peer is slow, and another is asked beside it. */
  readonly slowMs: number
  /** Between two rounds; jittered by a quarter. */
  readonly syncMs: number
  /** After `askMax` peers that just connected were asked, how long until more such are. */
  readonly greetMs: number
  /** The clock is looked at so often; when it moved by more than `jumpMs` more or less, this node has slept, and syncs. */
  readonly tickMs: number
  readonly jumpMs: number
}

export const offerSyncDefaults: OfferSyncSettings = Object.freeze({
  askMax: 3,
  askingMax: 16,
  slowMs: 1_500,
  syncMs: 30_000,
  greetMs: 5_000,
  tickMs: 1_000,
  jumpMs: 10_000,
  answerMsMax: 5_000,
  patienceMs: 1_000,
  askMsMax: 60_000,
  /** Twice as many as a book holds. */
  offersMax: 20_000,
  pageOffersMax: 64,
  reopenMax: 2,
})

/** What one round came to. */
export interface SyncRound {
  /** Peers that told everything that they know. */
  readonly told: number
  readonly failed: number
  /** Offers that were news. */
  readonly taken: number
  readonly bytes: number
}

interface Round {
  readonly claims: OfferClaims
  /** Peers not asked yet, to be asked from the end. */
  readonly waiting: Libp2pPeerId[]
  candidates: number
  asking: number
  slow: number
  told: number
  failed: number
  taken: number
  bytes: number
  readonly done: () => void
  readonly whole: Promise<SyncRound>
}

/**
 * Brings a node the offers that gossip did not: those from before it joined, and those that passed while it was cut off. Gossip
 * repeats a message for a few heartbeats only.
 *
 * A round is over when more than a third of the peers, and at least `askMax`, have told everything that they know: as long as no
 * more than a third are empty, silent or lying, one of them was honest.
 */
export class OfferSync {
  readonly #options: OfferSyncOptions
  readonly #settings: OfferSyncSettings
  readonly #index: OfferIndex
  readonly #answers: OfferAnswers
  readonly #peers = new Map<PeerId, Libp2pPeerId>()
  /** Peers that failed when they were last asked: asked after the others. */
  readonly #failed = new Set<PeerId>()
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #round: Round | undefined
  /** Who told everything since this node was last without peers. */
  readonly #told = new Set<PeerId>()
  #greeted = 0
  #topologies: readonly string[] = []
  #timers: readonly NodeJS.Timeout[] = []
  #nextRound: NodeJS.Timeout | undefined
  #last: SyncRound | undefined

  constructor(options: OfferSyncOptions) {
    this.#options = options
    this.#settings = { ...offerSyncDefaults, ...options.settings }
    const { host, market, book, observer } = options
    this.#index = new OfferIndex(book)
    this.#answers = new OfferAnswers({ host, market, book, index: this.#index, observer })
  }

  /** The round that ended last. */
  get last(): SyncRound | undefined {
    return this.#last
  }

  /** Begins to answer, and to ask peers once identify says that they speak the protocol. */
  async start(): Promise<void> {
    const { host } = this.#options
    await this.#answers.start()
    const topology = {
      onConnect: (peer: Libp2pPeerId) => this.#greet(peer),
      onDisconnect: (peer: Libp2pPeerId) => this.#part(peer),
    }
    this.#topologies = [
      await host.register(offersDifferenceProtocolId, topology),
      await host.register(offersProtocolId, topology),
    ]
    this.#scheduleRound()
    const { greetMs, tickMs } = this.#settings
    this.#timers = [setInterval(() => (this.#greeted = 0), greetMs), setInterval(this.#watchClock(), tickMs)]
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#nextRound)
    for (const timer of this.#timers) clearInterval(timer)
    for (const topology of this.#topologies) this.#options.host.unregister(topology)
    await this.#answers.stop()
    await Promise.all(this.#running)
    this.#end()
  }

  /** Asks peers, chosen by chance, until enough have told what they know; joins the round that is under way. */
  sync(): Promise<SyncRound> {
    return this.#begin([...this.#peers.values()]).whole
  }

  /** A newcomer asks the peers that it meets, until some have told everything; whoever meets many later leaves the rest to the next round. */
  #greet(peer: Libp2pPeerId): void {
    const id = peer.toString()
    if (this.#peers.has(id) || this.#stopping.signal.aborted) return
    this.#peers.set(id, peer)
    if (this.#told.size >= this.#neededOf(this.#peers.size) && this.#greeted >= this.#settings.askMax) return
    this.#greeted += 1
    if (this.#round === undefined) {
      this.#begin([peer])
    } else {
      this.#round.waiting.unshift(peer)
      this.#round.candidates += 1
      this.#pump(this.#round)
    }
  }

  #part(peer: Libp2pPeerId): void {
    this.#peers.delete(peer.toString())
    this.#failed.delete(peer.toString())
    if (this.#peers.size === 0) this.#told.clear()
  }

  #scheduleRound(): void {
    const ms = this.#settings.syncMs * (0.75 + Math.random() / 2)
    this.#nextRound = setTimeout(() => {
      void this.sync()
      this.#scheduleRound()
    }, ms)
  }

  /** A machine that slept, or whose clock was set, has missed what was gossiped meanwhile. */
  #watchClock(): () => void {
    const { now = Date.now } = this.#options
    const { tickMs, jumpMs } = this.#settings
    let last = now()
    return () => {
      const at = now()
      const moved = at - last - tickMs
      last = at
      if (Math.abs(moved) > jumpMs) void this.sync()
    }
  }

  /** How many of so many peers must have told everything for one of them to be honest. */
  #neededOf(peers: number): number {
    return Math.max(this.#settings.askMax, Math.floor(peers / 3) + 1)
  }

  #begin(peers: readonly Libp2pPeerId[]): Round {
    if (this.#round !== undefined) return this.#round
    const order = (peer: Libp2pPeerId): number => Math.random() + (this.#failed.has(peer.toString()) ? 0 : 1)
    const waiting = peers
      .map((peer) => ({ peer, order: order(peer) }))
      .sort((a, b) => a.order - b.order)
      .map(({ peer }) => peer)
    const counts = { candidates: waiting.length, asking: 0, slow: 0, told: 0, failed: 0, taken: 0, bytes: 0 }
    let done = (): void => {}
    const whole = new Promise<SyncRound>((resolve) => {
      done = () => resolve(this.#last!)
    })
    const round: Round = { claims: new OfferClaims(this.#index.entries()), waiting, ...counts, done, whole }
    this.#round = round
    this.#pump(round)
    return round
  }

  #pump(round: Round): void {
    const { askMax, askingMax } = this.#settings
    const needed = this.#neededOf(round.candidates)
    const quick = (): number => round.asking - round.slow
    while (quick() < askMax && round.asking < askingMax && round.told + quick() < needed && round.waiting.length > 0) {
      const asking = this.#ask(round, round.waiting.pop()!).finally(() => this.#running.delete(asking))
      this.#running.add(asking)
    }
    // Slow ones may still be at it: what they tell is taken, but not waited for.
    if (round.told >= needed || round.asking === 0) this.#end()
  }

  #end(): void {
    if (this.#round === undefined) return
    const { told, failed, taken, bytes, done } = this.#round
    this.#last = { told, failed, taken, bytes }
    this.#round = undefined
    done()
  }

  /** Asks one peer for everything. Never rejects: who fails to answer is asked another time. */
  async #ask(round: Round, peer: Libp2pPeerId): Promise<void> {
    const { host, market, receive, guard, observer } = this.#options
    const id = peer.toString()
    let isSlow = false
    const patience = setTimeout(() => {
      isSlow = true
      round.slow += 1
      if (this.#round === round) this.#pump(round)
    }, this.#settings.slowMs)
    round.asking += 1
    const settings = this.#settings
    const options = { claims: round.claims, signal: this.#stopping.signal }
    try {
      const { taken, bytes } = await new OfferExchange(
        { host, market, receive, settings, observer },
        peer,
        options,
      ).run()
      round.told += 1
      this.#told.add(id)
      round.taken += taken
      round.bytes += bytes
      this.#failed.delete(id)
    } catch (error) {
      round.failed += 1
      if (this.#peers.has(id)) this.#failed.add(id)
      if (error instanceof FalseAnswerError) guard?.report(id, 'false-page')
      host.logger.forComponent('overage:offer-sync')('%s was asked for offers: %s', id, (error as Error).message)
    }
    clearTimeout(patience)
    round.asking -= 1
    if (isSlow) round.slow -= 1
    if (this.#round === round) this.#pump(round)
  }
}
