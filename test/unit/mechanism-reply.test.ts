import { describe, expect, test } from 'vitest'
import type { Ladder } from '../../src/mechanism/bid.js'
import { expectedOf, type Situation, supremumOf, worthSending } from '../../src/mechanism/reply.js'
import { playStaticGame } from '../../src/mechanism/static-game.js'
import { fixedStrategy, strategies } from '../../src/mechanism/strategy.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { Prng } from '../../src/sim/prng.js'
import { type Megabytes, type Micros, megabytes, micros, microsMax, type Ticks, ticks } from '../../src/units.js'

const ladderOf = (...rungs: readonly (readonly [number, number])[]): Ladder =>
  rungs.map(([price, quantity]) => ({ price: ticks(price), quantity: megabytes(quantity) }))

const situation = (changes: Partial<Situation>): Situation => ({
  buyer: 'b',
  valuation: valuationOf({ kind: 'parabolic', qbar: 90, pbar: 10 }),
  owned: 0 as Megabytes,
  budgetLeft: microsMax as Micros,
  epsilon: 0 as Micros,
  loyalty: 1_000,
  view: [{ offer: 's', ladder: ladderOf([5_000, 60_000]) }],
  ...changes,
})
const reply = strategies['minimal-pool']

describe('a reply', () => {
  test('reaches exactly the whole MB at which value and price meet', () => {
    expect(reply(situation({}))).toMatchObject({ supremum: 45_000, quantity: 45_000, price: 5_001 })
  })

  test('keeps the distance from its supremum that ε is worth', () => {
    // The last x GB are worth 5x + x²/18 = 10 currency: x = 9·(√(25 + 20/9) − 5) = 1.9572…
    const { supremum, quantity } = reply(situation({ epsilon: micros(10_000_000) }))
    expect(supremum).toBe(45_000)
    expect(quantity).toBe(Math.floor(45_000 - 9_000 * (Math.sqrt(25 + 20 / 9) - 5)))
  })

  test('opts out of what costs as much as the next MB is worth', () => {
    expect(reply(situation({ view: [{ offer: 's', ladder: ladderOf([10_000, 60_000]) }] })).bids).toEqual([])
    expect(reply(situation({ owned: megabytes(45_000) })).bids).toEqual([])
    expect(reply(situation({ view: [] })).bids).toEqual([])
  })

  test('of a satiated buyer still goes strictly above the last rung', () => {
    const view = [{ offer: 's', ladder: ladderOf([0, 100_000]) }]
    expect(reply(situation({ view }))).toMatchObject({ quantity: 90_000, price: 1 })
  })

  test('lowers the price for the budget, and the quantity where the price would reach a used rung', () => {
    const valuation = valuationOf({ kind: 'linear', unitValue: 10, demand: 100 })
    const view = [{ offer: 's', ladder: ladderOf([1_000, 20_000], [2_000, 10_000], [4_000, 20_000]) }]
    const within = (currency: number) => reply(situation({ valuation, view, budgetLeft: micros(currency * 1e6) }))
    expect(within(500)).toMatchObject({ quantity: 50_000, price: 10_000 })
    expect(within(300)).toMatchObject({ quantity: 50_000, price: 6_000 })
    // 120 currency cover 29 992 MB at one tick above 4 000: the third rung is out of reach, the second is whole.
    expect(within(120)).toMatchObject({ supremum: 50_000, quantity: 30_000, price: 4_000 })
    expect(within(50)).toMatchObject({ quantity: 24_987, price: 2_001 })
    expect(within(0)).toMatchObject({ quantity: 0, bids: [] })
  })

  test('goes to the fewest sellers, in equal shares, and stays where it is unless another has twice as much', () => {
    const valuation = valuationOf({ kind: 'linear', unitValue: 10, demand: 30 })
    const offer = (name: string, stock: number, standing = false) => ({
      offer: name,
      ladder: ladderOf([1_000, stock * 1_000]),
      ...(standing ? { standing: { quantity: megabytes(1_000), price: ticks(9_000) } } : {}),
    })
    const sharesOf = (view: Situation['view']) =>
      Object.fromEntries(reply(situation({ valuation, view })).bids.map((bid) => [bid.offer, bid.quantity]))
    expect(sharesOf([offer('a', 12), offer('b', 20), offer('c', 18)])).toEqual({ b: 15_000, c: 15_000 })
    expect(sharesOf([offer('a', 31), offer('b', 60)])).toEqual({ b: 30_000 })
    expect(sharesOf([offer('a', 31, true), offer('b', 60)])).toEqual({ a: 30_000 })
    expect(sharesOf([offer('a', 31, true), offer('b', 63)])).toEqual({ b: 30_000 })
  })

  test('of a person with fixed numbers takes what there is at the limit price, less what it owns', () => {
    const fixed = fixedStrategy({ quantity: megabytes(50_000), price: ticks(5_000) })
    expect(fixed(situation({ owned: megabytes(8_000) }))).toMatchObject({ quantity: 42_000, price: 5_000 })
    expect(fixed(situation({ budgetLeft: micros(100_000_000) }))).toMatchObject({ quantity: 20_000 })
    expect(fixed(situation({ view: [{ offer: 's', ladder: ladderOf([5_001, 60_000]) }] })).bids).toEqual([])
  })
})

