/** Arbitrary asks and books for property tests. */
import fc from 'fast-check'
import type { Ask, Bid } from '../../src/mechanism/bid.js'
import { type Megabytes, megabytesMax, type Ticks, ticksMax } from '../../src/units.js'

export interface Auction {
  readonly ask: Ask
  readonly bids: readonly Bid[]
}

interface Shape {
  readonly stockMax: number
  readonly quantityMax: number
  readonly priceMax: number
  readonly bidsMax: number
  /** Whether no two bids, nor a bid and the reserve, have the same price. */
  readonly distinct?: boolean
}

export function auctions(shape: Shape): fc.Arbitrary<Auction> {
  const { stockMax, quantityMax, priceMax, bidsMax, distinct = false } = shape
  const bid = fc.record({
    buyer: fc.string({ minLength: 1, maxLength: 3 }),
    quantity: fc.integer({ min: 0, max: quantityMax }),
    price: fc.integer({ min: 0, max: priceMax }),
  })
  const byBuyer = fc.uniqueArray(bid, { maxLength: bidsMax, selector: ({ buyer }) => buyer })
  return fc
    .record({
      stock: fc.integer({ min: 0, max: stockMax }),
      reserve: fc.integer({ min: 0, max: priceMax }),
      bids: byBuyer,
    })
    .map(({ stock, reserve, bids }) => {
      const taken = new Set([reserve])
      const kept = distinct ? bids.filter(({ price }) => !taken.has(price) && taken.add(price)) : bids
      return { ask: { stock: stock as Megabytes, reserve: reserve as Ticks }, bids: kept as unknown as readonly Bid[] }
    })
}

/** Few prices and little stock: ties, reserve ties and rounding everywhere. */
export const tiedAuctions = auctions({ stockMax: 25, quantityMax: 9, priceMax: 4, bidsMax: 8 })
/** No ties. */
export const distinctAuctions = auctions({ stockMax: 40, quantityMax: 12, priceMax: 60, bidsMax: 8, distinct: true })
/** Up to every bound of the units. */
export const wideAuctions = auctions({
  stockMax: megabytesMax,
  quantityMax: megabytesMax,
  priceMax: ticksMax,
  bidsMax: 6,
})
/** Up to the bounds of quantity at three prices: the products that must not lose a unit. */
export const wideTiedAuctions = auctions({
  stockMax: megabytesMax,
  quantityMax: megabytesMax,
  priceMax: 2,
  bidsMax: 6,
})
export const anyAuction = fc.oneof(
  { arbitrary: tiedAuctions, weight: 4 },
  { arbitrary: distinctAuctions, weight: 2 },
  { arbitrary: wideAuctions, weight: 1 },
  { arbitrary: wideTiedAuctions, weight: 2 },
)
