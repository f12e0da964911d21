/**
 * What a node did on the network, for whoever looks. Nothing is kept while nobody does. While somebody does, what happens is put into a
 * ring as it is, and decoded when it is read: recording costs a copy of the bytes, and the node waits for nobody.
 */
import type { CaptureLine, Direction, InspectEvent, PeerEvent, VerdictEvent } from '../../src/inspect/event.js'
import { captureVersion } from '../../src/inspect/event.js'
import type { PeerId } from '../../src/ports/signer.js'
import { byteWire, type Wire } from '../../src/protocol/codec.js'
import type { RefusalCode } from '../../src/protocol/message.js'
import { base64IdOf, Frame, FrameShelf } from './frame-shelf.js'
import { MessageShelf } from './message-shelf.js'
import { MicroClock } from './micro-clock.js'
import type { Observer } from './observer.js'
import { bytesOf, type PruneReasons, type Raw, Sighting } from './sighting.js'

/** What a reader that has seen the event `n` gets next. */
export type NextSeen =
  | Sighting
  /** So many are gone; it goes on after `n`. */
  | { readonly type: 'lost'; readonly n: number; readonly events: number }
  | { readonly type: 'none' }

export interface TapOptions {
  readonly node: PeerId
  readonly name: string
  readonly market: string
  /** Events kept for readers that fall behind. Default: as {@link tapLimits}. */
  readonly eventsMax?: number
}

export const tapLimits = Object.freeze({
  eventsMax: 8_192,
  /** Of frames, in the ring. */
  bytesMax: 16 * 1_048_576,
  /** Codes that wait for the verdict of gossipsub. */
  codesMax: 4_096,
})

/** What has to be looked at anew for every reader. */
export interface Standing {
  /** Pairs of topic and peer. */
  mesh(): Iterable<readonly [topic: string, peer: PeerId]>
  peers(): Iterable<PeerId>
}

export class Tap implements Observer {
  /** The wire for its node, whose reading of messages then serves whoever looks as well. */
  readonly wire: Wire<Uint8Array> = {
    ...byteWire,
    decode: (bytes, bytesMax) => {
      const decoded = byteWire.decode(bytes, bytesMax)
      if (this.isOn) this.#messages.put(bytes, decoded)
      return decoded
    },
  }
  readonly #options: TapOptions
  readonly #eventsMax: number
  readonly #clock = new MicroClock()
  readonly #messages = new MessageShelf()
  readonly #shelf = new FrameShelf(this.#messages)
  /** By the message's id as gossipsub tells it. */
  readonly #codes = new Map<string, RefusalCode>()
  readonly #listeners = new Set<() => void>()
  /** What happened and when, event `n` at `n % eventsMax`: few objects, since what stays for long is what a collector has to move. */
  #raws: (Raw | undefined)[] = []
  #times = new Float64Array(0)
  #first = 1
  #last = 0
  #bytes = 0
  #readers = 0
  #standing: Standing | undefined

  constructor(options: TapOptions) {
    this.#options = options
    this.#eventsMax = options.eventsMax ?? tapLimits.eventsMax
  }

