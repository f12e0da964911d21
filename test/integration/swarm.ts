import '../../node/polyfill.js'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import type { Links } from '../../node/libp2p/links.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { Tap } from '../../node/libp2p/tap.js'
import { Libp2pTransport, type TransportLimits } from '../../node/libp2p/transport.js'
import type { PeerId } from '../../src/ports/signer.js'
import type { Receiver, Verdict } from '../../src/ports/transport.js'
import { auctionProtocolId } from '../../src/protocol/topics.js'

export const topic = 'overage/1/test/offers/0'

export interface Heard {
  readonly from: PeerId
  readonly text: string
}

/** Keeps what it is given, and answers gossip as `verdict` says. */
export class Listener implements Receiver {
  readonly gossiped: Heard[] = []
  readonly directed: Heard[] = []
  readonly lost: PeerId[] = []
  verdict: Verdict = 'accept'
  onDirect: (from: PeerId, bytes: Uint8Array) => void = () => {}

  gossip(from: PeerId, bytes: Uint8Array): Verdict {
    this.gossiped.push({ from, text: textOf(bytes) })
    return this.verdict
  }

  direct(from: PeerId, bytes: Uint8Array): void {
    this.directed.push({ from, text: textOf(bytes) })
    this.onDirect(from, bytes)
  }

  undelivered(to: PeerId): void {
    this.lost.push(to)
  }
}

export interface TestNode {
  readonly id: PeerId
  readonly host: Host
  readonly transport: Libp2pTransport
  readonly heard: Listener
  /** Off until somebody opens it. */
  readonly tap: Tap
  readonly addresses: readonly string[]
  stop(): Promise<void>
}

export interface TestNodeOptions {
  /** Default: a {@link Listener} of its own. */
  readonly receiver?: Receiver
  readonly privateKey?: PrivateKey
  readonly port?: number
  readonly limits?: Partial<TransportLimits>
  /** Whether its tap is open from the start. Default: false. */
  readonly tapped?: boolean
  /** Default: nothing lies between it and others. */
  readonly links?: Links
}

/** A real node on loopback, listening on a free port, knowing nobody. */
export async function startNode({
  receiver,
  privateKey,
  port = 0,
  limits = {},
  tapped = false,
  links,
}: TestNodeOptions = {}): Promise<TestNode> {
  const identity = privateKey ?? (await generateKeyPair('Ed25519'))
  const tap = new Tap({ node: peerIdFromPrivateKey(identity).toString(), name: 'test', market: 'test' })
  if (tapped) tap.open()
  const host = await composeLibp2p({
    privateKey: identity,
    tap,
    listen: [`/ip4/127.0.0.1/tcp/${port}`],
    local: true,
    topics: [topic],
    ...(links && { links }),
  })
  const heard = new Listener()
  const transport = new Libp2pTransport({
    host,
    publishTopic: topic,
    listenTopics: [topic],
    receiver: receiver ?? heard,
    observer: tap,
    limits,
  })
  await transport.start()
  return {
    id: host.peerId.toString(),
    host,
    transport,
    heard,
    tap,
    addresses: host.getMultiaddrs().map(String),
    stop: async () => {
      await transport.stop()
      await host.stop()
      links?.end()
    },
  }
}

/** `count` nodes in a ring with chords, once each is in a gossip mesh. */
export async function startSwarm(count: number, optionsOf: (index: number) => TestNodeOptions = () => ({})) {
  const nodes = await Promise.all(Array.from({ length: count }, (_, index) => startNode(optionsOf(index))))
  const links = nodes.flatMap((node, index) => [1, 3].map((step) => [node, nodes[(index + step) % count]!] as const))
  await Promise.all(links.filter(([from, to]) => from !== to).map(([from, to]) => connect(from, to)))
  await until(() =>
    nodes.every((node) => meshPeersOf(node.host.services.pubsub, topic).length >= Math.min(2, count - 1)),
  )
  return nodes
}

export const connect = async (from: TestNode, to: TestNode): Promise<void> => {
  await from.host.dial(to.host.getMultiaddrs())
}

export const stopAll = async (nodes: readonly TestNode[]): Promise<void> => {
  await Promise.all(nodes.map((node) => node.stop()))
}

/** Open auction streams of a node. */
export const auctionStreamsOf = (node: TestNode): number =>
  node.host
    .getConnections()
    .flatMap(({ streams }) => streams)
    .filter(({ protocol }) => protocol === auctionProtocolId).length

/**
 * Resolves as soon as `condition` holds; rejects when it does not come to hold in time. That is a little less than a test may take, so
 * that what failed is named: how fast a crowded machine is, no test asserts.
 */
export async function until(condition: () => boolean, msMax = 50_000): Promise<void> {
  const end = performance.now() + msMax
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never held: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
