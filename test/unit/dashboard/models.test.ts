import { describe, expect, it } from 'vitest'
import { EventParser, type Received } from '../../../node/api/sse.js'
import { heardOf, pathOf, pricesOf } from '../../../node/dashboard/page/models/facts.js'
import { freshnessOf } from '../../../node/dashboard/page/models/freshness.js'
import { stepOf, windowOf } from '../../../node/dashboard/page/models/list.js'
import { meritOf } from '../../../node/dashboard/page/models/merit.js'
import { explained } from '../../../node/dashboard/page/models/why.js'
import { clear, megabytes, micros, ticks } from '../../../src/index.js'

/** The example of SPEC §6. */
const ask = { stock: megabytes(100), reserve: ticks(2) }
const bids = [
  ['a', 60, 10],
  ['b', 40, 6],
  ['c', 40, 6],
  ['d', 10, 1],
].map(([buyer, quantity, price]) => ({
  buyer: buyer as string,
  quantity: megabytes(quantity as number),
  price: ticks(price as number),
}))

const whyFor = (buyer: string, charge?: number) => {
  const won = clear(ask, bids).awards.find((award) => award.buyer === buyer)!
  return explained({
    ...ask,
    quotedReserve: ask.reserve,
    buyer,
    quantity: won.quantity,
    charge: charge === undefined ? won.charge : micros(charge),
    fee: micros(1),
    evidence: bids.map((body) => ({ body })),
  })!
}

describe('why a price', () => {
  it('is the sum of what others would have had without the winner, each at its own bid, and of what nobody wanted', () => {
    const { parts, agrees, outbid } = whyFor('a')
    expect(parts).toEqual([
      { quantity: 20, price: 2, cost: 40, displaced: undefined },
      { quantity: 20, price: 6, cost: 120, displaced: 'b' },
      { quantity: 20, price: 6, cost: 120, displaced: 'c' },
    ])
    expect(parts.reduce((sum, { cost }) => sum + cost, 0)).toBe(280)
    expect(agrees).toBe(true)
    expect(outbid.map(({ buyer, why }) => [buyer, why])).toEqual([
      ['b', 'too-low'],
      ['c', 'too-low'],
      ['d', 'below-reserve'],
    ])
  })

  it('adds up to the charge of every winner', () => {
    for (const { buyer, quantity, charge } of clear(ask, bids).awards) {
      if (quantity === 0) continue
      const { parts } = whyFor(buyer)
      expect(parts.reduce((sum, { cost }) => sum + cost, 0)).toBe(charge)
      expect(parts.reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity)
    }
  })

  it('does not agree with a charge that the bids do not give', () => {
    expect(whyFor('a', 281).agrees).toBe(false)
  })
})

describe('an auction drawn', () => {
  it('puts what wins within the stock, and what is excluded beyond it', () => {
    const { awards } = clear(ask, bids)
    const { blocks } = meritOf(
      ask,
      bids.map((bid, index) => ({ ...bid, won: awards[index]!.quantity })),
    )
    expect(blocks.filter(({ state }) => state === 'won').at(-1)!.to).toBe(100)
    for (const { from, state } of blocks) expect(from >= 100).toBe(state !== 'won')
    expect(blocks.at(-1)).toMatchObject({ buyer: 'd', state: 'below-reserve' })
  })
})

describe('a way through the market', () => {
  it('tells of a bid, of being outbid once, and of where the bidder went', () => {
    const facts = [
      { at: 1, node: 'ann', type: 'bid-sent', offer: 'x/1', quantity: 5, price: 9 },
      { at: 2, node: 'ann', type: 'quoted', offer: 'x/1', quantity: 5 },
      { at: 3, node: 'ann', type: 'quoted', offer: 'x/1', quantity: 2 },
      { at: 4, node: 'ann', type: 'quoted', offer: 'x/1', quantity: 2 },
      { at: 5, node: 'bob', type: 'bid-sent', offer: 'x/1', quantity: 9, price: 9 },
      { at: 6, node: 'ann', type: 'bid-sent', offer: 'x/1', quantity: 0, price: 0 },
      { at: 7, node: 'ann', type: 'bid-sent', offer: 'y/1', quantity: 5, price: 8 },
      { at: 8, node: 'ann', type: 'bought', offer: 'y/1', quantity: 5, charge: 40 },
    ]
    expect(pathOf(facts, 'ann').map(({ type, offer }) => `${type} ${offer}`)).toEqual([
      'bid x/1',
      'outbid x/1',
      'withdrew x/1',
      'bid y/1',
      'bought y/1',
    ])
  })
})

