/**
 * The auction as the text says it, deliberately naive: stock is handed out level by level in BigInt, and each charge is
 * what the others lose by the bidder's presence, by running the whole allocation again without it (MECHANISM §3).
 */
import type { Ask, Bid } from '../mechanism/bid.js'

export interface NaiveAward {
  readonly buyer: string
  readonly quantity: number
  readonly charge: number
}

export interface NaiveAllocation {
  readonly quantities: ReadonlyMap<string, number>
  readonly unsold: number
}

export function allocateNaively(ask: Ask, bids: readonly Bid[]): NaiveAllocation {
  const quantities = new Map(bids.map(({ buyer }) => [buyer, 0]))
  let left = ask.stock as number
  const prices = [...new Set(bids.map(({ price }) => price as number))].sort((a, b) => b - a)
  for (const price of prices.filter((each) => each >= ask.reserve)) {
    const level = bids.filter((bid) => bid.price === price)
    const shares = level.reduce((sum, bid) => sum + bid.quantity, 0) <= left ? inFull(level) : proRata(level, left)
    for (const [buyer, share] of shares) {
      quantities.set(buyer, share)
      left -= share
    }
  }
  return { quantities, unsold: left }
}

const inFull = (level: readonly Bid[]): [string, number][] => level.map(({ buyer, quantity }) => [buyer, quantity])

function proRata(level: readonly Bid[], left: number): [string, number][] {
  const total = level.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
  const parts = level.map(({ buyer, quantity }) => ({
    buyer,
    floor: (BigInt(quantity) * BigInt(left)) / total,
    remainder: (BigInt(quantity) * BigInt(left)) % total,
  }))
  let rest = BigInt(left) - parts.reduce((sum, { floor }) => sum + floor, 0n)
  parts.sort((a, b) =>
    a.remainder === b.remainder ? (a.buyer < b.buyer ? -1 : 1) : a.remainder > b.remainder ? -1 : 1,
  )
  return parts.map(({ buyer, floor }) => [buyer, Number(rest-- > 0n ? floor + 1n : floor)])
}

export function clearNaively(ask: Ask, bids: readonly Bid[]): { awards: readonly NaiveAward[]; unsold: number } {
  const together = allocateNaively(ask, bids)
  const awards = bids.map(({ buyer }) => {
    const rivals = bids.filter((bid) => bid.buyer !== buyer)
    const without = allocateNaively(ask, rivals)
    let charge = BigInt(ask.reserve) * BigInt(without.unsold - together.unsold)
    for (const rival of rivals) {
      const lost = without.quantities.get(rival.buyer)! - together.quantities.get(rival.buyer)!
      charge += BigInt(rival.price) * BigInt(lost)
    }
    return { buyer, quantity: together.quantities.get(buyer)!, charge: Number(charge) }
  })
  return { awards, unsold: together.unsold }
}
