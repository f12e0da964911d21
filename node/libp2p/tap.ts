/**
 * What a node did on the network, for whoever looks. Nothing is kept while nobody does. While somebody does, what happens is put into a
 * ring as it is, and decoded when it is read: recording costs a copy of the bytes, and the node waits for nobody.
 */
import { createHash } from 'node:crypto'
import { auctionMessageIn, Decoder, syncAnswerIn } from '../../src/inspect/decode.js'
import type {
  CaptureLine,
  Direction,
  InspectEvent,
  MeshEvent,
  MessageId,
  PeerEvent,
  PruneReason,
  ScoreEvent,
  Seen,
  VerdictEvent,
} from '../../src/inspect/event.js'
import { captureVersion } from '../../src/inspect/event.js'
import type { PeerId } from '../../src/ports/signer.js'
import type { RefusalCode } from '../../src/protocol/message.js'
import { MicroClock } from './micro-clock.js'
import type { Asked, Observer } from './observer.js'

type Whole<Event> = Event extends Seen ? Omit<Event, keyof Seen> : never

/** What happened, not looked into yet. */
type Raw =
  | {
      readonly type: 'rpc'
      readonly dir: Direction
      readonly peer: PeerId
      readonly frame: Uint8Array
      readonly reasons: ReadonlyMap<string, PruneReason> | undefined
    }
  | { readonly type: 'publish'; readonly topic: string; readonly frame: Uint8Array }
  | { readonly type: 'auction'; readonly dir: Direction; readonly peer: PeerId; readonly frame: Uint8Array }
  | {
      readonly type: 'sync'
      readonly dir: Direction
      readonly peer: PeerId
      readonly asked: Asked
      readonly questionBytes: number
      readonly frame: Uint8Array
    }
  | Whole<VerdictEvent | MeshEvent | ScoreEvent | PeerEvent>

interface Entry {
  readonly n: number
  readonly at: number
  readonly raw: Raw
  /** Decoded, once somebody wanted it. */
  event: InspectEvent | undefined
}

/** What a reader that has seen the event `n` gets next. */
export type NextSeen =
  | { readonly type: 'event'; readonly n: number; readonly event: InspectEvent; readonly frame: Uint8Array | undefined }
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
  readonly #options: TapOptions
  readonly #eventsMax: number
  readonly #clock = new MicroClock()
  readonly #decoder = new Decoder({ idOf, hexOf })
  readonly #codes = new Map<MessageId, RefusalCode>()
  readonly #listeners = new Set<() => void>()
  #entries: (Entry | undefined)[] = []
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
    const entry = this.#entries[(n + 1) % this.#eventsMax]!
    entry.event ??= this.#decoded(entry)
    const { raw } = entry
    return { type: 'event', n: entry.n, event: entry.event, frame: 'frame' in raw ? raw.frame : undefined }
  }

  rpc(
    dir: Direction,
    peer: PeerId,
    { frame, reasons }: { frame: Uint8Array; reasons?: ReadonlyMap<string, PruneReason> | undefined },
  ): void {
    this.push({ type: 'rpc', dir, peer, frame, reasons })
  }

  published(topic: string, data: Uint8Array): void {
    if (this.isOn) this.push({ type: 'publish', topic, frame: data })
  }

  direct(dir: Direction, peer: PeerId, frame: Uint8Array): void {
    if (this.isOn) this.push({ type: 'auction', dir, peer, frame })
  }

  exchanged(dir: Direction, peer: PeerId, { asked, question, answer }: Parameters<Observer['exchanged']>[2]): void {
    if (this.isOn) this.push({ type: 'sync', dir, peer, asked, questionBytes: question.length, frame: answer })
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
    if (this.#codes.size >= tapLimits.codesMax) this.#codes.delete(this.#codes.keys().next().value as MessageId)
    this.#codes.set(idOf(frame), code)
  }

  /** What gossipsub made of a message. */
  judged(
    verdict: VerdictEvent['verdict'],
    peer: PeerId,
    { topic, base64Id }: { topic: string; base64Id?: string },
  ): void {
    const id = base64Id === undefined ? undefined : Buffer.from(base64Id, 'base64').toString('hex')
    const refused = verdict === 'ignored' || verdict === 'rejected'
    const code = id !== undefined && refused ? this.#codes.get(id) : undefined
    if (id !== undefined && code !== undefined) this.#codes.delete(id)
    this.push({
      type: 'verdict',
      verdict,
      peer,
      topic,
      ...(id !== undefined && { id }),
      ...(code !== undefined && { code }),
    })
  }

  /** Keeps what happened. Call it while the tap is on. */
  push(raw: Raw): void {
    this.#last += 1
    const entry: Entry = { n: this.#last, at: this.#clock.now(), raw, event: undefined }
    if (this.#last - this.#first >= this.#eventsMax) this.#drop()
    this.#entries[this.#last % this.#eventsMax] = entry
    this.#bytes += bytesOf(raw)
    while (this.#bytes > tapLimits.bytesMax && this.#first < this.#last) this.#drop()
    for (const listener of this.#listeners) listener()
  }

  #drop(): void {
    const at = this.#first % this.#eventsMax
    const dropped = this.#entries[at]
    if (dropped !== undefined) this.#bytes -= bytesOf(dropped.raw)
    this.#entries[at] = undefined
    this.#first += 1
  }

  #forget(): void {
    this.#entries = []
    this.#codes.clear()
    this.#bytes = 0
    this.#first = this.#last + 1
  }

  #decoded({ n, at, raw }: Entry): InspectEvent {
    const seen = { n, at, node: this.#options.node }
    switch (raw.type) {
      case 'rpc': {
        const { type, dir, peer, frame, reasons } = raw
        const detail = this.#decoder.rpc(frame, (topic) => reasons?.get(topic))
        return { type, ...seen, dir, peer, bytes: frame.length, ...detail }
      }
      case 'publish':
        return { type: 'publish', ...seen, topic: raw.topic, ...this.#decoder.message(raw.frame) }
      case 'auction': {
        const { type, dir, peer, frame } = raw
        const message = auctionMessageIn(frame)
        return { type, ...seen, dir, peer, bytes: frame.length, ...(message !== undefined && { message }) }
      }
      case 'sync': {
        const { type, dir, peer, asked, questionBytes, frame } = raw
        return { type, ...seen, dir, peer, asked, bytes: questionBytes + frame.length, ...syncAnswerIn(asked, frame) }
      }
      default:
        return { ...raw, ...seen }
    }
  }
}

const bytesOf = (raw: Raw): number => ('frame' in raw ? raw.frame.length : 0)
const idOf = (data: Uint8Array): MessageId => createHash('sha256').update(data).digest('hex')
const hexOf = (id: Uint8Array): MessageId => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')

/** The event with its frame. A published message and an answer of offer sync are in what went out. */
export const withRaw = (event: InspectEvent, frame: Uint8Array): InspectEvent =>
  event.type === 'rpc' || event.type === 'auction'
    ? { ...event, raw: Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64') }
    : event
