/** How long a gossiped message takes to reach all of a swarm, against a bare gossipsub message in the same mesh. */
import '../../node/polyfill.js'
import { randomBytes } from 'node:crypto'
import type { GossipSub } from '@chainsafe/libp2p-gossipsub'
import { stop } from '@libp2p/interface'
import type { Host } from '../../node/libp2p/compose.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import type { Receiver } from '../../src/ports/transport.js'
import { addBareGossipsub, benchTopic, connectRing, pause, startHost } from './hosts.js'
import { type BenchRow, quantile, rowOf } from './row.js'

export interface GossipOptions {
  readonly name?: string
  /**
   * What stands behind each node's transport. It must call `seen` for each message that it takes. Default: a receiver
   * that takes everything, which leaves the transport alone.
   */
  readonly receiverOf?: (host: Host, seen: () => void) => Receiver
  /** Fresh messages for one of the nodes to publish. Default: random bytes. */
  readonly messageOf?: (host: Host) => Uint8Array
  /** Whether the bare message is signed and checked, as gossipsub does unless told otherwise. Default: true. */
  readonly signed?: boolean
  readonly nodes?: number
  readonly messages?: number
}

interface Node {
  readonly host: Host
  readonly transport: Libp2pTransport
  readonly bare: GossipSub
}

/** An offer with some rungs and two addresses, in its envelope, is about this long. */
const messageBytes = 600
const warmUp = 20
/** A message that took longer is lost. */
const waitMsMax = 3_000

/** p50 and p95, over messages, of the time until the last node of the swarm has one; bare and ours in turn. */
export async function benchGossip(options: GossipOptions = {}): Promise<readonly BenchRow[]> {
  const { name = 'gossip / bare gossipsub', signed = true, nodes: count = 20, messages = 200 } = options
  const { receiverOf = takeAll, messageOf = () => randomBytes(messageBytes) } = options
  let missing = 0
  let complete = (): void => {}
  const seen = (): void => {
    missing -= 1
    if (missing === 0) complete()
  }
  const nodes = await startNodes({ count, signed, receiverOf: (host) => receiverOf(host, seen), seen })
  const time = async (publish: () => void): Promise<number> => {
    const start = performance.now()
    missing = count - 1
    const reached = new Promise<void>((resolve) => {
      complete = resolve
    })
    publish()
    await Promise.race([reached, pause(waitMsMax)])
    const ms = performance.now() - start
    // Copies that are still under way belong to this message, not to the next one.
    await pause(10)
    return ms
  }
  const times: { readonly ours: number[]; readonly bare: number[] } = { ours: [], bare: [] }
  for (let round = 0; round < warmUp + messages; round += 1) {
    const { host, transport, bare } = nodes[round % count] as Node
    const message = messageOf(host)
    const oursMs = await time(() => transport.publish(message))
    const bareMs = await time(() => void bare.publish(benchTopic, randomBytes(message.byteLength)))
    if (round >= warmUp) {
      times.ours.push(oursMs)
      times.bare.push(bareMs)
    }
  }
  await Promise.all(nodes.map(({ transport, bare }) => Promise.all([transport.stop(), stop(bare)])))
  await Promise.all(nodes.map(({ host }) => host.stop()))
  return [0.5, 0.95].map((share) =>
    rowOf({
      name: `${name}, ${count} nodes, p${100 * share}`,
      ours: quantile(times.ours, share),
      bare: quantile(times.bare, share),
      unit: 'ms',
      limit: 1.3,
    }),
  )
}

/**
 * Nodes that gossip in two ways over the same connections. Each joins when those before it have, so that every connection
 * becomes part of both meshes: they are the same.
 */
async function startNodes(options: {
  readonly count: number
  readonly signed: boolean
  readonly receiverOf: (host: Host) => Receiver
  readonly seen: () => void
}): Promise<Node[]> {
  const { count, signed, receiverOf, seen } = options
  const hosts = await Promise.all(Array.from({ length: count }, startHost))
  const nodes = await Promise.all(
    hosts.map(async (host) => {
      const topics = { publishTopic: benchTopic, listenTopics: [benchTopic] }
      const transport = new Libp2pTransport({ host, ...topics, receiver: receiverOf(host) })
      const bare = await addBareGossipsub(host, { signed })
      bare.addEventListener('message', seen)
      return { host, transport, bare }
    }),
  )
  await connectRing(hosts)
  await pause(1_000)
  for (const { transport, bare } of nodes) {
    await transport.start()
    bare.subscribe(benchTopic)
    await pause(50)
  }
  const same = ({ host, bare }: Node): boolean => {
    const [ours, theirs] = [meshPeersOf(host.services.pubsub, benchTopic), meshPeersOf(bare, benchTopic)]
    return ours.length === host.getPeers().length && theirs.length === ours.length
  }
  for (let wait = 0; !nodes.every(same); wait += 1) {
    if (wait === 100) throw new Error('the meshes did not become the same')
    await pause(100)
  }
  return nodes
}

const takeAll = (_: Host, seen: () => void): Receiver => ({
  gossip: () => {
    seen()
    return 'accept'
  },
  direct: () => {},
  undelivered: () => {},
})
