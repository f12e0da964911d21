import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import type { Bid, Ladder } from '../../src/mechanism/bid.js'
import {
  availableAt,
  availableBelow,
  boundLadder,
  costOf,
  ladderFor,
  mergeLadders,
  priceAt,
} from '../../src/mechanism/ladder.js'
import { type Megabytes, type Ticks, ticksMax } from '../../src/units.js'
import { anyAuction, tiedAuctions } from './books.js'

const runs = { numRuns: 500 }
const newcomer = 'a newcomer'

const ladders = (lengthMax: number): fc.Arbitrary<Ladder> =>
  fc
    .uniqueArray(fc.record({ price: fc.integer({ min: 0, max: 40 }), quantity: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: lengthMax,
      selector: ({ price }) => price,
    })
    .map((rungs) => rungs.sort((a, b) => a.price - b.price) as unknown as Ladder)

const rivalsOf = (bids: readonly Bid[], buyer: string) => bids.filter((bid) => bid.buyer !== buyer)

describe('a ladder', () => {
  test('adds up to the stock, at strictly rising prices from the reserve on', () => {
    fc.assert(
      fc.property(anyAuction, ({ ask, bids }) => {
        for (const buyer of [undefined, ...bids.map((bid) => bid.buyer)]) {
          const ladder = ladderFor(ask, bids, buyer)
          expect(ladder.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(ask.stock)
          ladder.forEach(({ price, quantity }, r) => {
            expect(price).toBeGreaterThanOrEqual(r === 0 ? ask.reserve : ladder[r - 1]!.price + 1)
            expect(quantity).toBeGreaterThan(0)
          })
        }
      }),
      runs,
    )
  })

  test('has at each price what rivals above it leave: D(y) = [stock − Σ]⁺ from the reserve on, else 0', () => {
    fc.assert(
      fc.property(tiedAuctions, fc.integer({ min: 0, max: 6 }), ({ ask, bids }, price) => {
        for (const { buyer } of bids) {
          const above = rivalsOf(bids, buyer)
            .filter((bid) => bid.price > price && bid.price >= ask.reserve)
            .reduce((sum, { quantity }) => sum + quantity, 0)
          const expected = price < ask.reserve ? 0 : Math.max(0, ask.stock - above)
          expect(availableAt(ladderFor(ask, bids, buyer), price)).toBe(expected)
        }
      }),
      runs,
    )
  })

  test('reads alike both ways: z ≤ D(y) exactly if y ≥ P(z)', () => {
    fc.assert(
      fc.property(ladders(8), fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 45 }), (ladder, z, y) => {
        expect(z <= availableAt(ladder, y)).toBe(y >= priceAt(ladder, z))
      }),
      { numRuns: 2_000 },
    )
  })

  test('costs the sum of the prices of its MB', () => {
    fc.assert(
      fc.property(ladders(8), (ladder) => {
        const stock = availableAt(ladder, Infinity)
        let sum = 0
        for (let z = 0; z <= stock; z++) {
          sum += z === 0 ? 0 : priceAt(ladder, z)
          expect(costOf(ladder, z as Megabytes)).toBe(sum)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('promises a bid strictly above a rung everything up to it, and the auction keeps the promise', () => {
    fc.assert(
      fc.property(
        anyAuction,
        fc.integer({ min: 0, max: ticksMax }),
        fc.integer({ min: 0, max: 30 }),
        ({ ask, bids }, price, quantity) => {
          const ladder = ladderFor(ask, bids, newcomer)
          const bid = { buyer: newcomer, quantity: quantity as Megabytes, price: price as Ticks }
          const award = clear(ask, [...bids, bid]).awards.at(-1)!
          expect(award.quantity).toBeGreaterThanOrEqual(Math.min(quantity, availableBelow(ladder, price)))
          expect(award.quantity).toBeLessThanOrEqual(availableAt(ladder, price))
        },
      ),
      runs,
    )
  })
})

describe('a bounded ladder', () => {
  test('has at most so many rungs, the same stock and top, and is never cheaper than the truth', () => {
    fc.assert(
      fc.property(ladders(20), fc.integer({ min: 1, max: 8 }), (ladder, rungsMax) => {
        const bounded = boundLadder(ladder, rungsMax)
        expect(bounded.length).toBe(Math.min(ladder.length, rungsMax))
        expect(availableAt(bounded, Infinity)).toBe(availableAt(ladder, Infinity))
        expect(bounded.at(-1)?.price).toBe(ladder.at(-1)?.price)
        for (let price = 0; price <= 40; price++) {
          expect(availableAt(bounded, price)).toBeLessThanOrEqual(availableAt(ladder, price))
        }
      }),
      runs,
    )
  })

  test('adds the least cost that any such merging could', () => {
    fc.assert(
      fc.property(ladders(9), fc.integer({ min: 1, max: 5 }), (ladder, rungsMax) => {
        const stock = availableAt(ladder, Infinity)
        expect(costOf(boundLadder(ladder, rungsMax), stock)).toBe(cheapestMerging(ladder, rungsMax))
      }),
      { numRuns: 300 },
    )
  })

  test('needs a rung', () => {
    expect(() => boundLadder([], 0)).toThrow(RangeError)
  })
})

/** Tries every way to cut the ladder into runs. */
function cheapestMerging(ladder: Ladder, groups: number): number {
  if (ladder.length === 0) return 0
  if (groups === 1) return ladder.at(-1)!.price * ladder.reduce((sum, { quantity }) => sum + quantity, 0)
  return Math.min(
    ...ladder.map(
      (_, cut) => cheapestMerging(ladder.slice(0, cut), groups - 1) + cheapestMerging(ladder.slice(cut), 1),
    ),
  )
}

describe('merged ladders', () => {
  test('hold every rung of every offer by price, equal prices in the order of the offers', () => {
    fc.assert(
      fc.property(fc.array(ladders(5), { maxLength: 5 }), (each) => {
        const offers = each.map((ladder, offer) => ({ offer, ladder }))
        const merged = mergeLadders(offers)
        for (const { offer, ladder } of offers) {
          expect(
            merged.filter((rung) => rung.offer === offer).map(({ price, quantity }) => ({ price, quantity })),
          ).toEqual(ladder)
        }
        merged.slice(1).forEach((rung, r) => {
          const before = merged[r]!
          expect(before.price < rung.price || (before.price === rung.price && before.offer < rung.offer)).toBe(true)
        })
      }),
      runs,
    )
  })
})
