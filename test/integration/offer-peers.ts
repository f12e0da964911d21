/** Peers of offer sync, honest and not, on real hosts, with offers that are really signed. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { encode as lengthPrefixed } from 'it-length-prefixed'
import { OfferSync, type OfferSyncOptions } from '../../node/libp2p/offer-sync.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import type { Signer } from '../../src/ports/signer.js'
import { admitOffer } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { type Offer, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import {
  decodeOfferQuestion,
  encodeOfferAnswer,
  type IndexEntry,
  type OfferQuestion,
  offerKeyOf,
} from '../../src/protocol/offer-index.js'
import { decodeOfferRequest, encodeOfferPage } from '../../src/protocol/offer-sync.js'
import { seal } from '../../src/protocol/signing.js'
import { offersDifferenceProtocolId, offersProtocolId } from '../../src/protocol/topics.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { startNode, type TestNode } from './swarm.js'

export const market = 'sync'

/** The signer of the `index`-th identity. */
export const sellerAt = async (index: number): Promise<Signer> => {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, index + 1)
  return signerOf(await generateKeyPairFromSeed('Ed25519', seed))
}

export function offerOf(signer: Signer, change: Partial<Offer> = {}): Sealed<Offer> {
  const now = Date.now()
  return seal(signer, {
    type: 'offer',
    market,
    offer: offerIdOf(signer.id, 1),
    sequence: 1,
    status: 'open',
    stock: megabytes(100),
    reserve: ticks(10),
    floor: ticks(10),
    policy: 'tracking',
    ladder: [{ price: ticks(10), quantity: megabytes(100) }],
    issuedAt: millis(now),
    expiresAt: millis(now + 120_000),
    closesAt: millis(now + 3_600_000),
    addresses: ['/ip4/127.0.0.1/tcp/4001'],
    ...change,
  })
}

export const offersOf = async (count: number, from = 0): Promise<readonly Sealed<Offer>[]> =>
  Promise.all(Array.from({ length: count }, async (_, index) => offerOf(await sellerAt(from + index))))

export interface SyncPeer {
  readonly node: TestNode
  readonly sync: OfferSync
  readonly book: OfferBook
  /** What others sent, in order. */
  readonly received: { readonly from: string; readonly bytes: Uint8Array }[]
  readonly offences: { readonly peer: string; readonly offence: string }[]
  stop(): Promise<void>
}

/** An honest peer that knows `offers`. */
export async function startPeer(
  offers: readonly Sealed<Offer>[],
  settings: OfferSyncOptions['settings'] = {},
  options: Pick<Partial<OfferSyncOptions>, 'now' | 'market' | 'heard'> = {},
): Promise<SyncPeer> {
  const node = await startNode()
  const book = new OfferBook(node.id, 20_000)
  for (const offer of offers) book.put(offer)
  const received: { from: string; bytes: Uint8Array }[] = []
  const offences: { peer: string; offence: string }[] = []
  const knownSequence = (id: string, seller: string) => book.sequenceOf(id, seller)
  const context = { market, me: node.id, verifier: ed25519Verifier, knownSequence }
  const sync = new OfferSync({
    host: node.host,
    market,
    ...options,
    book,
    receive: (from, bytes) => {
      received.push({ from, bytes })
      const verdict = admitOffer({ from, bytes, now: millis(Date.now()), context })
      if (verdict.type === 'accept') book.put(verdict.message)
      return verdict.type
    },
    guard: { report: (peer, offence) => offences.push({ peer, offence }) },
    settings: { syncMs: 1_000_000, ...settings },
  })
  await sync.start()
  const stop = async (): Promise<void> => {
    await sync.stop()
    await node.stop()
  }
  return { node, sync, book, received, offences, stop }
}

/** What a faulty peer does with each question. `answer`: what the honest would say. */
type Conduct = (stream: Stream, asked: { readonly question: OfferQuestion; readonly answer: () => Uint8Array }) => void

const send = (stream: Stream, bytes: Uint8Array): void => void stream.send(lengthPrefixed.single(bytes))
const index = (entries: readonly IndexEntry[], more: boolean): Uint8Array =>
  encodeOfferAnswer({ type: 'index', entries, more })
const invented = (count: number): readonly IndexEntry[] =>
  Array.from({ length: count }, (_, at) => ({ key: offerKeyOf(`invented ${at} ${Math.random()}`), sequence: 1 })).sort(
    (a, b) => (a.key < b.key ? -1 : 1),
  )