describe('an expectation', () => {
  const bid = (offer: string, quantity: number, price: number) => ({
    offer,
    quantity: megabytes(quantity),
    price: ticks(price),
  })

  test('counts a tie as lost, and offers outside the view for nothing', () => {
    const view = [{ offer: 's', ladder: ladderOf([1_000, 10], [2_000, 10]) }]
    const of = (...bids: ReturnType<typeof bid>[]) => expectedOf(situation({ view }), bids)
    expect(of(bid('s', 15, 2_000))).toMatchObject({ quantity: 10, charge: 10_000 })
    expect(of(bid('s', 15, 2_001))).toMatchObject({ quantity: 15, charge: 20_000 })
    expect(of(bid('elsewhere', 15, 9_000))).toEqual({ quantity: 0, charge: 0, utility: 0 })
  })
})

describe('the gate', () => {
  test('opens when a standing bid could spend more than the budget, whatever it gains', () => {
    const standing = { quantity: megabytes(30_000), price: ticks(6_000) }
    const before = situation({ view: [{ offer: 's', ladder: ladderOf([5_000, 60_000]), standing }] })
    const after = { ...before, budgetLeft: micros(179_999_999) }
    const patient = { gateShare: 0.9 }
    expect(worthSending({ situation: before, reply: reply(before), ...patient })).toBe(false)
    expect(worthSending({ situation: after, reply: reply(after), ...patient })).toBe(true)
  })

  test('opens when standing bids could bring more than is still wanted', () => {
    const standing = { quantity: megabytes(30_000), price: ticks(6_000) }
    const after = situation({
      owned: megabytes(60_001),
      view: [{ offer: 's', ladder: ladderOf([5_000, 60_000]), standing }],
    })
    expect(worthSending({ situation: after, reply: reply(after), gateShare: 0.2 })).toBe(true)
  })
})

describe('a supremum', () => {
  test('ends within the rung that the budget empties', () => {
    const rungs = ladderOf([1_000, 10_000], [3_000, 10_000])
    expect(supremumOf(situation({ budgetLeft: micros(10_000_000) }), rungs)).toBe(10_000)
    expect(supremumOf(situation({ budgetLeft: micros(10_002_999) }), rungs)).toBe(10_000)
    expect(supremumOf(situation({ budgetLeft: micros(10_003_000) }), rungs)).toBe(10_001)
  })
})

describe('the static game', () => {
  test('ends unsettled at its bound on replies', () => {
    const outcome = playStaticGame({
      sellers: [{ offer: 's', ask: { stock: megabytes(50_000), reserve: 0 as Ticks } }],
      players: ['a', 'b', 'c'].map((buyer) => ({
        buyer,
        valuation: valuationOf({ kind: 'parabolic', qbar: 90, pbar: 10 }),
        budget: microsMax as Micros,
        strategy: reply,
      })),
      epsilon: micros(1_000_000),
      loyalty: 0,
      gateShare: 0,
      viewMax: 1,
      repliesMax: 2,
      random: new Prng('bound'),
    })
    expect(outcome).toMatchObject({ settled: false, replies: 2 })
  })
})
