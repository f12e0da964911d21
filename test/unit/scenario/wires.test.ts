import { expect, it } from 'vitest'
import { goodLink } from '../../../node/libp2p/lane.js'
import { Wires } from '../../../node/swarm/wires.js'

const wires = () => new Wires('seed')
const cut = (some: Wires, ...pairs: readonly string[]) => pairs.map((pair) => some.between(pair[0]!, pair[1]!).cut)

it('nothing lies between nodes until it is said', () => {
  expect(wires().between('a', 'b')).toEqual(goodLink)
})

it('a partition cuts groups off from each other; all that are in none are one more', () => {
  const some = wires()
  some.cut([['a', 'b'], ['c']])
  expect(cut(some, 'ab', 'ac', 'cb', 'ad', 'cd', 'de')).toEqual([false, true, true, true, true, false])
  some.cut([['a']])
  expect(cut(some, 'ab', 'bc')).toEqual([true, false])
  some.heal()
  expect(cut(some, 'ab', 'bc')).toEqual([false, false])
})

it('a change is of all links, of those that some have, or of those between two sides, and the later holds', () => {
  const some = wires()
  some.change({}, { latencyMs: 10, jitterMs: 1 })
  some.change({ of: ['a'] }, { lossPerMille: 50 })
  some.change({ between: [['b'], ['c', 'd']] }, { latencyMs: 70, jitterMs: 0 })
  expect(some.between('b', 'e')).toEqual({ ...goodLink, latencyMs: 10, jitterMs: 1 })
  expect(some.between('e', 'a')).toEqual({ ...goodLink, latencyMs: 10, jitterMs: 1, lossPerMille: 50 })
  for (const [one, other] of ['bd', 'db'].map((pair) => [...pair]))
    expect(some.between(one!, other!)).toEqual({ ...goodLink, latencyMs: 70 })
  expect(some.between('c', 'd')).toEqual({ ...goodLink, latencyMs: 10, jitterMs: 1 })
  some.change({}, { latencyMs: 0, jitterMs: 0 })
  expect(some.between('b', 'd')).toEqual(goodLink)
})

it('a partition ends and leaves links as slow as they were', () => {
  const some = wires()
  some.change({}, { latencyMs: 10 })
  some.cut([['a']])
  expect(some.between('a', 'b')).toEqual({ ...goodLink, latencyMs: 10, cut: true })
  some.heal()
  expect(some.between('a', 'b')).toEqual({ ...goodLink, latencyMs: 10 })
})

it('a node is told of every other by its peer id, the newest too', async () => {
  const some = wires()
  const desk = (name: string, seed: number) => ({ person: { name }, identitySeed: new Uint8Array(32).fill(seed) })
  await some.add(desk('a', 1))
  await some.add(desk('b', 2))
  some.cut([['a']])
  await some.add(desk('c', 3))
  const table = some.tableOf('b')
  expect(table.map(([, link]) => link.cut)).toEqual([true, false])
  expect(table.every(([peer]) => peer.startsWith('12D3KooW'))).toBe(true)
  expect(new Set(table.map(([peer]) => peer)).size).toBe(2)
})
