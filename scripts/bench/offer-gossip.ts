/** Real offers through real admission, for `gossip.ts`: every node checks each seller's signature and keeps a book. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import { admitOffer } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { type Offer, offerIdOf } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { benchGossip, type GossipOptions } from './gossip.js'
import type { BenchRow } from './row.js'

const market = 'bench'

/** An offer's way to every book of the swarm, signature checked at every hop, against a bare message as gossipsub signs and checks it. */
export async function benchOfferGossip(): Promise<readonly BenchRow[]> {
  const signer = signerOf(await generateKeyPair('Ed25519'))
  let sequence = 0
  const receiverOf: GossipOptions['receiverOf'] = (host, seen) => {
    const me = host.peerId.toString()
    const book = new OfferBook(me, 10_000)
    const context = { market, me, verifier: ed25519Verifier, knownSequence: (offer: string) => book.sequenceOf(offer) }
    return {
      direct: () => {},
      undelivered: () => {},
      gossip: (from, bytes) => {
        const admitted = admitOffer({ bytes, from, now: millis(Date.now()), context })
        if (admitted.type !== 'accept') return admitted.type
        book.put(admitted.message)
        seen()
        return 'accept'
      },
    }
  }
  const messageOf = (): Uint8Array => {
    sequence += 1
    const now = Date.now()
    const offer: Offer = {
      type: 'offer',
      market,
      offer: offerIdOf(signer.id, 1),
      sequence,
      status: 'open',
      stock: megabytes(8_000),
      reserve: ticks(5_000),
      floor: ticks(4_000),
      policy: 'tracking',
      ladder: Array.from({ length: 8 }, (_, rung) => ({
        price: ticks(5_000 + 100 * rung),
        quantity: megabytes(1_000),
      })),
      issuedAt: millis(now),
      expiresAt: millis(now + 120_000),
      closesAt: millis(now + 3_600_000),
      addresses: ['/ip4/127.0.0.1/tcp/40001', '/ip4/192.168.1.20/tcp/40001'],
    }
    return encode(seal(signer, offer))
  }
  return benchGossip({ name: 'offer to all books / bare gossipsub', receiverOf, messageOf })
}
