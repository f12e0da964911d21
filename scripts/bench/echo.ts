/** How long a message takes to a peer and back over the auction stream, against a bare length-prefixed echo. */
import '../../node/polyfill.js'
import { lpStream } from '@libp2p/utils'
import type { Host } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import type { Receiver } from '../../src/ports/transport.js'
import { connectRing, serveEcho, startHost } from './hosts.js'
import { type BenchRow, quantile, rowOf } from './row.js'

/** Something that goes from the buyer's host to the seller's and back. */
export interface Exchange {
  /** Resolves when the answer is there. */
  roundTrip(): Promise<void>
  stop(): Promise<void>
}

export type MakeExchange = (hosts: { readonly buyer: Host; readonly seller: Host }) => Promise<Exchange>

export interface EchoOptions {
  readonly name?: string
  /** What is measured. Default: the transport alone, carrying the same bytes as the bare echo. */
  readonly ours?: MakeExchange
  readonly rounds?: number
}

/** A bid with its envelope is about this long. */
const messageBytes = 300
const warmUp = 1_000

/** p50 and p95 of round trips, one bare and one of ours in turn, on the same two nodes. */
export async function benchEcho(options: EchoOptions = {}): Promise<readonly BenchRow[]> {
  const { name = 'auction stream / bare echo', ours: makeOurs = transportEcho, rounds = 2_000 } = options
  const [buyer, seller] = [await startHost(), await startHost()]
  await connectRing([buyer, seller])
  const exchanges = [await makeOurs({ buyer, seller }), await bareEcho({ buyer, seller })] as const
  const times: readonly [number[], number[]] = [[], []]
  for (let round = 0; round < warmUp + rounds; round += 1) {
    // In turn first: what one leaves behind, the other finds.
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const start = performance.now()
      await exchanges[side].roundTrip()
      if (round >= warmUp) times[side].push(1_000 * (performance.now() - start))
    }
  }
  for (const exchange of exchanges) await exchange.stop()
  await Promise.all([buyer.stop(), seller.stop()])
  return [0.5, 0.95].map((share) =>
    rowOf({
      name: `${name}, p${100 * share}`,
      ours: quantile(times[0], share),
      bare: quantile(times[1], share),
      unit: 'µs',
      limit: 2,
    }),
  )
}

/** What a program would write that needs nothing but an answer. */
const bareEcho: MakeExchange = async ({ buyer, seller }) => {
  const protocol = '/overage-bench/echo/1.0.0'
  await serveEcho(seller, protocol)
  const stream = await buyer.dialProtocol(seller.peerId, protocol)
  const frames = lpStream(stream)
  const message = new Uint8Array(messageBytes).fill(1)
  return {
    async roundTrip() {
      await frames.write(message)
      await frames.read()
    },
    stop: () => stream.close(),
  }
}

const transportEcho: MakeExchange = async ({ buyer, seller }) => {
  let answered = (): void => {}
  const receiver: Receiver = { gossip: () => 'ignore', direct: () => {}, undelivered: () => {} }
  const transportOf = async (host: Host, direct: Receiver['direct']): Promise<Libp2pTransport> => {
    const options = { host, publishTopic: '', listenTopics: [], receiver: { ...receiver, direct } }
    const transport = new Libp2pTransport(options)
    await transport.start()
    return transport
  }
  const atSeller = await transportOf(seller, (from, bytes) => atSeller.send(from, bytes, []))
  const atBuyer = await transportOf(buyer, () => answered())
  const message = new Uint8Array(messageBytes).fill(1)
  const to = seller.peerId.toString()
  return {
    roundTrip: () =>
      new Promise((resolve) => {
        answered = resolve
        atBuyer.send(to, message, [])
      }),
    async stop() {
      await Promise.all([atBuyer.stop(), atSeller.stop()])
    },
  }
}
