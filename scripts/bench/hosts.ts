import '../../node/polyfill.js'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'

export const benchTopic = 'overage/1/bench/offers/0'

export const startHost = async (): Promise<Host> =>
  composeLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    local: true,
    topics: [benchTopic],
  })

/** Connects each host to the next and to some across the ring, so that every mesh can fill. */
export async function connectAll(hosts: readonly Host[]): Promise<void> {
  const links = hosts.flatMap((host, index) =>
    [1, 3, 7].map((step) => [host, hosts[(index + step) % hosts.length] as Host] as const),
  )
  await Promise.all(links.filter(([from, to]) => from !== to).map(([from, to]) => from.dial(to.getMultiaddrs())))
}

/** Resolves when every host has enough peers in its mesh, and a heartbeat later. */
export async function meshed(hosts: readonly Host[]): Promise<void> {
  const ready = (): boolean => hosts.every(({ services }) => meshPeersOf(services.pubsub, benchTopic).length >= 2)
  while (!ready()) await pause(20)
  await pause(1_500)
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
