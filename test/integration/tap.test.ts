/** What taps see of a real swarm: everything, once, and the same on both sides. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { base64IdOf } from '../../node/libp2p/frame-shelf.js'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { Tap } from '../../node/libp2p/tap.js'
import type { InspectEvent, RpcEvent, VerdictEvent } from '../../src/inspect/event.js'
import { textOfInspectLine } from '../../src/inspect/line.js'
import { bytesOf, connect, startNode, startSwarm, stopAll, type TestNode, topic, until } from './swarm.js'

let nodes: readonly TestNode[] = []
afterEach(() => stopAll(nodes))

/** Everything that a tap kept. */
function seenBy({ tap }: { readonly tap: Tap }): readonly InspectEvent[] {
  const events: InspectEvent[] = []
  for (let n = 0; ; ) {
    const next = tap.after(n)
    if (next.type === 'none') return events
    if (next.type === 'lost') events.push(tap.lost(next.n, next.events))
    else events.push(next.event)
    n = next.n
  }
}

const rpcsOf = (events: readonly InspectEvent[]): readonly RpcEvent[] => events.filter((event) => event.type === 'rpc')
const verdictsOf = (events: readonly InspectEvent[]): readonly VerdictEvent[] =>
  events.filter((event) => event.type === 'verdict')

/** RPCs and their bytes on every way from a node to another. */
function waysIn(events: readonly InspectEvent[]): ReadonlyMap<string, string> {
  const ways = new Map<string, { rpcs: number; bytes: number }>()
  for (const { node, peer, dir, bytes } of rpcsOf(events)) {
    const way = `${dir}: ${dir === 'out' ? `${node} ${peer}` : `${peer} ${node}`}`
    const { rpcs, bytes: before } = ways.get(way) ?? { rpcs: 0, bytes: 0 }
    ways.set(way, { rpcs: rpcs + 1, bytes: before + bytes })
  }
  return new Map([...ways].map(([way, { rpcs, bytes }]) => [way, `${rpcs} RPCs, ${bytes} bytes`]))
}

/** The bounds of its meshes, which it looks up whenever it needs them. */
const optionsOf = (pubsub: unknown): object => (pubsub as { readonly opts: object }).opts

describe('the taps of twenty nodes', () => {
  it('see the same RPCs and bytes come in as go out on every way, and every message accounted for at every node', async () => {
    const swarm = await startSwarm(20, () => ({ tapped: true }))
    nodes = swarm
    const published = 40
    for (let n = 0; n < published; n += 1) {
      swarm[(n * 7) % swarm.length]!.transport.publish(bytesOf(`message ${n} ${'x'.repeat(n * 20)}`))
      if (n % 8 === 7) await new Promise((resolve) => setTimeout(resolve, 30))
    }
    const delivered = () => swarm.reduce((sum, node) => sum + node.heard.gossiped.length, 0)
    await until(() => delivered() >= published * (swarm.length - 1))
    // Unsubscribing is told to all, and heartbeats go on meanwhile: compare when nothing is under way.
    const all = () => swarm.flatMap(seenBy)
    const sides = (dir: 'in' | 'out') =>
      [...waysIn(all())]
        .filter(([way]) => way.startsWith(dir))
        .map(([way, sum]) => `${way.slice(dir.length)} ${sum}`)
        .sort()
    const rpcs = (dir: 'in' | 'out') => rpcsOf(all()).filter((event) => event.dir === dir).length
    await until(() => rpcs('in') === rpcs('out'))
    const events = all()
    expect(sides('in')).toEqual(sides('out'))
    expect(events.filter(({ type }) => type === 'lost')).toEqual([])

    const ids = events.flatMap((event) => (event.type === 'publish' ? [event.id] : []))
    expect(new Set(ids).size).toBe(published)
    for (const node of swarm) {
      const own = seenBy(node)
      const mine = new Set(own.flatMap((event) => (event.type === 'publish' ? [event.id] : [])))
      const got = verdictsOf(own).filter(({ verdict }) => verdict === 'delivered')
      expect(got.map(({ id }) => id).sort()).toEqual(ids.filter((id) => !mine.has(id)).sort())
      // Every copy that came was judged, one by one.
      const copies = rpcsOf(own)
        .filter(({ dir }) => dir === 'in')
        .flatMap(({ messages }) => messages ?? [])
      expect(copies.map(({ id }) => id).sort()).toEqual(
        verdictsOf(own)
          .map(({ id }) => id)
          .sort(),
      )
    }
  })
})

