import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import type { Bid } from '../../src/mechanism/bid.js'
import { costOf, ladderFor } from '../../src/mechanism/ladder.js'
import { clearNaively } from '../../src/sim/naive-auction.js'
import { type Megabytes, megabytesMax, type Ticks, ticksMax } from '../../src/units.js'
import { type Auction, anyAuction, distinctAuctions, tiedAuctions } from './books.js'

const runs = { numRuns: 1_000 }

/** A book with one of its bids picked and another quantity or price for it. */
const withChange = (auction: fc.Arbitrary<Auction>, change: fc.Arbitrary<number>) =>
  fc
    .record({ auction, pick: fc.nat(), change })
    .filter((one) => one.auction.bids.length > 0)
    .map((one) => ({ ...one.auction, index: one.pick % one.auction.bids.length, change: one.change }))

const replaced = (bids: readonly Bid[], index: number, change: Partial<Bid>): readonly Bid[] =>
  bids.with(index, { ...bids[index]!, ...change })

describe('an auction', () => {
  test('awards and charges what the exclusion form says, ties and rounding included', () => {
    fc.assert(
      fc.property(anyAuction, ({ ask, bids }) => {
        expect(clear(ask, bids)).toEqual(clearNaively(ask, bids))
      }),
      { numRuns: 5_000 },
    )
  })

  test('charges the integral of the ladder', () => {
    fc.assert(
      fc.property(anyAuction, ({ ask, bids }) => {
        for (const { buyer, quantity, charge } of clear(ask, bids).awards) {
          expect(charge).toBe(costOf(ladderFor(ask, bids, buyer), quantity))
        }
      }),
      runs,
    )
  })

  test('hands out the stock and no more, nobody more than it asked for, all of it where demand covers it', () => {
    fc.assert(
      fc.property(anyAuction, ({ ask, bids }) => {
        const { awards, unsold } = clear(ask, bids)
        const sold = awards.reduce((sum, { quantity }) => sum + quantity, 0)
        const demand = bids.reduce((sum, bid) => sum + (bid.price >= ask.reserve ? bid.quantity : 0), 0)
        expect(sold + unsold).toBe(ask.stock)
        expect(sold).toBe(Math.min(demand, ask.stock))
        for (const [i, award] of awards.entries()) {
          expect(award.quantity).toBeLessThanOrEqual(bids[i]!.quantity)
          if (bids[i]!.price < ask.reserve) expect(award.quantity).toBe(0)
        }
      }),
      runs,
    )
  })

  test('charges between the reserve and the bid', () => {
    fc.assert(
      fc.property(anyAuction, ({ ask, bids }) => {
        for (const [i, { quantity, charge }] of clear(ask, bids).awards.entries()) {
          expect(charge).toBeGreaterThanOrEqual(ask.reserve * quantity)
          expect(charge).toBeLessThanOrEqual(bids[i]!.price * quantity)
        }
      }),
      runs,
    )
  })

  test('never gives less for a higher price', () => {
    fc.assert(
      fc.property(withChange(anyAuction, fc.integer({ min: 1, max: 5 })), ({ ask, bids, index, change }) => {
        const price = Math.min(ticksMax, bids[index]!.price + change) as Ticks
        const before = clear(ask, bids).awards[index]!.quantity
        expect(clear(ask, replaced(bids, index, { price })).awards[index]!.quantity).toBeGreaterThanOrEqual(before)
      }),
      runs,
    )
  })

  test('charges by what is won and not by the price that was bid', () => {
    fc.assert(
      fc.property(withChange(tiedAuctions, fc.integer({ min: 0, max: 6 })), ({ ask, bids, index, change }) => {
        const before = clear(ask, bids).awards[index]!
        const after = clear(ask, replaced(bids, index, { price: change as Ticks })).awards[index]!
        fc.pre(before.quantity === after.quantity)
        expect(after.charge).toBe(before.charge)
      }),
      runs,
    )
  })

  test.each([
    { name: 'exactly, where prices are distinct', auction: distinctAuctions, slack: 0 },
    { name: 'within one MB at a tie', auction: tiedAuctions, slack: 1 },
  ])('never gives less for a larger quantity, nor a rival more: $name', ({ auction, slack }) => {
    fc.assert(
      fc.property(withChange(auction, fc.integer({ min: 1, max: 10 })), ({ ask, bids, index, change }) => {
        const quantity = Math.min(megabytesMax, bids[index]!.quantity + change) as Megabytes
        const before = clear(ask, bids).awards
        const after = clear(ask, replaced(bids, index, { quantity })).awards
        for (const [i, award] of after.entries()) {
          if (i === index) expect(award.quantity).toBeGreaterThanOrEqual(before[i]!.quantity - slack)
          else expect(award.quantity).toBeLessThanOrEqual(before[i]!.quantity + slack)
        }
      }),
      runs,
    )
  })

  test('does not depend on the order of the bids', () => {
    fc.assert(
      fc.property(
        anyAuction.chain(({ ask, bids }) =>
          fc.shuffledSubarray([...bids], { minLength: bids.length }).map((mixed) => ({ ask, bids, mixed })),
        ),
        ({ ask, bids, mixed }) => {
          const found = clear(ask, mixed)
          const byBuyer = new Map(found.awards.map((award) => [award.buyer, award]))
          const { awards, unsold } = clear(ask, bids)
          expect(bids.map(({ buyer }) => byBuyer.get(buyer))).toEqual(awards)
          expect(found.unsold).toBe(unsold)
        },
      ),
      runs,
    )
  })

  test('lets a winner who is served in full leave with it, without touching the others where prices are distinct', () => {
    fc.assert(
      fc.property(distinctAuctions, ({ ask, bids }) => {
        const { awards, unsold } = clear(ask, bids)
        const leaving = awards.findIndex(({ quantity }, i) => quantity > 0 && quantity === bids[i]!.quantity)
        fc.pre(leaving >= 0)
        const stock = (ask.stock - awards[leaving]!.quantity) as Megabytes
        expect(clear({ ...ask, stock }, bids.toSpliced(leaving, 1))).toEqual({
          awards: awards.toSpliced(leaving, 1),
          unsold,
        })
      }),
      runs,
    )
  })

  test('shares a large tie by selection as by sorting', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 50, maxLength: 300 }),
        fc.nat(),
        (quantities, seed) => {
          const bids = quantities.map((quantity, i) => ({
            buyer: `${(i * 7_919) % 1_009}`,
            quantity: quantity as Megabytes,
            price: 3 as Ticks,
          }))
          const total = quantities.reduce((sum, quantity) => sum + quantity, 0)
          const ask = { stock: (seed % total) as Megabytes, reserve: 1 as Ticks }
          const awards = clear(ask, bids).awards.map(({ quantity }) => quantity)
          expect(awards).toEqual(tieBySorting(bids, ask.stock))
        },
      ),
      { numRuns: 100 },
    )
  })
})

function tieBySorting(bids: readonly Bid[], stock: number): readonly number[] {
  const total = bids.reduce((sum, { quantity }) => sum + quantity, 0)
  const shares = bids.map(({ quantity }) => Math.trunc((quantity * stock) / total))
  const order = bids
    .map(({ buyer, quantity }, index) => ({ buyer, index, remainder: (quantity * stock) % total }))
    .sort((a, b) => b.remainder - a.remainder || (a.buyer < b.buyer ? -1 : 1))
  const rest = stock - shares.reduce((sum, share) => sum + share, 0)
  for (const { index } of order.slice(0, rest)) shares[index]! += 1
  return shares
}
