import { afterEach, describe, expect, it } from 'vitest'
import { meshPeersOf, scoreOf, watchDuplicates } from '../../node/libp2p/shim.js'
import { bytesOf, connect, startNode, startSwarm, stopAll, type TestNode, topic, until } from './swarm.js'

describe('gossip', () => {
  let nodes: TestNode[] = []

  afterEach(async () => {
    await stopAll(nodes)
  })

  const heard = (node: TestNode): readonly string[] => node.heard.gossiped.map(({ text }) => text)

  /** a – b – c, once b is in a mesh with both. */
  const startLine = async () => {
    const [a, b, c] = [await startNode(), await startNode(), await startNode()]
    nodes = [a, b, c]
    await Promise.all([connect(a, b), connect(c, b)])
    await until(() => [a, c].every((node) => meshPeersOf(node.host.services.pubsub, topic).includes(b.id)))
    await until(() => meshPeersOf(b.host.services.pubsub, topic).length === 2)
    return { a, b, c }
  }

  it('reaches every node of ten once, from whoever passed it on, and is counted', async () => {
    nodes = await startSwarm(10)
    const [first, ...others] = nodes as [TestNode, ...TestNode[]]
    const offer = 'x'.repeat(600)
    first.transport.publish(bytesOf(offer))
    await until(() => others.every((node) => heard(node).length > 0))
    for (const node of others) expect(heard(node)).toEqual([offer])
    expect(heard(first)).toEqual([])
    const traffic = nodes.map((node) => node.transport.traffic().gossip)
    expect(traffic.map((gossip) => gossip.in.messages)).toEqual([0, ...others.map(() => 1)])
    expect(traffic[1]?.in.bytes).toBe(600)
    expect(traffic[0]?.out.messages).toBeGreaterThan(0)
    expect(traffic[0]?.out.bytes).toBe(600 * traffic[0]!.out.messages)
    await until(() => nodes.some((node) => node.transport.traffic().gossip.duplicates > 0))
  })

  it('passes on what is accepted, and nothing else', async () => {
    const { a, b, c } = await startLine()
    const publish = async (text: string): Promise<void> => {
      a.transport.publish(bytesOf(text))
      await until(() => heard(b).includes(text))
    }
    b.heard.verdict = 'ignore'
    await publish('ignored')
    b.heard.verdict = 'reject'
    await publish('rejected')
    b.heard.verdict = 'accept'
    await publish('accepted')
    await until(() => heard(c).length > 0)
    expect(heard(c)).toEqual(['accepted'])
    expect(c.heard.gossiped[0]?.from).toBe(b.id)
  })

  it('lowers the score of who passes on what is rejected, and of nobody else', async () => {
    const { a, b, c } = await startLine()
    b.heard.verdict = 'ignore'
    a.transport.publish(bytesOf('ignored'))
    await until(() => heard(b).length === 1)
    const scoreAt = (of: TestNode): number => scoreOf(b.host.services.pubsub, of.id)
    expect(scoreAt(a)).toBeGreaterThanOrEqual(0)
    b.heard.verdict = 'reject'
    a.transport.publish(bytesOf('rejected'))
    await until(() => scoreAt(a) < 0)
    expect(scoreAt(c)).toBeGreaterThanOrEqual(0)
  })

  it('does not pass on one message twice, and takes a repeated one as old', async () => {
    const { a, b, c } = await startLine()
    a.transport.publish(bytesOf('offer'))
    await until(() => heard(c).length > 0)
    c.transport.publish(bytesOf('offer'))
    a.transport.publish(bytesOf('offer'))
    a.transport.publish(bytesOf('next'))
    await until(() => heard(c).includes('next'))
    expect(heard(b)).toEqual(['offer', 'next'])
    expect(heard(c)).toEqual(['offer', 'next'])
  })

  it('can be published with nobody there', async () => {
    const node = await startNode()
    nodes = [node]
    node.transport.publish(bytesOf('to nobody'))
    node.transport.publish(bytesOf('to nobody'))
    await new Promise(setImmediate)
    expect(node.transport.traffic().gossip.out).toEqual({ messages: 0, bytes: 0 })
  })
})

describe('the hidden parts of gossipsub', () => {
  it('are where the shim looks for them', async () => {
    const nodes = await startSwarm(2)
    const [a, b] = nodes as [TestNode, TestNode]
    const { pubsub } = a.host.services
    expect(meshPeersOf(pubsub, topic)).toEqual([b.id])
    expect(meshPeersOf(pubsub, 'another topic')).toEqual([])
    expect(scoreOf(pubsub, b.id)).toBeTypeOf('number')
    const { score } = pubsub as unknown as {
      score: { duplicateMessage(from: string, id: string, topic: string): void }
    }
    const seen: string[] = []
    const unwatch = watchDuplicates(pubsub, (topic) => seen.push(topic))
    score.duplicateMessage(b.id, 'id', topic)
    unwatch()
    score.duplicateMessage(b.id, 'id', topic)
    expect(seen).toEqual([topic])
    await stopAll(nodes)
  })
})
