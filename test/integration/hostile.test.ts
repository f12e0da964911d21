/** A real node among peers that send it anything: it refuses by code, changes nothing, and goes on trading. */
import { randomBytes } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import type { MarketNode } from '../../node/market-node.js'
import { signerOf } from '../../node/signer-ed25519.js'
import type { Signer } from '../../src/ports/signer.js'
import { decode, encode } from '../../src/protocol/codec.js'
import { type Bid, limits, type Message, offerIdOf } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { auctionProtocolId, offersTopicOf } from '../../src/protocol/topics.js'
import { megabytes, ticks } from '../../src/units.js'
import { AttackedMarket, bought } from './attacked-market.js'
import { sells, wants } from './plans.js'
import { until } from './swarm.js'

const people = new AttackedMarket('hostile')
const market = people.name

beforeEach(() => people.open())
afterEach(() => people.close())

/** Someone with the transport of a node and the manners of none. */
class Stranger {
  readonly host: Host
  readonly signer: Signer
  readonly received: Message[] = []
  readonly #transport: Libp2pTransport
  readonly #victim: MarketNode

  private constructor(host: Host, signer: Signer, victim: MarketNode) {
    this.host = host
    this.signer = signer
    this.#victim = victim
    const topic = offersTopicOf({ market, shard: 0 })
    const direct = (_: string, bytes: Uint8Array): void => {
      const decoded = decode(bytes, limits.directBytesMax)
      if (decoded.ok) this.received.push(decoded.sealed.body)
    }
    const receiver = { gossip: () => 'accept' as const, direct, undelivered: () => {} }
    this.#transport = new Libp2pTransport({ host, publishTopic: topic, listenTopics: [topic], receiver })
  }

  static async meet(victim: MarketNode): Promise<Stranger> {
    const privateKey = await generateKeyPair('Ed25519')
    const topics = [offersTopicOf({ market, shard: 0 })]
    const host = await composeLibp2p({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], local: true, topics })
    const stranger = new Stranger(host, signerOf(privateKey), victim)
    await stranger.#transport.start()
    await host.dial(victim.addresses().map(multiaddr))
    return stranger
  }

  send(bytes: Uint8Array): void {
    this.#transport.send(this.#victim.peerId, bytes, this.#victim.addresses())
  }

  publish(bytes: Uint8Array): void {
    this.#transport.publish(bytes)
  }

  bid(change: Partial<Bid> = {}): Bid {
    const offer = this.#victim.status().seller!.offer
    const [quantity, price] = [megabytes(1_000), ticks(20_000)]
    return { type: 'bid', market, offer, buyer: this.signer.id, sequence: 5, quantity, price, ...change }
  }

  /** The codes of the refusals that came, once there are `count`. */
  async refusals(count: number): Promise<readonly string[]> {
    const codes = () => this.received.flatMap((body) => (body.type === 'refused' ? [body.code] : []))
    await until(() => codes().length >= count)
    return codes()
  }

  async leave(): Promise<void> {
    await this.#transport.stop()
    await this.host.stop()
  }
}

describe('a node that is sent anything', () => {
  it('changes nothing, and refuses who goes on', async () => {
    const seller = await people.start('seller', { sells })
    seller.trade()
    const stranger = await Stranger.meet(seller)
    const { signer } = stranger
    const someone = signerOf(await generateKeyPair('Ed25519'))
    const valid = encode(seal(signer, stranger.bid()))

    for (let n = 0; n < 20; n += 1) stranger.send(randomBytes(1 + 37 * n))
    stranger.send(new Uint8Array(0))
    stranger.send(valid.subarray(0, valid.length / 2))
    stranger.send(encode(seal(someone, stranger.bid({ buyer: someone.id }))))
    stranger.send(encode(seal(signer, stranger.bid({ offer: offerIdOf(signer.id, 1) }))))
    stranger.publish(randomBytes(300))
    stranger.publish(valid)
    expect(seller.status().seller).toMatchObject({ participants: 0, sold: 0, unsettled: 0 })
    await until(() => seller.refusals().length > 0)
    expect(seller.refusals()).toMatchObject([{ peer: signer.id }])
    await stranger.leave()
  })

  it('says what is wrong to who may be mistaken, changes nothing, and sells to who behaves', async () => {
    const seller = await people.start('seller', { sells })
    seller.trade()
    const stranger = await Stranger.meet(seller)
    const { signer } = stranger
    stranger.send(encode(seal(signer, stranger.bid({ market: 'elsewhere' }))))
    stranger.send(encode(seal(signer, stranger.bid({ price: ticks(1) }))))
    stranger.send(encode(seal(signer, stranger.bid({ offer: offerIdOf(seller.peerId, 9) }))))
    stranger.send(encode({ ...seal(signer, stranger.bid()), signature: new Uint8Array(64) }))
    stranger.send(encode(seal(signer, stranger.bid({ sequence: 4 }))))
    expect(await stranger.refusals(5)).toEqual([
      'wrong-market',
      'below-floor',
      'unknown-offer',
      'stale-sequence',
      // Verified when the round ended, before anything was signed that reflects it.
      'bad-signature',
    ])
    expect(seller.status().seller).toMatchObject({ participants: 0, sold: 0, unsettled: 0, open: true })

    const buyer = await people.start('buyer', { wants })
    const done = bought(buyer)
    buyer.trade()
    await done
    expect(seller.status().seller?.sold).toBe(buyer.status().buyer?.owned)
    await stranger.leave()
  })

  it('ends a stream with an endless frame, and only that stream', async () => {
    const seller = await people.start('seller', { sells })
    seller.trade()
    const stranger = await Stranger.meet(seller)
    const [connection] = stranger.host.getConnections()
    const stream = await connection!.newStream([auctionProtocolId])
    // A length of 1 GB, and as much of it as is taken.
    stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04))
    const ended = new Promise<void>((resolve) => stream.addEventListener('close', () => resolve(), { once: true }))
    for (let n = 0; n < 64 && stream.writeStatus === 'writable'; n += 1) stream.send(new Uint8Array(65_536))
    await ended
    expect(connection!.status).toBe('open')
    stranger.send(encode(seal(stranger.signer, stranger.bid({ price: ticks(1) }))))
    expect(await stranger.refusals(1)).toEqual(['below-floor'])
    await stranger.leave()
  })
})

describe('a node that joins late', () => {
  it('knows every offer soon after it is connected, without waiting for gossip', async () => {
    const first = await people.start('first', { sells })
    const second = await people.start('second', { sells })
    first.trade()
    second.trade()
    await until(() => first.status().offersKnown === 2)
    const late = await people.start('late', { bootstrap: first.addresses() })
    await until(() => late.status().offersKnown === 2)
  })
})
