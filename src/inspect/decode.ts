/** From the bytes that a tap saw to what they say. Total: a tap sees what hostile peers send. */
import type { Decoded } from '../protocol/codec.js'
import { limits, type Offer, type Sealed } from '../protocol/message.js'
import { decodeOfferAnswer } from '../protocol/offer-index.js'
import { decodeOfferPage } from '../protocol/offer-sync.js'
import type { AuctionMessage, MessageId, OfferSummary, Prune, PruneReason, RpcEvent, SyncEvent } from './event.js'
import { readRpc } from './rpc.js'

export interface MessageReader {
  /** SHA-256 in hexadecimal: a gossiped message's id. */
  idOf(data: Uint8Array): MessageId
  hexOf(id: Uint8Array): MessageId
  /** As `decode` of the codec, or from what it gave before. */
  decode(bytes: Uint8Array, bytesMax: number): Decoded
}

/** Seconds after which a peer may come back that was left, by gossipsub's `unsubcribeBackoff`. */
const leftBackoff = 10
/** Of an RPC which this node did not send, or which prunes nobody. */
const noReason = (): undefined => undefined

/** What an RPC has; `reasonOf` knows why this node pruned. */
export function rpcDetailOf(
  frame: Uint8Array,
  reader: MessageReader,
  reasonOf: (topic: string) => PruneReason | undefined = noReason,
): RpcDetail {
  const { messages, subscriptions, ihave, iwant, graft, prune, idontwant, malformed } = readRpc(frame)
  const { hexOf } = reader
  return {
    ...(messages.length > 0 && {
      messages: messages.map(({ topic, data }) => ({ topic, ...messageDetailOf(data, reader) })),
    }),
    ...(subscriptions.length > 0 && { subscriptions }),
    ...(ihave.length > 0 && { ihave: ihave.map(({ topic, ids }) => ({ topic, ids: ids.map(hexOf) })) }),
    ...(iwant.length > 0 && { iwant: iwant.map(hexOf) }),
    ...(graft.length > 0 && { graft }),
    ...(prune.length > 0 && { prune: prune.map((one) => pruneOf(one, reasonOf(one.topic))) }),
    ...(idontwant.length > 0 && { idontwant: idontwant.map(hexOf) }),
    ...(malformed && { malformed }),
  }
}

/** A gossiped message by its data. */
export function messageDetailOf(data: Uint8Array, reader: MessageReader): MessageDetail {
  const offer = summaryIn(data, reader)
  return { id: reader.idOf(data), bytes: data.length, ...(offer !== undefined && { offer }) }
}

export interface MessageDetail {
  readonly id: MessageId
  readonly bytes: number
  readonly offer?: OfferSummary
}

export type RpcDetail = Omit<RpcEvent, 'type' | 'n' | 'at' | 'node' | 'dir' | 'peer' | 'bytes' | 'raw'>

const pruneOf = (
  { topic, backoff, peers }: { readonly topic: string; readonly backoff: number | undefined; readonly peers: number },
  reason: PruneReason | undefined,
): Prune => ({
  topic,
  ...(backoff !== undefined && { backoff }),
  ...(peers > 0 && { peers }),
  ...(reason !== undefined ? { reason } : backoff === leftBackoff && { guess: 'left' as const }),
})

function summaryIn(data: Uint8Array, reader: MessageReader): OfferSummary | undefined {
  const read = reader.decode(data, limits.offerBytesMax)
  return read.ok && read.sealed.body.type === 'offer' ? summaryOf(read.sealed.body) : undefined
}

const summaryOf = ({ offer, sequence, status, stock, reserve, issuedAt, expiresAt }: Offer): OfferSummary => ({
  offer,
  sequence,
  status,
  stock,
  reserve,
  issuedAt,
  expiresAt,
})

/** A message of the auction protocol; undefined when it cannot be read. */
export function auctionMessageIn(frame: Uint8Array, reader: MessageReader): AuctionMessage | undefined {
  const read = reader.decode(frame, limits.directBytesMax)
  return read.ok ? auctionMessageOf(read.sealed) : undefined
}

function auctionMessageOf({ body }: Sealed): AuctionMessage | undefined {
  switch (body.type) {
    case 'offer':
      return undefined
    case 'award': {
      const { market: _, quotedReserve: __, evidence, ...rest } = body
      return { ...rest, evidence: evidence.length }
    }
    case 'receipt': {
      const { market: _, accept: __, ...rest } = body
      return rest
    }
    case 'quote': {
      const { market: _, ladder: __, ...rest } = body
      return rest
    }
    case 'decline': {
      const { market: _, expected: __, ...rest } = body
      return rest
    }
    default: {
      const { market: _, ...rest } = body
      return rest
    }
  }
}

/** What the answer to a question of offer sync has. */
export function syncAnswerIn(
  answer: Uint8Array,
  { asked, reader }: { readonly asked: SyncEvent['asked']; readonly reader: MessageReader },
): Pick<SyncEvent, 'entries' | 'offers'> {
  if (asked === 'page') {
    const read = decodeOfferPage(answer)
    return read.ok ? { offers: offersIn(read.page.offers, reader) } : {}
  }
  const read = decodeOfferAnswer(answer, asked)
  if (!read.ok) return {}
  return read.answer.type === 'index'
    ? { entries: read.answer.entries.length }
    : { offers: offersIn(read.answer.offers, reader) }
}

const offersIn = (envelopes: readonly Uint8Array[], reader: MessageReader): NonNullable<SyncEvent['offers']> =>
  envelopes.flatMap((envelope) => {
    const summary = summaryIn(envelope, reader)
    return summary === undefined ? [] : [{ offer: summary.offer, sequence: summary.sequence }]
  })
