import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Receiver } from '../../src/ports/transport.js'
import { Agenda } from '../../src/sim/agenda.js'
import { Links, type Outgoing } from '../../src/sim/links.js'
import { internetNetwork, lanNetwork, Network, type NetworkOptions } from '../../src/sim/network.js'
import { type Millis, millis } from '../../src/units.js'
import { transportCompliance } from '../compliance/transport.js'

interface Stage {
  readonly agenda: Agenda
  readonly links: Links<Uint8Array>
  /** When each node got what. */
  readonly heard: { readonly node: number; readonly at: Millis; readonly what: number }[]
}

const nameOf = (node: number) => `node-${node}`

/** Nodes that only note what they hear; `shardsOf` says where each listens. */
function stageOf(
  count: number,
  options: Partial<NetworkOptions> = {},
  { seed = 1, shardsOf = (_: number): readonly number[] => [0], onMessage = (_: Outgoing) => {} } = {},
): Stage {
  const agenda = new Agenda()
  const network = new Network({ ...internetNetwork, lossPerMille: 0, ...options }, { seed, nodes: count })
  const members = Array.from({ length: count }, (_, node) => ({ id: nameOf(node), shards: shardsOf(node) }))
  const sizeOf = (frame: Uint8Array) => frame.length
  const links = new Links({ agenda, network, members, sizeOf, bytesMax: 1_000, seed, onMessage })
  const heard: Stage['heard'] = []
  for (let node = 0; node < count; node++) {
    const hear = (frame: Uint8Array) => heard.push({ node, at: agenda.now, what: frame[0]! })
    links.attach(nameOf(node), {
      gossip: (_, frame) => {
        hear(frame)
        return 'accept'
      },
      direct: (_, frame) => hear(frame),
      undelivered: () => heard.push({ node, at: agenda.now, what: -1 }),
    })
  }
  return { agenda, links, heard }
}

const settle = ({ agenda }: Stage) => {
  while (agenda.advance()) {}
}

transportCompliance('the simulated network', (receivers: readonly Receiver[]) => {
  const agenda = new Agenda()
  const network = new Network({ ...lanNetwork, jitterMs: millis(0) }, { seed: 7, nodes: receivers.length })
  const members = receivers.map((_, node) => ({ id: nameOf(node), shards: [0] }))
  const sizeOf = (frame: Uint8Array) => frame.length
  const links = new Links({ agenda, network, members, sizeOf, bytesMax: 1_000, seed: 7 })
  for (const [node, receiver] of receivers.entries()) links.attach(nameOf(node), receiver)
  return Promise.resolve({
    nodes: members.map(({ id }) => ({ id, transport: links.transportOf(id), addresses: [] })),
    directBytesMax: 1_000,
    stranger: 'node-of-another-world',
    until: (condition) => {
      while (!condition() && agenda.advance()) {}
      return Promise.resolve()
    },
    stop: () => Promise.resolve(),
  })
})

describe('gossip', () => {
  it.each([6, 4, 2, 0])('reaches everyone once over a mesh of degree %i', (degree) => {
    const stage = stageOf(80, { gossip: { degree, hopMs: millis(2) } })
    stage.links.transportOf(nameOf(3)).publish(Uint8Array.of(1))
    settle(stage)
    const others = Array.from({ length: 80 }, (_, node) => node).filter((node) => node !== 3)
    expect(stage.heard.map(({ node }) => node).sort((a, b) => a - b)).toEqual(others)
  })

  it('costs as many copies as the mesh has links, less those that a message came by', () => {
    const stage = stageOf(60, { gossip: { degree: 6, hopMs: millis(2) } })
    stage.links.transportOf(nameOf(0)).publish(Uint8Array.of(1))
    const links = Array.from({ length: 60 }, (_, node) => stage.links.neighboursOf(nameOf(node), 60).length)
    const ends = links.reduce((sum, count) => sum + count, 0)
    // Nobody sends one back where it came from, nor to its author.
    expect(stage.links.traffic.gossip).toBeLessThanOrEqual(ends - 59)
    expect(stage.links.traffic.gossip).toBeGreaterThan(ends - 59 - 6)
  })

  it('is heard only where its shard is listened to', () => {
    const stage = stageOf(30, {}, { shardsOf: (node) => [node % 3] })
    stage.links.transportOf(nameOf(1)).publish(Uint8Array.of(1))
    settle(stage)
    expect(stage.heard).toHaveLength(9)
    expect(stage.heard.every(({ node }) => node % 3 === 1)).toBe(true)
  })

  it('stays on its side of a partition, passes the dead by, and reaches everyone again after healing', () => {
    const stage = stageOf(40)
    const publish = (what: number) => {
      stage.links.transportOf(nameOf(0)).publish(Uint8Array.of(what))
      settle(stage)
      return stage.heard.filter((heard) => heard.what === what).map(({ node }) => node)
    }
    stage.links.partition((id) => Number(id.slice(5)) % 2)
    expect(publish(1)).toHaveLength(19)
    for (const node of [2, 4, 6, 8]) stage.links.attach(nameOf(node), undefined)
    expect(publish(2)).toHaveLength(15)
    stage.links.partition(undefined)
    expect(publish(3)).toHaveLength(35)
  })

  it('survives the loss of a third of all copies nearly always', () => {
    const stage = stageOf(50, { lossPerMille: 300 })
    for (let round = 0; round < 40; round++) stage.links.transportOf(nameOf(round)).publish(Uint8Array.of(round))
    settle(stage)
    expect(stage.heard.length / (40 * 49)).toBeGreaterThan(0.98)
    expect(stage.heard.length).toBeLessThan(40 * 49)
  })
})

