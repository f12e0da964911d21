/** A real node among peers of other versions: it trades with those that it understands and bears the others. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { encode as lengthPrefixed } from 'it-length-prefixed'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { composeLibp2p } from '../../node/libp2p/compose.js'
import { scoreOf } from '../../node/libp2p/shim.js'
import { type MarketNode, startMarketNode } from '../../node/market-node.js'
import { lanRules } from '../../src/agent/rules.js'
import { encode } from '../../src/protocol/codec.js'
import { seal } from '../../src/protocol/signing.js'
import { auctionProtocolId } from '../../src/protocol/topics.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { offer, seller } from '../unit/protocol-samples.js'
import { versionSamples } from '../unit/version-samples.js'
import { until } from './swarm.js'

const market = 'demo'
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function startNode(): Promise<MarketNode> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-versions-'))
  stops.push(() => rm(folder, { recursive: true }))
  const sells = {
    stock: megabytes(100),
    floor: ticks(8_000),
    policy: 'tracking',
    closesAfterMs: millis(600_000),
  } as const
  const listen = ['/ip4/127.0.0.1/tcp/0']
  const common = { market, listen, local: true, rules: lanRules, bootstrap: [], log: pino({ level: 'silent' }) }
  const node = await startMarketNode({ name: 'node', folder, sells, ...common })
  stops.push(() => node.stop({ withdraw: false }))
  node.trade()
  return node
}

/** A host of the sample seller, that speaks of whatever it likes. */
async function startPeer(topics: readonly string[]) {
  const privateKey = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(1))
  const host = await composeLibp2p({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], local: true, topics })
  stops.push(() => Promise.resolve(host.stop()))
  return host
}

/** An honest offer of the same peer, now. */
const liveOffer = (): Uint8Array => {
  const now = Date.now()
  const times = { issuedAt: millis(now), expiresAt: millis(now + 90_000), closesAt: millis(now + 600_000) }
  return encode(seal(seller, { ...offer, ...times, sequence: now }))
}

it('bears what a later minor version says, directly and by gossip, and goes on listening to it', async () => {
  const topic = `overage/1/${market}/offers/0`
  const peer = await startPeer([topic])
  const node = await startNode()
  peer.services.pubsub.subscribe(topic)
  await peer.dial(node.addresses().map((address) => multiaddr(address)))
  await until(() => peer.services.pubsub.getSubscribers(topic).length > 0)
  const stream = await peer.dialProtocol(peer.getConnections()[0]!.remotePeer, auctionProtocolId)
  for (let n = 0; n < 20; n += 1) {
    for (const name of ['new-kind', 'new-refusal-code', 'new-closing-reason', 'next-major']) {
      stream.send(lengthPrefixed.single(versionSamples[name]!))
    }
  }
  for (const name of ['new-policy', 'new-status', 'new-kind', 'next-major']) {
    await peer.services.pubsub.publish(topic, versionSamples[name]!)
  }
  await peer.services.pubsub.publish(topic, liveOffer())
  await until(() => node.status().offersKnown === 2)
  expect(node.refusals()).toEqual([])
  expect(stream.status).toBe('open')
})

it('has nothing to say to an incompatible major, and lives beside it', async () => {
  const topic = `overage/2/${market}/offers/0`
  const peer = await startPeer([topic])
  const node = await startNode()
  peer.services.pubsub.subscribe(topic)
  await peer.dial(node.addresses().map((address) => multiaddr(address)))
  const to = peer.getConnections()[0]!.remotePeer
  for (const protocol of ['/overage/auction/2.0.0', '/overage/offers/2.0.0']) {
    await expect(peer.dialProtocol(to, protocol)).rejects.toMatchObject({ name: 'UnsupportedProtocolError' })
  }
  await peer.services.pubsub.publish(topic, versionSamples['next-major']!)
  await until(() => node.status().offersKnown === 1)
  expect(node.refusals()).toEqual([])
  expect(node.status().peers).toBe(1)
  expect(scoreOf(peer.services.pubsub, node.peerId)).toBeGreaterThanOrEqual(0)
})
