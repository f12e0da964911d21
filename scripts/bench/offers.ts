import { generateKeyPair } from '@libp2p/crypto/keys'
import { signerOf } from '../../node/signer-ed25519.js'
import type { Signer } from '../../src/ports/signer.js'
import { type Offer, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { market } from './seller-node.js'

export const newSigner = async (): Promise<Signer> => signerOf(await generateKeyPair('Ed25519'))

/** An open offer as sellers publish them: eight rungs, two addresses. */
export function offerOf(signer: Signer, { sequence }: { readonly sequence: number }): Sealed<Offer> {
  const now = Date.now()
  return seal(signer, {
    type: 'offer',
    market,
    offer: offerIdOf(signer.id, 1),
    sequence,
    status: 'open',
    stock: megabytes(8_000),
    reserve: ticks(5_000),
    floor: ticks(4_000),
    policy: 'tracking',
    ladder: Array.from({ length: 8 }, (_, rung) => ({ price: ticks(5_000 + 100 * rung), quantity: megabytes(1_000) })),
    issuedAt: millis(now),
    expiresAt: millis(now + 120_000),
    closesAt: millis(now + 3_600_000),
    addresses: ['/ip4/127.0.0.1/tcp/40001', '/ip4/192.168.1.20/tcp/40001'],
  })
}
