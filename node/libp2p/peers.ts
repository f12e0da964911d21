/** Who a host is connected to, as its person sees it, and news of who comes and goes. */
import type { Connection, PeerId } from '@libp2p/interface'
import type { Host } from './compose.js'
import { meshPeersOf } from './shim.js'
import type { Standing } from './tap.js'

/** A peer to which at least one connection is open. */
export interface Peer {
  readonly id: string
  /** Where it was reached, or came from; one for each connection. */
  readonly addresses: readonly string[]
  /** Who dialled first. */
  readonly direction: 'inbound' | 'outbound'
  /** Round trip, as last measured; undefined where nobody measured it. */
  readonly latencyMs: number | undefined
  /** What it says that it runs. */
  readonly agent: string | undefined
  /** Whether offers are exchanged with it in full. */
  readonly inMesh: boolean
  /** Since when it is connected, in ms since the Unix epoch. */
  readonly since: number
}

export type PeerNews =
  | { readonly type: 'peer-connected'; readonly peer: string }
  | { readonly type: 'peer-disconnected'; readonly peer: string }

/** In the order in which they came. */
export async function peersOf(host: Host, topics: readonly string[]): Promise<readonly Peer[]> {
  const mesh = new Set(topics.flatMap((topic) => meshPeersOf(host.services.pubsub, topic)).map(String))
  const peers = await Promise.all(host.getPeers().map((id) => peerOf(host, id, mesh)))
  return peers.filter((peer) => peer !== undefined).sort((a, b) => a.since - b.since)
}

async function peerOf(host: Host, id: PeerId, mesh: ReadonlySet<string>): Promise<Peer | undefined> {
  const connections = host.getConnections(id)
  const first = connections.reduce<Connection | undefined>(earlier, undefined)
  if (first === undefined) return undefined
  const known = await host.peerStore.get(id).catch(() => undefined)
  const agent = known?.metadata.get('AgentVersion')
  return {
    id: id.toString(),
    addresses: connections.map(({ remoteAddr }) => remoteAddr.toString()),
    direction: first.direction,
    latencyMs: connections.find(({ rtt }) => rtt !== undefined)?.rtt,
    agent: agent === undefined ? undefined : new TextDecoder().decode(agent),
    inMesh: mesh.has(id.toString()),
    since: first.timeline.open,
  }
}

const earlier = (first: Connection | undefined, next: Connection): Connection =>
  first === undefined || next.timeline.open < first.timeline.open ? next : first

/** Tells `listener` of every peer that comes or goes. Returns a function that ends it. */
export function watchPeers(host: Host, listener: (news: PeerNews) => void): () => void {
  const came = ({ detail }: CustomEvent<PeerId>): void => listener({ type: 'peer-connected', peer: detail.toString() })
  const went = ({ detail }: CustomEvent<PeerId>): void =>
    listener({ type: 'peer-disconnected', peer: detail.toString() })
  host.addEventListener('peer:connect', came)
  host.addEventListener('peer:disconnect', went)
  return () => {
    host.removeEventListener('peer:connect', came)
    host.removeEventListener('peer:disconnect', went)
  }
}

/** How connections and meshes stand, for whoever begins to look. */
export const standingOf = (host: Host, topics: readonly string[]): Standing => ({
  peers: () => host.getPeers().map(String),
  mesh: () => topics.flatMap((topic) => meshPeersOf(host.services.pubsub, topic).map((peer) => [topic, peer] as const)),
})