describe('a tap', () => {
  it('keeps nothing while nobody looks, and what it is asked for from then on', async () => {
    const [a, b] = [await startNode(), await startNode()]
    nodes = [a, b]
    await connect(a, b)
    await until(() => a.host.services.pubsub.getSubscribers(topic).length === 1)
    a.transport.publish(bytesOf('unseen'))
    await until(() => b.heard.gossiped.length === 1)
    expect([a.tap.last, b.tap.last]).toEqual([0, 0])
    const close = b.tap.open()
    a.transport.publish(bytesOf('seen'))
    await until(() => b.heard.gossiped.length === 2)
    await until(() => verdictsOf(seenBy(b)).length === 1)
    expect(verdictsOf(seenBy(b))[0]).toMatchObject({ verdict: 'delivered', peer: a.id, topic })
    close()
    expect(seenBy(b).filter(({ type }) => type !== 'lost')).toEqual([])
  })

  it('tells of verdicts, meshes and why a peer was pruned, and what it sees agrees with what gossipsub thinks', async () => {
    const [a, b] = [await startNode({ tapped: true }), await startNode({ tapped: true })]
    nodes = [a, b]
    await connect(a, b)
    await until(() => seenBy(a).some((event) => event.type === 'mesh' && event.change === 'graft'))
    a.heard.verdict = 'reject'
    for (let n = 0; n < 4; n += 1) b.transport.publish(bytesOf(`invalid ${n}`))
    await until(() => seenBy(a).some((event) => event.type === 'mesh' && event.reason === 'bad-score'))
    await until(() => seenBy(b).some((event) => event.type === 'mesh' && event.reason === 'pruned-by-peer'))
    const events = seenBy(a)
    expect(verdictsOf(events).map(({ verdict }) => verdict)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    const prunes = rpcsOf(events).flatMap(({ dir, prune }) => (dir === 'out' ? (prune ?? []) : []))
    expect(prunes).toMatchObject([{ topic, reason: 'bad-score' }])
    const scores = events.flatMap((event) => (event.type === 'score' ? [event] : []))
    expect(scores.at(-1)).toMatchObject({ peer: b.id })
    expect(scores.at(-1)!.score).toBeLessThan(-80)
  })

  it('knows why its own node pruned, and of a PRUNE that came says no more than its backoff lets one guess', async () => {
    const [a, b] = [await startNode({ tapped: true }), await startNode({ tapped: true })]
    nodes = [a, b]
    await connect(a, b)
    const prunes = (node: TestNode, dir: 'in' | 'out') =>
      rpcsOf(seenBy(node)).flatMap((event) => (event.dir === dir ? (event.prune ?? []) : []))
    await until(() => meshPeersOf(a.host.services.pubsub, topic).length === 1)
    a.host.services.pubsub.unsubscribe(topic)
    await until(() => prunes(b, 'in').length === 1)
    expect(prunes(a, 'out')).toEqual([{ topic, backoff: 10, reason: 'left' }])
    expect(prunes(b, 'in')).toEqual([{ topic, backoff: 10, guess: 'left' }])
    a.host.services.pubsub.subscribe(topic)
    // No node of ours comes back before its time; some other may.
    const { sendGraftPrune } = b.host.services.pubsub as unknown as {
      sendGraftPrune: (...maps: Map<string, string[]>[]) => void
    }
    sendGraftPrune.call(b.host.services.pubsub, new Map([[a.id, [topic]]]), new Map(), new Map())
    await until(() => prunes(b, 'in').length === 2)
    expect(prunes(a, 'out')[1]).toEqual({ topic, backoff: 60, reason: 'backoff' })
    expect(prunes(b, 'in')[1]).toEqual({ topic, backoff: 60 })
  })

  it('knows that a mesh had become too large, and that there was no room for a peer that asked', async () => {
    const [a, b, c] = [await startNode({ tapped: true }), await startNode(), await startNode()]
    nodes = [a, b, c]
    const { pubsub } = a.host.services
    const firstPruneOf = ({ id }: TestNode) =>
      rpcsOf(seenBy(a)).find(({ dir, peer, prune }) => dir === 'out' && peer === id && prune !== undefined)?.prune
    await connect(b, a)
    await until(() => meshPeersOf(pubsub, topic).length === 1)
    Object.assign(optionsOf(pubsub), { D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0 })
    await until(() => firstPruneOf(b) !== undefined)
    await connect(c, a)
    await until(() => firstPruneOf(c) !== undefined)
    expect(firstPruneOf(b)).toMatchObject([{ topic, backoff: 60, reason: 'excess' }])
    expect(firstPruneOf(c)).toMatchObject([{ topic, backoff: 60, reason: 'full' }])
    const left = seenBy(a).flatMap((event) => (event.type === 'mesh' && event.change === 'prune' ? [event] : []))
    expect(left).toMatchObject([{ peer: b.id, topic, reason: 'excess' }])
  })

  it('writes of an event the line that the event has, with its bytes or without', async () => {
    const [a, b] = [await startNode({ tapped: true }), await startNode({ tapped: true })]
    nodes = [a, b]
    await connect(a, b)
    await until(() => meshPeersOf(a.host.services.pubsub, topic).length === 1)
    a.transport.publish(bytesOf('twice'))
    await until(() => b.heard.gossiped.length === 1)
    for (let n = 0; n < b.tap.last; n += 1) {
      const next = b.tap.after(n)
      if (next.type !== 'event') throw new Error('it lost an event')
      expect(next.text({ withFrame: false })).toBe(textOfInspectLine(next.event))
      const { raw, ...rest } = JSON.parse(next.text({ withFrame: true }))
      expect(rest).toEqual(JSON.parse(textOfInspectLine(next.event)))
      if (next.event.type === 'rpc') expect(Buffer.from(raw, 'base64')).toHaveLength(next.event.bytes)
      else expect(raw).toBeUndefined()
    }
    expect(b.tap.last).toBeGreaterThan(2)
  })

  it('writes of every verdict the line that the event has, with its code and whatever its topic', () => {
    const tap = new Tap({ node: 'me', name: 'me', market: 'test' })
    tap.open()
    const frame = bytesOf('stale')
    for (const base64Id of [base64IdOf(frame), undefined]) {
      tap.refused('peer', 'stale-sequence', { via: 'gossip', frame })
      tap.judged('ignored', 'peer', { topic: 'a "topic" \\ \n', ...(base64Id !== undefined && { base64Id }) })
    }
    const lines = [tap.after(0), tap.after(1)].map((next) => {
      if (next.type !== 'event') throw new Error('it lost an event')
      expect(next.text({ withFrame: true })).toBe(textOfInspectLine(next.event))
      return next.event
    })
    const id = createHash('sha256').update(frame).digest('hex')
    expect(lines[0]).toMatchObject({ type: 'verdict', verdict: 'ignored', id, code: 'stale-sequence' })
    expect(lines[1]).not.toHaveProperty('id')
  })

  it('forgets the oldest events when it has as many as it keeps, and says how many', () => {
    const tap = new Tap({ node: 'me', name: 'me', market: 'test', eventsMax: 10 })
    tap.open()
    for (let n = 0; n < 25; n += 1) tap.peer('connected', `peer ${n}`)
    const events = seenBy({ tap })
    expect(events).toHaveLength(11)
    expect(events[0]).toMatchObject({ type: 'lost', events: 15, n: 15 })
    expect(events[1]).toMatchObject({ type: 'peer', n: 16, peer: 'peer 15' })
  })
})
