/** One thing that a tap saw, for whoever reads it: kept as it was, and decoded or written out only now. */
import {
  auctionMessageIn,
  type MessageReader,
  messageDetailOf,
  rpcDetailOf,
  syncAnswerIn,
} from '../../src/inspect/decode.js'
import type {
  Direction,
  InspectEvent,
  MeshEvent,
  MessageId,
  PeerEvent,
  PruneReason,
  RpcEvent,
  ScoreEvent,
  Seen,
  VerdictEvent,
} from '../../src/inspect/event.js'
import { textOfInspectLine } from '../../src/inspect/line.js'
import type { PeerId } from '../../src/ports/signer.js'
import type { RefusalCode } from '../../src/protocol/message.js'
import type { Frame } from './frame-shelf.js'
import type { Asked } from './observer.js'

/** Why this node pruned, by topic. */
export type PruneReasons = ReadonlyMap<string, PruneReason>

type Whole<Event> = Event extends Seen ? Omit<Event, keyof Seen> : never

interface RawRpc {
  readonly type: 'rpc'
  readonly dir: Direction
  readonly peer: PeerId
  readonly frame: Frame
  readonly reasons: PruneReasons | undefined
}

interface RawVerdict {
  readonly type: 'judged'
  readonly verdict: VerdictEvent['verdict']
  readonly peer: PeerId
  readonly topic: string
  /** As gossipsub tells it; undefined: it could not read the message. */
  readonly base64Id: string | undefined
  readonly code: RefusalCode | undefined
}

/** What happened, not looked into yet. */
export type Raw =
  | RawRpc
  | RawVerdict
  | { readonly type: 'publish'; readonly topic: string; readonly data: Uint8Array }
  | { readonly type: 'auction'; readonly dir: Direction; readonly peer: PeerId; readonly frame: Frame }
  | {
      readonly type: 'sync'
      readonly dir: Direction
      readonly peer: PeerId
      readonly asked: Asked
      readonly questionBytes: number
      readonly answer: Uint8Array
    }
  | Whole<VerdictEvent | MeshEvent | ScoreEvent | PeerEvent>

/** That it holds. */
export function bytesOf(raw: Raw): number {
  if ('frame' in raw) return raw.frame.bytes.length
  return raw.type === 'publish' ? raw.data.length : raw.type === 'sync' ? raw.answer.length : 0
}

export class Sighting {
  readonly type = 'event'
  readonly #raw: Raw
  readonly #seen: Seen
  readonly #reader: MessageReader
  #event: InspectEvent | undefined

  constructor(raw: Raw, seen: Seen, reader: MessageReader) {
    this.#raw = raw
    this.#seen = seen
    this.#reader = reader
  }

  get n(): number {
    return this.#seen.n
  }
  /** Of the event. */
  get what(): InspectEvent['type'] {
    return this.#raw.type === 'judged' ? 'verdict' : this.#raw.type
  }
  /** Without its frame. */
  get event(): InspectEvent {
    this.#event ??= eventOf(this.#raw, this.#seen, this.#reader)
    return this.#event
  }

  /** Its line, `withFrame`: with the bytes of an RPC or of a message of the auction protocol. */
  text({ withFrame }: { readonly withFrame: boolean }): string {
    const raw = this.#raw
    if (raw.type === 'judged') return verdictText(raw, this.#seen)
    if (raw.type === 'rpc' && raw.reasons === undefined) return rpcText(raw, this.#seen, withFrame)
    const frame = withFrame && 'frame' in raw ? { raw: raw.frame.base64 } : undefined
    return textOfInspectLine(frame === undefined ? this.event : ({ ...this.event, ...frame } as InspectEvent))
  }
}

/**
 * As `textOfInspectLine` of the event would be: most of what is read are RPCs, and of these most say what another has said. Peer ids
 * are in base 58, and have nothing that JSON would escape.
 */
function rpcText({ dir, peer, frame }: RawRpc, { n, at, node }: Seen, withFrame: boolean): string {
  const parts = frame.rpcText === '' ? '' : `,${frame.rpcText}`
  const raw = withFrame ? `,"raw":"${frame.base64}"` : ''
  return `{"type":"rpc","n":${n},"at":${at},"node":"${node}","dir":"${dir}","peer":"${peer}","bytes":${frame.bytes.length}${parts}${raw}}`
}

/** As {@link rpcText}: each copy of a message that comes has one. */
function verdictText({ verdict, peer, topic, base64Id, code }: RawVerdict, { n, at, node }: Seen): string {
  const id = base64Id === undefined ? '' : `,"id":"${hexIdOf(base64Id)}"`
  const why = code === undefined ? '' : `,"code":"${code}"`
  return `{"type":"verdict","n":${n},"at":${at},"node":"${node}","verdict":"${verdict}","peer":"${peer}","topic":${JSON.stringify(topic)}${id}${why}}`
}

const hexIdOf = (base64Id: string): MessageId => Buffer.from(base64Id, 'base64').toString('hex')

function eventOf(raw: Raw, seen: Seen, reader: MessageReader): InspectEvent {
  switch (raw.type) {
    case 'rpc': {
      const { type, dir, peer, frame, reasons } = raw
      const detail = reasons === undefined ? frame.rpc : rpcDetailOf(frame.bytes, reader, (topic) => reasons.get(topic))
      return { type, ...seen, dir, peer, bytes: frame.bytes.length, ...detail } satisfies RpcEvent
    }
    case 'publish':
      return { type: 'publish', ...seen, topic: raw.topic, ...messageDetailOf(raw.data, reader) }
    case 'auction': {
      const { type, dir, peer, frame } = raw
      const message = auctionMessageIn(frame.bytes, reader)
      return { type, ...seen, dir, peer, bytes: frame.bytes.length, ...(message !== undefined && { message }) }
    }
    case 'sync': {
      const { type, dir, peer, asked, questionBytes, answer } = raw
      const bytes = questionBytes + answer.length
      return { type, ...seen, dir, peer, asked, bytes, ...syncAnswerIn(answer, { asked, reader }) }
    }
    case 'judged': {
      const { verdict, peer, topic, base64Id, code } = raw
      const id = base64Id === undefined ? undefined : hexIdOf(base64Id)
      const known = { ...(id !== undefined && { id }), ...(code !== undefined && { code }) }
      return { type: 'verdict', ...seen, verdict, peer, topic, ...known }
    }
    default:
      return { ...raw, ...seen }
  }
}