  /** Whether somebody looks. */
  get isOn(): boolean {
    return this.#readers > 0
  }
  /** The number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** Begins to keep what happens. Returns a function that ends it, when everybody has. */
  open(): () => void {
    if (this.#readers === 0) this.#times = new Float64Array(this.#eventsMax)
    this.#readers += 1
    let open = true
    return () => {
      if (!open) return
      open = false
      this.#readers -= 1
      if (this.#readers === 0) this.#forget()
    }
  }

  /** Calls `listener` after every event. Returns a function that ends it. */
  onEvent(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Where the state of mesh and connections can be seen. */
  stand(standing: Standing): void {
    this.#standing = standing
  }

  /** What every stream of events begins with: whose it is, and how things stand. */
  head(): readonly [CaptureLine, ...InspectEvent[]] {
    const { node, name, market } = this.#options
    const at = this.#clock.now()
    const seen = { n: this.#last, at, node }
    const peers = [...(this.#standing?.peers() ?? [])]
    const mesh = [...(this.#standing?.mesh() ?? [])]
    return [
      { type: 'capture', version: captureVersion, node, name, market, at },
      ...peers.map((peer) => ({
        type: 'peer' as const,
        ...seen,
        change: 'connected' as const,
        peer,
        standing: true as const,
      })),
      ...mesh.map(([topic, peer]) => ({
        type: 'mesh' as const,
        ...seen,
        change: 'graft' as const,
        peer,
        topic,
        standing: true as const,
      })),
    ]
  }

  lost(n: number, events: number | null): InspectEvent {
    return { type: 'lost', n, at: this.#clock.now(), node: this.#options.node, events }
  }

  /** What comes after the event `n` for a reader that has seen that. */
  after(n: number): NextSeen {
    if (n >= this.#last) return { type: 'none' }
    if (n + 1 < this.#first) return { type: 'lost', n: this.#first - 1, events: this.#first - 1 - n }
    const at = (n + 1) % this.#eventsMax
    const seen = { n: n + 1, at: this.#times[at]!, node: this.#options.node }
    return new Sighting(this.#raws[at]!, seen, this.#messages)
  }

  /** An RPC; `frame` may change after the call. */
  rpc(
    dir: Direction,
    peer: PeerId,
    { frame, reasons }: { frame: Uint8Array; reasons?: PruneReasons | undefined },
  ): void {
    this.push({ type: 'rpc', dir, peer, frame: this.#shelf.keep(frame), reasons })
  }

  published(topic: string, data: Uint8Array): void {
    if (this.isOn) this.push({ type: 'publish', topic, data })
  }

  direct(dir: Direction, peer: PeerId, frame: Uint8Array): void {
    if (this.isOn) this.push({ type: 'auction', dir, peer, frame: new Frame(frame, this.#messages) })
  }

  exchanged(dir: Direction, peer: PeerId, { asked, question, answer }: Parameters<Observer['exchanged']>[2]): void {
    if (this.isOn) this.push({ type: 'sync', dir, peer, asked, questionBytes: question.length, answer })
  }

  peer(change: PeerEvent['change'], peer: PeerId): void {
    if (this.isOn) this.push({ type: 'peer', change, peer })
  }

  /** The gate did not let a message through; of a gossiped one, gossipsub says a moment later what that comes to. */
  refused(peer: PeerId, code: RefusalCode, { via, frame }: { via: 'gossip' | 'direct'; frame: Uint8Array }): void {
    if (!this.isOn) return
    if (via === 'direct') {
      this.push({ type: 'verdict', verdict: 'refused', peer, code })
      return
    }
    if (this.#codes.size >= tapLimits.codesMax) this.#codes.delete(this.#codes.keys().next().value as string)
    this.#codes.set(base64IdOf(frame), code)
  }

  /** What gossipsub made of a message. */
  judged(
    verdict: VerdictEvent['verdict'],
    peer: PeerId,
    { topic, base64Id }: { topic: string; base64Id?: string },
  ): void {
    let code: RefusalCode | undefined
    if (base64Id !== undefined && (verdict === 'ignored' || verdict === 'rejected')) {
      code = this.#codes.get(base64Id)
      this.#codes.delete(base64Id)
    }
    this.push({ type: 'judged', verdict, peer, topic, base64Id, code })
  }

  /** Keeps what happened. Call it while the tap is on. */
  push(raw: Raw): void {
    if (this.#last + 1 - this.#first >= this.#eventsMax) this.#drop()
    this.#last += 1
    const at = this.#last % this.#eventsMax
    this.#raws[at] = raw
    this.#times[at] = this.#clock.now()
    this.#bytes += bytesOf(raw)
    while (this.#bytes > tapLimits.bytesMax && this.#first < this.#last) this.#drop()
    for (const listener of this.#listeners) listener()
  }

  #drop(): void {
    const at = this.#first % this.#eventsMax
    this.#bytes -= bytesOf(this.#raws[at]!)
    this.#raws[at] = undefined
    this.#first += 1
  }

  #forget(): void {
    this.#raws = []
    this.#times = new Float64Array(0)
    this.#codes.clear()
    this.#shelf.clear()
    this.#messages.clear()
    this.#bytes = 0
    this.#first = this.#last + 1
  }
}
