/**
 * One of the two nodes of `book.ts`, each in a process of its own: `server`, with a full book, or a newcomer that fetches it,
 * by `sync` or as the same bytes over one `bare` stream.
 */
import '../../node/polyfill.js'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { messageStreamToDuplex } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { decode, encode as framed } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { concat } from 'uint8arrays/concat'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { OfferSync } from '../../node/libp2p/offer-sync.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import type { Verdict } from '../../src/ports/transport.js'
import { admitOffer } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { millis } from '../../src/units.js'
import { pause } from './hosts.js'
import { newSigner, offerOf } from './offers.js'
import { market } from './seller-node.js'

export const bookOffers = 10_000
/** A newcomer that has not got everything by then reports what it has. */
export const fetchMsMax = 45_000

export type Role = 'server' | 'sync' | 'bare'

/** What fetching came to, or serving since the last report. */
export interface BookReport {
  /** In its book. */
  readonly offers: number
  /** Of all offers that came, the same twice included. */
  readonly bytes: number
  readonly elapsedMs: number
  readonly cpuMs: number
  /** The largest resident set, in bytes. */
  readonly residentMax: number
}

/** The bare stream carries as many offers in a frame. */
const pageOffers = 64
const bareProtocol = '/overage-bench/book/1.0.0'

class Books {
  readonly host: Host
  readonly book: OfferBook
  bytes = 0

  constructor(host: Host) {
    this.host = host
    this.book = new OfferBook(host.peerId.toString(), bookOffers)
  }

  startSync(): Promise<void> {
    const { host, book } = this
    const receive = (from: string, bytes: Uint8Array) => this.#receive(from, bytes)
    return new OfferSync({ host, market, book, receive }).start()
  }

  /** As a node's driver admits an offer. */
  #receive(from: string, bytes: Uint8Array): Verdict {
    this.bytes += bytes.byteLength
    const { book, host } = this
    const knownSequence = (offer: string, seller: string): number | undefined => book.sequenceOf(offer, seller)
    const context = { market, me: host.peerId.toString(), verifier: ed25519Verifier, knownSequence }
    const admitted = admitOffer({ bytes, from, now: millis(Date.now()), context })
    if (admitted.type === 'accept') book.put(admitted.message)
    return admitted.type
  }
}

async function serve(books: Books): Promise<void> {
  for (let count = 0; count < bookOffers; count += 1) books.book.put(offerOf(await newSigner(), { sequence: 1 }))
  const offers = books.book.page('', bookOffers).offers.map(encode)
  const pages = Array.from({ length: Math.ceil(offers.length / pageOffers) }, (_, page) =>
    concat(offers.slice(pageOffers * page, pageOffers * (page + 1))),
  )
  await books.host.handle(bareProtocol, async (stream: Stream) => {
    await pipe(pages, (frames) => framed(frames), messageStreamToDuplex(stream)).catch(() => {})
  })
  await books.startSync()
  process.send?.({ addresses: books.host.getMultiaddrs().map(String) })
}

/** Resolves when all of it came, with no offer read. */
async function fetchBare(books: Books, addresses: readonly string[]): Promise<number> {
  const stream = await books.host.dialProtocol(addresses.map(multiaddr), bareProtocol)
  for await (const page of decode(stream)) books.bytes += page.byteLength
  return 0
}

/** Resolves with the number of offers in the book when it is full, or when the time is up. */
async function fetchBySync(books: Books, addresses: readonly string[]): Promise<number> {
  await books.startSync()
  await books.host.dial(addresses.map(multiaddr))
  const start = performance.now()
  while (books.book.size < bookOffers && performance.now() - start < fetchMsMax) await pause(5)
  return books.book.size
}

async function main(role: Role, addresses: readonly string[]): Promise<void> {
  const listen = role === 'server' ? ['/ip4/127.0.0.1/tcp/0'] : []
  const privateKey = await generateKeyPair('Ed25519')
  const books = new Books(await composeLibp2p({ privateKey, listen, local: true, topics: [] }))
  if (role === 'server') await serve(books)
  let residentMax = 0
  setInterval(() => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss())
  }, 20)
  let cpu = process.cpuUsage()
  let start = performance.now()
  const report = (offers: number): void => {
    const { user, system } = process.cpuUsage(cpu)
    const elapsedMs = performance.now() - start
    const said: BookReport = { offers, bytes: books.bytes, elapsedMs, cpuMs: (user + system) / 1_000, residentMax }
    process.send?.(said)
    cpu = process.cpuUsage()
    start = performance.now()
    residentMax = 0
  }
  process.on('message', () => report(books.book.size))
  process.once('disconnect', () => process.exit())
  if (role !== 'server') report(await (role === 'sync' ? fetchBySync : fetchBare)(books, addresses))
}

const [role, ...addresses] = process.argv.slice(2)
if (process.send !== undefined) await main(role as Role, addresses)
