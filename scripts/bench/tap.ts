/**
 * What being looked at costs: offers gossiped through twenty real nodes in one process, every node checking and keeping them, with all
 * taps off and with all on, each read to the end as a capture file reads it. In turn, so that what else the machine does hits both.
 */
import '../../node/polyfill.js'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { Tap, withRaw } from '../../node/libp2p/tap.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import { textOfInspectLine } from '../../src/inspect/line.js'
import { admitOffer } from '../../src/protocol/admission.js'
import { encode } from '../../src/protocol/codec.js'
import { millis } from '../../src/units.js'
import { benchTopic, connectRing, pause } from './hosts.js'
import { newSigner, offerOf } from './offers.js'
import { type BenchRow, quantile, rowOf } from './row.js'
import { market } from './seller-node.js'

const nodes = 20
const rounds = 12
const messagesPerRound = 120
/** How often a capture writes what came. */
const readMs = 100

interface Node {
  readonly host: Host
  readonly transport: Libp2pTransport
  readonly tap: Tap
}

export async function benchTap(): Promise<readonly BenchRow[]> {
  const swarm = await Promise.all(Array.from({ length: nodes }, startNode))
  await connectRing(swarm.map(({ host }) => host))
  for (const { transport } of swarm) await transport.start()
  while (!swarm.every(({ host }) => meshPeersOf(host.services.pubsub, benchTopic).length >= 2)) await pause(100)
  const signer = await newSigner()
  let sequence = 0
  const costs: { readonly on: number[]; readonly off: number[] } = { on: [], off: [] }
  let written = 0
  for (let round = 0; round < 2 * (rounds + 1); round += 1) {
    const isOn = round % 2 === 1
    const reading = isOn ? swarm.map(({ tap }) => readAll(tap)) : []
    const start = process.cpuUsage()
    for (let n = 0; n < messagesPerRound; n += 1) {
      sequence += 1
      swarm[sequence % nodes]!.transport.publish(encode(offerOf(signer, { sequence })))
      await pause(5)
    }
    await pause(200)
    for (const stop of reading) written += stop()
    const { user, system } = process.cpuUsage(start)
    // The first of each warms up.
    if (round >= 2) costs[isOn ? 'on' : 'off'].push((user + system) / 1_000 / messagesPerRound)
  }
  await Promise.all(swarm.map(({ transport }) => transport.stop()))
  await Promise.all(swarm.map(({ host }) => host.stop()))
  if (written === 0) throw new Error('the taps saw nothing')
  const name = `CPU a gossiped offer, ${nodes} nodes: all taps read / off`
  return [rowOf({ name, ours: quantile(costs.on, 0.5), bare: quantile(costs.off, 0.5), unit: 'ms', limit: 1.15 })]
}

async function startNode(): Promise<Node> {
  const privateKey = await generateKeyPair('Ed25519')
  const me = peerIdFromPrivateKey(privateKey).toString()
  const tap = new Tap({ node: me, name: 'bench', market })
  const host = await composeLibp2p({
    privateKey,
    tap,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    local: true,
    topics: [benchTopic],
  })
  const book = new OfferBook(me, 10_000)
  const knownSequence = (offer: string, seller: string) => book.sequenceOf(offer, seller)
  const context = { market, me, verifier: ed25519Verifier, knownSequence }
  const transport = new Libp2pTransport({
    host,
    publishTopic: benchTopic,
    listenTopics: [benchTopic],
    observer: tap,
    receiver: {
      direct: () => {},
      undelivered: () => {},
      gossip: (from, bytes) => {
        const admitted = admitOffer({ bytes, from, now: millis(Date.now()), context })
        if (admitted.type !== 'accept') return admitted.type
        book.put(admitted.message)
        return 'accept'
      },
    },
  })
  return { host, transport, tap }
}

/** Makes a line of every event, bytes included. Returns a function that ends it and says how many characters that were. */
function readAll(tap: Tap): () => number {
  const close = tap.open()
  let seen = tap.last
  let characters = 0
  const read = (): void => {
    for (;;) {
      const next = tap.after(seen)
      if (next.type === 'none') return
      seen = next.n
      if (next.type === 'lost') throw new Error('the reader fell behind')
      const event = next.frame === undefined ? next.event : withRaw(next.event, next.frame)
      characters += textOfInspectLine(event).length
    }
  }
  const timer = setInterval(read, readMs)
  return () => {
    clearInterval(timer)
    read()
    close()
    return characters
  }
}