/** Faults of a peer, by name; those in `lies` are what no honest peer does. */
export const faults: Readonly<Record<string, Conduct>> = {
  silent: () => {},
  'cuts every stream': (stream) => stream.abort(new Error('cut')),
  empty: (stream, { question }) =>
    send(stream, question.type === 'index' ? index([], false) : encodeOfferAnswer({ type: 'offers', offers: [] })),
  'drips bytes': (stream, { answer }) => {
    const bytes = lengthPrefixed.single(answer()).subarray()
    let at = 0
    const timer = setInterval(() => {
      if (at >= bytes.length || stream.writeStatus !== 'writable') clearInterval(timer)
      else stream.send(bytes.subarray(at, ++at))
    }, 50)
    timer.unref()
  },
  'an index out of order': (stream, { question, answer }) => {
    if (question.type === 'offers') return send(stream, answer())
    const bytes = new Uint8Array(index(invented(2), false))
    // Tag, length, then two entries of 16 bytes: the second in the place of the first.
    const [first, second] = [bytes.slice(2, 18), bytes.slice(18, 34)]
    bytes.set(second, 2)
    bytes.set(first, 18)
    send(stream, bytes)
  },
  'an endless index': (stream) => send(stream, index(invented(64), true)),
  'the same index page again and again': (stream, { question }) =>
    question.type === 'index' && send(stream, index([{ key: '00000000000000aa', sequence: 1 }], true)),
  'offers that do not exist': (stream, { question }) =>
    send(
      stream,
      question.type === 'index' ? index(invented(500), false) : encodeOfferAnswer({ type: 'offers', offers: [] }),
    ),
  'an answer to nothing that was asked': (stream) => send(stream, new Uint8Array(100).fill(0xff)),
  'a frame without end': (stream) => void stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f)),
  'forged signatures': (stream, { question, answer }) => {
    if (question.type === 'index') return send(stream, answer())
    const bytes = answer()
    bytes[bytes.length - 1]! ^= 1
    send(stream, bytes)
  },
}

/** Tells all that it knows, whatever shards it is asked for: a peer of before there were any in the question. */
export const telling: Conduct = (stream, { answer }) => send(stream, answer())

export const lies: ReadonlySet<string> = new Set([
  'an index out of order',
  'an endless index',
  'the same index page again and again',
  'offers that do not exist',
  'an answer to nothing that was asked',
  'a frame without end',
  'forged signatures',
])

/** A peer that answers questions by `conduct`, and knows `offers`. */
export async function startFaulty(offers: readonly Sealed<Offer>[], conduct: Conduct): Promise<TestNode> {
  const node = await startNode()
  const byKey = new Map(offers.map((offer) => [offerKeyOf(offer.body.offer), offer]))
  const entries = [...byKey]
    .map(([key, { body }]) => ({ key, sequence: body.sequence }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  await node.host.handle(
    offersDifferenceProtocolId,
    (stream) => {
      stream.addEventListener('message', ({ data }) => {
        const decoded = decodeOfferQuestion(data.slice(1))
        const long = decoded.ok ? decoded : decodeOfferQuestion(data.slice(2))
        if (!long.ok) return
        const { question } = long
        const answer = (): Uint8Array =>
          question.type === 'index'
            ? index(entries.slice(0, 4_096), false)
            : encodeOfferAnswer({ type: 'offers', offers: question.keys.flatMap((key) => encodeKnown(byKey.get(key))) })
        conduct(stream, { question, answer })
      })
    },
    { maxInboundStreams: 64 },
  )
  return node
}

const encodeKnown = (offer: Sealed<Offer> | undefined): readonly Uint8Array[] =>
  offer === undefined ? [] : [encode(offer)]

/** A peer of the first minor version, that speaks in pages only. `pageFor` may lie. */
export async function startPaging(
  offers: readonly Sealed<Offer>[],
  pageFor: (after: string, honest: { offers: Uint8Array[]; next: string }) => { offers: Uint8Array[]; next: string } = (
    _,
    honest,
  ) => honest,
): Promise<{ readonly node: TestNode; readonly asked: string[] }> {
  const node = await startNode()
  const asked: string[] = []
  const sorted = [...offers].sort((a, b) => (a.body.offer < b.body.offer ? -1 : 1))
  await node.host.handle(
    offersProtocolId,
    (stream) => {
      stream.addEventListener('message', ({ data }) => {
        const decoded = decodeOfferRequest(data.slice(1))
        if (!decoded.ok) return
        const { after, limit } = decoded.request
        asked.push(after)
        const rest = sorted.filter(({ body }) => body.offer > after)
        const chosen = rest.slice(0, limit)
        const next = rest.length > limit ? chosen.at(-1)!.body.offer : ''
        send(stream, encodeOfferPage(pageFor(after, { offers: chosen.map(encode), next })))
      })
    },
    { maxInboundStreams: 64 },
  )
  return { node, asked }
}