describe('direct messages', () => {
  const count = 400
  const sendMany = (options: Partial<NetworkOptions>) => {
    const stage = stageOf(2, { jitterMs: millis(0), ...options })
    for (let what = 0; what < count; what++)
      stage.links.transportOf(nameOf(0)).send(nameOf(1), Uint8Array.of(what % 251), [])
    settle(stage)
    return stage.heard
  }

  it('suffer each fault at the rate that was named', () => {
    expect(sendMany({})).toHaveLength(count)
    const lost = count - sendMany({ lossPerMille: 250 }).length
    expect(lost).toBeGreaterThan(70)
    expect(lost).toBeLessThan(130)
    const twice = sendMany({ duplicatePerMille: 250 }).length - count
    expect(twice).toBeGreaterThan(70)
    expect(twice).toBeLessThan(130)
    const inOrder = (heard: Stage['heard']) => heard.every(({ what }, index) => what === index % 251)
    expect(inOrder(sendMany({}))).toBe(true)
    expect(inOrder(sendMany({ reorderPerMille: 100, reorderMsMax: millis(500) }))).toBe(false)
  })

  it('take as long as the pair is apart, and longer to a slow node', () => {
    const near = sendMany({ latencyMsMin: millis(10), latencyMsMax: millis(30) })
    const times = new Set(near.map(({ at }) => at))
    expect(times.size).toBe(1)
    expect([...times][0]).toBeGreaterThanOrEqual(10)
    expect([...times][0]).toBeLessThanOrEqual(30)
    const slow = sendMany({
      latencyMsMin: millis(10),
      latencyMsMax: millis(30),
      slowPerMille: 1_000,
      slowMs: millis(500),
    })
    expect(slow[0]!.at).toBe(near[0]!.at + 500)
  })

  it('to a node that is down come back as undelivered after a round trip', () => {
    const stage = stageOf(2, { jitterMs: millis(0) })
    stage.links.attach(nameOf(1), undefined)
    stage.links.transportOf(nameOf(0)).send(nameOf(1), Uint8Array.of(1), [])
    settle(stage)
    expect(stage.heard).toEqual([{ node: 0, at: stage.agenda.now, what: -1 }])
    expect(stage.agenda.now).toBeGreaterThanOrEqual(2 * internetNetwork.latencyMsMin)
  })

  it('have their own luck, whatever the other nodes do', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 40 }), (others) => {
        const fateOf = (noise: readonly (readonly [number, number])[]) => {
          const stage = stageOf(8, { lossPerMille: 300, duplicatePerMille: 200 })
          for (let what = 0; what < 20; what++) {
            for (const [from, to] of noise)
              stage.links.transportOf(nameOf(from)).send(nameOf(to), Uint8Array.of(99), [])
            stage.links.transportOf(nameOf(6)).send(nameOf(7), Uint8Array.of(what), [])
          }
          settle(stage)
          return stage.heard.filter(({ node }) => node === 7)
        }
        expect(fateOf(others)).toEqual(fateOf([]))
      }),
    )
  })
})
