/** How long a bid's quote takes to come back over a live stream, against a bare echo between the same two nodes. */
import '../../node/polyfill.js'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { composeLibp2p } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { admitDirect } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { type Bid, sellerOf } from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { echoProtocol } from './quote-seller.js'
import { type BenchRow, quantile, rowOf } from './row.js'
import { market, type SellerPlace } from './seller-node.js'

const warmUp = 300

/**
 * The nodes are two processes, as people run them. From handing a signed bid to the stream until its quote is admitted: the
 * seller admits the bid, clears its book and quotes. The echo carries as many bytes and does nothing with them.
 */
export async function benchQuote({ rounds = 2_000 }: { readonly rounds?: number } = {}): Promise<readonly BenchRow[]> {
  const seller = fork(fileURLToPath(new URL('quote-seller.js', import.meta.url)))
  const [{ addresses, offer }] = (await once(seller, 'message')) as [SellerPlace]
  const privateKey = await generateKeyPair('Ed25519')
  const host = await composeLibp2p({ privateKey, listen: [], local: true, topics: [] })
  const signer = signerOf(privateKey)
  let answered = (): void => {}
  const context = { market, me: signer.id, verifier: ed25519Verifier, knownSequence: () => undefined }
  const transport = new Libp2pTransport({
    host,
    publishTopic: 'bench',
    listenTopics: [],
    receiver: {
      gossip: () => 'ignore',
      undelivered: () => {},
      direct: (from, bytes) => {
        const admitted = admitDirect({ bytes, from, now: millis(Date.now()), context })
        if (admitted.type === 'accept' && admitted.message.body.type === 'quote') answered()
      },
    },
  })
  await transport.start()
  const stream = await host.dialProtocol(addresses.map(multiaddr), echoProtocol)
  const echo = lpStream(stream)
  let sequence = 0
  const nextBid = (): Uint8Array => {
    sequence += 1
    const quantity = megabytes(1_000 + (sequence % 1_000))
    const body: Bid = { type: 'bid', market, offer, buyer: signer.id, sequence, quantity, price: ticks(5_000) }
    return encode(seal(signer, body))
  }
  const message = new Uint8Array(nextBid().byteLength).fill(1)
  const exchanges = [
    (bid: Uint8Array) =>
      new Promise<void>((resolve) => {
        answered = resolve
        transport.send(sellerOf(offer), bid, addresses)
      }),
    async () => {
      await echo.write(message)
      await echo.read()
    },
  ] as const
  const times: readonly [number[], number[]] = [[], []]
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const bid = nextBid()
    for (const side of [0, 1] as const) {
      const start = performance.now()
      await exchanges[side](bid)
      if (round >= warmUp) times[side].push(1_000 * (performance.now() - start))
    }
  }
  await transport.stop()
  await host.stop()
  seller.disconnect()
  await once(seller, 'exit')
  return [0.5, 0.95].map((share) =>
    rowOf({
      name: `bid to quote / bare echo, p${100 * share}`,
      ours: quantile(times[0], share),
      bare: quantile(times[1], share),
      unit: 'µs',
      limit: 2,
    }),
  )
}
