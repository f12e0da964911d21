import '../../node/polyfill.js'
import { createHash } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { signerOf } from '../../node/signer-ed25519.js'
import type { Signer } from '../../src/ports/signer.js'
import { decode, encode } from '../../src/protocol/codec.js'
import { openEnvelope } from '../../src/protocol/envelope.js'
import * as wire from '../../src/protocol/generated/market.js'
import { type Bid, limits, type Message, sellerOf } from '../../src/protocol/message.js'
import { seal, signedBytesOf } from '../../src/protocol/signing.js'
import { megabytes, micros, ticks } from '../../src/units.js'
import { replyProtocol } from './crowd-seller.js'
import { market, type SellerPlace } from './seller-node.js'

/** What came of one exchange, and how many bytes went each way. */
export interface Answer {
  readonly type: Message['type'] | 'reply' | 'none'
  readonly sent: number
  readonly received: number
}

/**
 * A buyer's node with two streams to one seller: the auction's, and a bare one. It bids what it is told to and accepts
 * whatever it is awarded. It does not check awards: in a market that is done on as many machines as there are winners.
 */
export class Bidder {
  readonly #place: SellerPlace
  readonly #host: Host
  readonly #signer: Signer
  readonly #transport: Libp2pTransport
  #bare: ReturnType<typeof lpStream> | undefined
  #sequence = Date.now()
  #sent = 0
  #received = 0
  #waiting: ((type: Message['type'] | 'none', received: number) => void) | undefined

  private constructor(place: SellerPlace, host: Host, signer: Signer) {
    this.#place = place
    this.#host = host
    this.#signer = signer
    const receiver = {
      gossip: () => 'ignore' as const,
      undelivered: () => {},
      direct: (_: string, bytes: Uint8Array) => this.#receive(bytes),
    }
    this.#transport = new Libp2pTransport({ host, publishTopic: 'bench', listenTopics: [], receiver })
  }

  static async start(place: SellerPlace): Promise<Bidder> {
    const privateKey = await generateKeyPair('Ed25519')
    const host = await composeLibp2p({ privateKey, listen: [], local: true, topics: [] })
    const bidder = new Bidder(place, host, signerOf(privateKey))
    await bidder.#transport.start()
    bidder.#bare = lpStream(await host.dialProtocol(place.addresses.map(multiaddr), replyProtocol))
    return bidder
  }

  /** Bytes that went each way over the auction's stream, awards and what the seller said unasked included. */
  get carried(): Pick<Answer, 'sent' | 'received'> {
    return { sent: this.#sent, received: this.#received }
  }

  /** Sends a new bid; resolves when it is quoted, refused, or answered by an award for the one before. */
  bid(): Promise<Answer> {
    const { offer } = this.#place
    this.#sequence += 1
    const body: Bid = {
      type: 'bid',
      market,
      offer,
      buyer: this.#signer.id,
      sequence: this.#sequence,
      quantity: megabytes(10),
      price: ticks(5_000 + (this.#sequence % 9_973)),
    }
    const frame = encode(seal(this.#signer, body))
    return new Promise((resolve) => {
      this.#waiting = (type, received) => resolve({ type, sent: frame.byteLength, received })
      this.#send(frame)
    })
  }

  /** Sends `sent` bytes over the bare stream; resolves when `received` have come back. */
  async exchange({ sent, received }: Pick<Answer, 'sent' | 'received'>): Promise<Answer> {
    const frame = new Uint8Array(sent)
    new DataView(frame.buffer).setUint32(0, received)
    await this.#bare?.write(frame)
    await this.#bare?.read()
    return { type: 'reply', sent, received }
  }

  /** Waits no longer for an answer: a `none` takes its place. */
  giveUp(): void {
    this.#answered('none', 0)
  }

  async stop(): Promise<void> {
    await this.#transport.stop()
    await this.#host.stop()
  }

  #send(frame: Uint8Array): void {
    const { offer, addresses } = this.#place
    this.#sent += frame.byteLength
    this.#transport.send(sellerOf(offer), frame, addresses)
  }

  #receive(bytes: Uint8Array): void {
    this.#received += bytes.byteLength
    const { kind, payload } = openEnvelope(wire.Envelope.decode(bytes))
    if (kind === 'award') {
      this.#accept(payload)
      this.#answered(kind, bytes.byteLength)
      return
    }
    const decoded = decode(bytes, limits.directBytesMax)
    if (!decoded.ok) throw new Error(`the seller sent what cannot be read: ${decoded.code}`)
    const { body } = decoded.sealed
    if (body.type === 'refused' && body.code !== 'auction-full') throw new Error(`the seller refused: ${body.code}`)
    if ('bidSequence' in body && body.bidSequence === this.#sequence) this.#answered(kind, bytes.byteLength)
  }

  #answered(type: Message['type'] | 'none', received: number): void {
    this.#waiting?.(type, received)
    this.#waiting = undefined
  }

  /** Without a look at the evidence: one process stands for all the winners here. */
  #accept(payload: Uint8Array): void {
    const { offer } = this.#place
    const { round, quantity, charge, fee } = wire.Award.decode(payload)
    const award = createHash('sha256')
      .update(signedBytesOf({ type: 'award', payload }))
      .digest('hex')
    const terms = { quantity: megabytes(quantity), charge: micros(charge), fee: micros(fee) }
    const about = { market, offer, round, buyer: this.#signer.id, award }
    const accept = seal(this.#signer, { type: 'accept', ...about, ...terms })
    this.#send(encode(accept))
  }
}
