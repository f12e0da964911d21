/**
 * How far the simulator's gossip is from the real one: a mesh of real nodes with gossipsub's own degree, and the model with
 * the same number of nodes and neighbours. Every real node holds a message back before it passes it on, as a distance would:
 * else the nodes, which share a machine, would wait for each other and not for the network. The model is told one thing only,
 * how long the first hop took.
 */
import '../../node/polyfill.js'
import { randomBytes } from 'node:crypto'
import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { meshPeersOf, watchDuplicates } from '../../node/libp2p/shim.js'
import { Mesh } from '../../src/sim/mesh.js'
import { lanNetwork, Network } from '../../src/sim/network.js'
import { millis } from '../../src/units.js'
import { benchTopic, pause } from './hosts.js'
import { type BenchRow, quantile, rowOf } from './row.js'

const nodes = 40
const dialsEach = 6
const messages = 60
const messageBytes = 600
const holdMs = 100
/** A message is everywhere long before this. */
const settleMs = 8 * holdMs
/** Model time is in whole ms; a hop is so many of them, so that nothing is rounded. */
const ticksPerHop = 1_000

interface Spread {
  /** Copies that each node received, duplicates included. */
  readonly copiesPerNode: number
  /** In hops. */
  readonly delays: readonly number[]
}

export async function benchMesh(): Promise<readonly BenchRow[]> {
  const hosts = await Promise.all(Array.from({ length: nodes }, startPublicHost))
  await Promise.all(
    hosts.flatMap((host, index) =>
      Array.from({ length: dialsEach }, (_, dial) => {
        const to = hosts[(index + 1 + ((index * 7 + dial * dial * 5 + dial) % (nodes - 1))) % nodes]!
        return host.dial(to.getMultiaddrs())
      }),
    ),
  )
  for (const host of hosts) host.services.pubsub.subscribe(benchTopic)
  await pause(8_000)
  const degree = mean(hosts.map((host) => neighboursOf(host).length))
  const real = await spreadReally(hosts)
  await Promise.all(hosts.map((host) => host.stop()))
  const model = spreadInModel(2 * Math.round(degree / 2))
  const row = (what: string, of: (spread: Spread) => number, unit: string) =>
    rowOf({ name: `model / real mesh of ${nodes}: ${what}`, ours: of(model), bare: of(real), unit, limit: 1.3 })
  return [
    row('copies a node', ({ copiesPerNode }) => copiesPerNode, ''),
    row('delay p50', ({ delays }) => quantile(delays, 0.5), 'hops'),
    row('delay p95', ({ delays }) => quantile(delays, 0.95), 'hops'),
  ]
}

/** As strangers run it: gossipsub's own mesh, not the thin one of local swarms. */
const startPublicHost = async (): Promise<Host> =>
  composeLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    local: true,
    mesh: 'public',
    topics: [benchTopic],
  })

const neighboursOf = (host: Host): readonly string[] => meshPeersOf(host.services.pubsub, benchTopic)

async function spreadReally(hosts: readonly Host[]): Promise<Spread> {
  let copies = 0
  let publishedAt = 0
  let neighbours: readonly string[] = []
  const delaysMs: number[] = []
  const hopsMs: number[] = []
  for (const host of hosts) {
    const { pubsub } = host.services
    const me = host.peerId.toString()
    pubsub.topicValidators.set(benchTopic, () => pause(holdMs).then(() => TopicValidatorResult.Accept))
    watchDuplicates(pubsub, () => {
      copies += 1
    })
    pubsub.addEventListener('message', () => {
      copies += 1
      const delayMs = performance.now() - publishedAt
      delaysMs.push(delayMs)
      if (neighbours.includes(me)) hopsMs.push(delayMs)
    })
  }
  for (let round = 0; round < messages; round += 1) {
    const host = hosts[round % hosts.length]!
    neighbours = neighboursOf(host)
    publishedAt = performance.now()
    await host.services.pubsub.publish(benchTopic, randomBytes(messageBytes))
    await pause(settleMs)
  }
  const hopMs = quantile(hopsMs, 0.5)
  return { copiesPerNode: copies / messages / hosts.length, delays: delaysMs.map((delayMs) => delayMs / hopMs) }
}

function spreadInModel(degree: number): Spread {
  const members = Array.from({ length: nodes }, (_, node) => node)
  const latency = { latencyMsMin: millis(ticksPerHop), latencyMsMax: millis(ticksPerHop), jitterMs: millis(0) }
  const gossip = { degree, hopMs: millis(0) }
  const network = new Network({ ...lanNetwork, ...latency, gossip }, { seed: 1, nodes })
  const mesh = new Mesh(members, gossip, 1)
  mesh.mend({ isRunning: () => true, groupOf: () => undefined })
  const delays: number[] = []
  let copies = 0
  for (let message = 0; message < messages; message += 1) {
    const spread = mesh.spread(message % nodes, message, network)
    copies += spread.copies
    for (const { delayMs } of spread.arrivals) delays.push(delayMs / ticksPerHop)
  }
  return { copiesPerNode: copies / messages / nodes, delays }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
