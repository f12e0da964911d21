/**
 * Run by `tap.ts` in a process of its own: twenty nodes that gossip offers, check and keep them. With a token, each has a tap, which its
 * API serves to whoever knows that, as every node does; without, none. Says what a turn of gossip cost the process.
 */
import '../../node/polyfill.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { appWith } from '../../node/api/app.js'
import { addGossip } from '../../node/api/gossip.js'
import { listen } from '../../node/api/serve.js'
import { Capture } from '../../node/inspect/capture.js'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { Tap } from '../../node/libp2p/tap.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { OfferBook } from '../../src/agent/offer-book.js'
import { judgeOffer } from '../../src/protocol/admission.js'
import { byteWire, encode } from '../../src/protocol/codec.js'
import { limits } from '../../src/protocol/message.js'
import { millis } from '../../src/units.js'
import { benchTopic, connectRing, pause } from './hosts.js'
import { newSigner, offerOf } from './offers.js'
import { market } from './seller-node.js'

const nodes = 20
/** A busy market's, and about half of what the process can do: beyond that, turns would wait for each other. */
const messagesPerSecond = 50
/** Until the last offer of a turn is everywhere, and read. */
const settleMs = 300

const [, , token] = process.argv

/** One turn of gossip. `capture`: every tap is written to files meanwhile. */
export interface Turn {
  readonly messages: number
  readonly capture: boolean
}
/** What it took: user and system time, the threads of the runtime included. */
export interface TurnReport {
  readonly cpuMs: number
  /** Events of all taps, by how far they counted. */
  readonly events: number
}
/** Where the taps can be read; empty for a bare swarm. */
export interface SwarmReady {
  readonly urls: readonly string[]
}

interface Node {
  readonly host: Host
  readonly transport: Libp2pTransport
  readonly tap: Tap | undefined
}

async function startNode(): Promise<Node> {
  const privateKey = await generateKeyPair('Ed25519')
  const me = peerIdFromPrivateKey(privateKey).toString()
  const tap = token === undefined ? undefined : new Tap({ node: me, name: 'bench', market })
  const host = await composeLibp2p({
    privateKey,
    ...(tap && { tap }),
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
        const decoded = (tap?.wire ?? byteWire).decode(bytes, limits.offerBytesMax)
        const admitted = judgeOffer(decoded, { from, now: millis(Date.now()), context })
        if (admitted.type !== 'accept') return admitted.type
        book.put(admitted.message)
        return 'accept'
      },
    },
  })
  return { host, transport, tap }
}

async function serve(tap: Tap, token: string): Promise<string> {
  const app = await appWith({ token, open: false, tokenFile: '', version: '0', onFault: fail })
  addGossip(app, tap, { startedAt: Date.now(), lingerMs: 0 })
  return listen(app, { host: '127.0.0.1', port: 0 })
}

function fail(error: Error): never {
  throw error
}

const folder = await mkdtemp(join(tmpdir(), 'overage-bench-'))
const swarm = await Promise.all(Array.from({ length: nodes }, startNode))
const taps = swarm.flatMap(({ tap }) => tap ?? [])
const signer = await newSigner()
let sequence = 0
await connectRing(swarm.map(({ host }) => host))
// Whoever comes takes all neighbours that it knows to listen into its mesh: one after the other, all links are in it, in every swarm.
for (const { transport } of swarm) {
  await transport.start()
  await pause(settleMs)
}
if (!swarm.every(({ host }) => meshPeersOf(host.services.pubsub, benchTopic).length === 4))
  throw new Error('the mesh is not what it is in other swarms, and what they cost cannot be compared')

async function run({ messages, capture }: Turn): Promise<TurnReport> {
  const captures = capture ? taps.map((tap, n) => new Capture(tap, { folder, name: `node-${n}`, onFailure: fail })) : []
  const before = taps.map(({ last }) => last)
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let n = 0; n < messages; n += 1) {
    sequence += 1
    swarm[sequence % nodes]!.transport.publish(encode(offerOf(signer, { sequence })))
    await pause(Math.max(0, start + ((n + 1) * 1_000) / messagesPerSecond - performance.now()))
  }
  await pause(settleMs)
  const { user, system } = process.cpuUsage(cpu)
  await Promise.all(captures.map((one) => one.close()))
  const events = taps.reduce((sum, { last }, index) => sum + last - before[index]!, 0)
  return { cpuMs: (user + system) / 1_000, events }
}

process.on('message', (turn: Turn) => void run(turn).then((report) => process.send?.(report)))
process.on('disconnect', () => void rm(folder, { recursive: true, force: true }).then(() => process.exit()))
process.send?.({
  urls: token === undefined ? [] : await Promise.all(taps.map((tap) => serve(tap, token))),
} satisfies SwarmReady)
