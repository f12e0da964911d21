/** Real offers through real admission, for `gossip.ts`: every node checks each seller's signature and keeps a book. */
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import { admitOffer } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { millis } from '../../src/units.js'
import { benchGossip, type GossipOptions } from './gossip.js'
import { newSigner, offerOf } from './offers.js'
import type { BenchRow } from './row.js'
import { market } from './seller-node.js'

/** An offer's way to every book of the swarm, signature checked at every hop, against a bare message as gossipsub signs and checks it. */
export async function benchOfferGossip(): Promise<readonly BenchRow[]> {
  const signer = await newSigner()
  let sequence = 0
  const receiverOf: GossipOptions['receiverOf'] = (host, seen) => {
    const me = host.peerId.toString()
    const book = new OfferBook(me, 10_000)
    const knownSequence = (offer: string, seller: string) => book.sequenceOf(offer, seller)
    const context = { market, me, verifier: ed25519Verifier, knownSequence }
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
    return encode(offerOf(signer, { sequence }))
  }
  return benchGossip({ name: 'offer to all books / bare gossipsub', receiverOf, messageOf })
}
