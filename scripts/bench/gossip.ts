/** How long a gossiped message takes to reach all of a swarm, against a bare gossipsub message in the same mesh. */
import '../../node/polyfill.js'
import { randomBytes } from 'node:crypto'
import type { Host } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import type { Receiver } from '../../src/ports/transport.js'
import { benchTopic, connectAll, meshed, pause, startHost } from './hosts.js'
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
  readonly nodes?: number
  readonly messages?: number
}

/** An offer with some rungs and two addresses, in its envelope, is about this long. */
const messageBytes = 600
const warmUp = 20
/** A message that took longer is lost. */
const waitMsMax = 3_000

/** p50 and p95, over messages, of the time until the last node of the swarm has one; bare and ours in turn. */
export async function benchGossip(options: GossipOptions = {}): Promise<readonly BenchRow[]> {
  const { name = 'gossip / bare gossipsub', nodes = 20, messages = 200 } = options
  const { receiverOf = takeAll, messageOf = () => randomBytes(messageBytes) } = options
  const hosts = await Promise.all(Array.from({ length: nodes }, startHost))
  let missing = 0
  let complete = (): void => {}
  const seen = (): void => {
    missing -= 1
    if (missing === 0) complete()
  }
  const transports = hosts.map((host) => {
    const receiver = receiverOf(host, seen)
    return new Libp2pTransport({ host, publishTopic: benchTopic, listenTopics: [benchTopic], receiver })
  })
  await Promise.all(transports.map((transport) => transport.start()))
  await connectAll(hosts)
  await meshed(hosts)
  const toggle = validatorToggle(hosts, seen)
  const time = async (publish: () => void): Promise<number> => {
    const start = performance.now()
    missing = nodes - 1
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
    const index = round % nodes
    const host = hosts[index] as Host
    const [ours, bare] = [messageOf(host), messageOf(host)]
    toggle.ours()
    const oursMs = await time(() => transports[index]?.publish(ours))
    toggle.bare()
    const bareMs = await time(() => void host.services.pubsub.publish(benchTopic, bare))
    if (round >= warmUp) {
      times.ours.push(oursMs)
      times.bare.push(bareMs)
    }
  }
  toggle.ours()
  await Promise.all(transports.map((transport) => transport.stop()))
  await Promise.all(hosts.map((host) => host.stop()))
  return [0.5, 0.95].map((share) =>
    rowOf({
      name: `${name}, ${nodes} nodes, p${100 * share}`,
      ours: quantile(times.ours, share),
      bare: quantile(times.bare, share),
      unit: 'ms',
      limit: 1.3,
    }),
  )
}

const takeAll = (_: Host, seen: () => void): Receiver => ({
  gossip: () => {
    seen()
    return 'accept'
  },
  direct: () => {},
  undelivered: () => {},
})

/**
 * One topic and one mesh for both: taking the transports' validators away leaves bare gossipsub, which tells whoever listens
 * to its messages.
 */
function validatorToggle(hosts: readonly Host[], seen: () => void) {
  const ends = hosts.map(({ services: { pubsub } }) => ({ pubsub, validator: pubsub.topicValidators.get(benchTopic) }))
  return {
    ours: (): void => {
      for (const { pubsub, validator } of ends) {
        pubsub.removeEventListener('message', seen)
        if (validator !== undefined) pubsub.topicValidators.set(benchTopic, validator)
      }
    },
    bare: (): void => {
      for (const { pubsub } of ends) {
        pubsub.addEventListener('message', seen)
        pubsub.topicValidators.delete(benchTopic)
      }
    },
  }
}
