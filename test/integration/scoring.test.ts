/** What nodes think of each other: nothing bad of the honest, however busy, and the worst of those who pass on what is invalid. */
import { afterEach, describe, expect, it } from 'vitest'
import { scoreThresholds } from '../../node/libp2p/scoring.js'
import { meshPeersOf, scoreOf } from '../../node/libp2p/shim.js'
import { bytesOf, connect, startNode, startSwarm, stopAll, type TestNode, topic, until } from './swarm.js'

let nodes: TestNode[] = []
afterEach(() => stopAll(nodes))

/** Keeps the only thread for so long, as verifying much does. */
function toil(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('scores', () => {
  it('of honest nodes stay at 0 or above under more load than they can carry, and the mesh stays whole', async () => {
    const gossip = () => {
      toil(2)
      return 'accept' as const
    }
    const laborious = { gossip, direct: () => {}, undelivered: () => {} }
    const swarm = await startSwarm(4, () => ({ receiver: laborious }))
    nodes = swarm
    for (let n = 0; n < 40; n += 1) {
      for (const [index, node] of swarm.entries()) node.transport.publish(bytesOf(`${index} ${n} ${'x'.repeat(500)}`))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => swarm.every((node) => node.transport.traffic().gossip.in.messages > 60))
    for (const node of swarm) {
      const { pubsub } = node.host.services
      for (const peer of node.host.getPeers()) expect(scoreOf(pubsub, peer.toString())).toBeGreaterThanOrEqual(0)
      expect(meshPeersOf(pubsub, topic).length).toBeGreaterThan(0)
    }
  })

  it('of who passes on what is invalid fall below the graylist, and it is pruned, while its neighbours are not', async () => {
    const [victim, attacker, honest] = [await startNode(), await startNode(), await startNode()]
    nodes = [victim, attacker, honest]
    await Promise.all([connect(attacker, victim), connect(honest, victim)])
    const { pubsub } = victim.host.services
    await until(() => meshPeersOf(pubsub, topic).length === 2)
    victim.heard.verdict = 'reject'
    for (let n = 0; n < 4; n += 1) attacker.transport.publish(bytesOf(`invalid ${n}`))
    await until(() => scoreOf(pubsub, attacker.id) < scoreThresholds.graylistThreshold!)
    await until(() => !meshPeersOf(pubsub, topic).includes(attacker.id))
    expect(scoreOf(pubsub, honest.id)).toBeGreaterThanOrEqual(0)
    expect(meshPeersOf(pubsub, topic)).toEqual([honest.id])
  })
})
