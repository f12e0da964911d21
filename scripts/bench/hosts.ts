import '../../node/polyfill.js'
import { type GossipSub, type GossipSubComponents, gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { start } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { composeLibp2p, type Host, localMesh } from '../../node/libp2p/compose.js'

export const benchTopic = 'overage/1/bench/offers/0'

export const startHost = async (): Promise<Host> =>
  composeLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    local: true,
    topics: [benchTopic],
  })

/**
 * A second gossipsub on the host's own connections, under protocol ids of its own and with as many mesh peers as ours. `signed`:
 * as the library comes, signing what it publishes and checking what arrives; else as lean as ours, but checking nothing.
 */
export async function addBareGossipsub(host: Host, { signed }: { readonly signed: boolean }): Promise<GossipSub> {
  const { components } = host as unknown as { readonly components: GossipSubComponents }
  const bare = gossipsub({
    ...localMesh,
    allowPublishToZeroTopicPeers: true,
    floodPublish: false,
    scoreParams: { IPColocationFactorWeight: 0 },
    ...(signed ? {} : { globalSignaturePolicy: StrictNoSign, idontwantMinDataSize: Number.MAX_SAFE_INTEGER }),
  })(components)
  bare.protocols = bare.protocols.map((protocol) => `/overage-bench${protocol}`)
  await start(bare)
  return bare
}

/** Connects hosts in a ring with chords: four neighbours for each, which is as many as a mesh takes. */
export async function connectRing(hosts: readonly Host[]): Promise<void> {
  const links = hosts.flatMap((host, index) =>
    [1, 3].map((step) => [host, hosts[(index + step) % hosts.length] as Host] as const),
  )
  // One after the other: of two hundred handshakes begun at once in one process, the last take too long for those who wait.
  for (const [from, to] of links) if (from !== to) await from.dial(to.getMultiaddrs())
}

/** Sends back every frame that comes in on `protocol`, as a program would that needs nothing but an answer. */
export const serveEcho = (host: Host, protocol: string): Promise<void> =>
  host.handle(protocol, async (stream) => {
    const frames = lpStream(stream)
    while (stream.remoteWriteStatus !== 'closed') {
      try {
        await frames.write(await frames.read())
      } catch {
        return
      }
    }
  })

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