describe('facts over time', () => {
  it('hold a reserve until it moves or its offer closes', () => {
    const { times, lines, sales } = pricesOf([
      { at: 1_000, type: 'offer-opened', offer: 'x/1', reserve: 4_000 },
      { at: 2_000, type: 'sold', offer: 'x/1', quantity: 10, charge: 50_000 },
      { at: 3_000, type: 'offer-closed', offer: 'x/1' },
    ])
    expect(times).toEqual([1, 2, 3])
    expect(lines).toEqual([{ seller: 'x', values: [4, 4, null] }])
    expect(sales).toEqual([null, 5, null])
  })

  it('keep the order of their lines when the oldest of them goes', () => {
    const facts = [
      { at: 1_000, type: 'offer-opened', offer: 'y/1', reserve: 4_000 },
      { at: 2_000, type: 'offer-opened', offer: 'x/1', reserve: 5_000 },
      { at: 3_000, type: 'reserve-moved', offer: 'y/1', reserve: 3_000 },
    ]
    const sellersOf = (from: number) => pricesOf(facts.slice(from)).lines.map(({ seller }) => seller)
    expect(sellersOf(0)).toEqual(['x', 'y'])
    expect(sellersOf(1)).toEqual(sellersOf(0))
  })

  it('name whoever heard of an offer once, the first at the head', () => {
    const known = (at: number, node: string) => ({ at, node, type: 'offer-known', offer: 'x/1' })
    expect(heardOf([known(5, 'b'), known(3, 'a'), known(9, 'b')], 'x/1')).toEqual([
      { node: 'a', at: 3 },
      { node: 'b', at: 5 },
    ])
  })
})

describe('a page', () => {
  it('never calls itself live on old news', () => {
    expect(freshnessOf({ heardAt: undefined, failed: undefined }, 0).state).toBe('connecting')
    expect(freshnessOf({ heardAt: 1_000, failed: undefined }, 2_000).state).toBe('live')
    expect(freshnessOf({ heardAt: 1_000, failed: undefined }, 6_000)).toMatchObject({
      state: 'lost',
      text: expect.stringContaining('5 s old'),
    })
    expect(freshnessOf({ heardAt: 1_000, failed: 'silent' }, 1_500).state).toBe('lost')
    expect(freshnessOf({ heardAt: 1_000, failed: 'refused' }, 1_500).state).toBe('refused')
  })

  it('draws as many rows of a list as are in sight, however long it is', () => {
    const { from, count } = windowOf({ top: 900_000, height: 600, row: 30 })
    expect(from).toBeLessThanOrEqual(30_000)
    expect(from + count).toBeGreaterThanOrEqual(30_020)
    expect(count).toBeLessThan(80)
  })

  it('leads by its keys to rows that there are', () => {
    const of = { count: 100, page: 10 }
    expect(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => stepOf(key, 5, of))).toEqual([
      4, 6, 0, 15, 0, 99,
    ])
    expect(stepOf('ArrowDown', 99, of)).toBe(99)
    expect(stepOf('ArrowUp', 100, of)).toBe(99)
    expect(stepOf('Tab', 5, of)).toBeUndefined()
  })

  it('reads events whole, wherever the stream is cut', () => {
    const text = ': hello\n\nid: 1.2\nevent: sold\ndata: {"a":1}\n\nevent: lost\ndata: {}\n\n'
    for (let cut = 0; cut <= text.length; cut += 1) {
      const events: Received[] = []
      const parser = new EventParser((event) => events.push(event))
      parser.push(text.slice(0, cut))
      parser.push(text.slice(cut))
      expect(events).toEqual([
        { id: '1.2', event: 'sold', data: '{"a":1}' },
        { id: undefined, event: 'lost', data: '{}' },
      ])
    }
  })
})
