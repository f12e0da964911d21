import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import {
  type Cleared,
  type PolicyName,
  policyNames,
  type RoundEnd,
  reserveAtCommit,
  reserveAtRoundEnd,
} from '../../src/mechanism/reserve.js'
import type { Megabytes, Ticks } from '../../src/units.js'
import { type Auction, anyAuction } from './books.js'

const runs = { numRuns: 1_000 }

const clearedOf = ({ ask, bids }: Auction): Cleared => ({ ask, bids, clearing: clear(ask, bids) })

const endOf = (floor: number, calm: boolean, proven = floor): RoundEnd => ({
  floor: floor as Ticks,
  proven: proven as Ticks,
  pending: false,
  calm,
  rise: 700,
  fall: 100,
})

interface State {
  readonly cleared: Cleared
  readonly end: RoundEnd
}

const states: fc.Arbitrary<State> = fc
  .record({
    auction: anyAuction,
    floor: fc.integer({ min: 0, max: 4 }),
    proven: fc.integer({ min: 0, max: 12 }),
    calm: fc.boolean(),
    pending: fc.boolean(),
  })
  .map(({ auction, floor, proven, calm, pending }) => {
    const least = Math.min(floor, auction.ask.reserve)
    return { cleared: clearedOf(auction), end: { ...endOf(least, calm, Math.max(least, proven)), pending } }
  })

const winningPrices = ({ bids, clearing }: Cleared) =>
  bids.filter((_, i) => clearing.awards[i]!.quantity > 0).map(({ price }) => price)

const both = [
  ['at the end of a round', (policy: PolicyName, { cleared, end }: State) => reserveAtRoundEnd(policy, cleared, end)],
  ['at a commit', (policy: PolicyName, { cleared }: State) => reserveAtCommit(policy, cleared)],
] as const

describe.each(policyNames.flatMap((policy) => both.map(([when, move]) => ({ policy, when, move }))))(
  '$policy $when',
  ({ policy, move }) => {
    test('stays at or above the floor, at or below the lowest winning bid, and takes nobody an award', () => {
      fc.assert(
        fc.property(states, (state) => {
          const { ask, bids, clearing } = state.cleared
          const reserve = move(policy, state)
          expect(Number.isSafeInteger(reserve)).toBe(true)
          expect(reserve).toBeGreaterThanOrEqual(state.end.floor)
          const winning = winningPrices(state.cleared)
          if (winning.length > 0) expect(reserve).toBeLessThanOrEqual(Math.min(...winning))
          const won = ({ quantity }: { quantity: number }) => quantity
          if (reserve >= ask.reserve) {
            expect(clear({ ...ask, reserve }, bids).awards.map(won)).toEqual(clearing.awards.map(won))
          }
        }),
        runs,
      )
    })
  },
)

describe('a reserve', () => {
  const moves = (policy: PolicyName, { cleared, end }: State) => ({
    round: reserveAtRoundEnd(policy, cleared, { ...end, proven: cleared.ask.reserve }) - cleared.ask.reserve,
    commit: reserveAtCommit(policy, cleared) - cleared.ask.reserve,
  })

  test('moves at the end of a round by tracking alone, at a commit by loser and clearing alone, who never let it fall', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(moves('fixed', state)).toEqual({ round: 0, commit: 0 })
        expect(moves('tracking', state).commit).toBe(0)
        for (const policy of ['loser', 'clearing'] as const) {
          expect(moves(policy, state).round).toBe(0)
          expect(moves(policy, state).commit).toBeGreaterThanOrEqual(0)
        }
      }),
      runs,
    )
  })

  test('that tracks a sold-out book rises until it is one tick below the lowest winning bid, and rests there', () => {
    fc.assert(
      fc.property(anyAuction, (auction) => {
        const target = Math.min(...winningPrices(clearedOf(auction))) - 1
        fc.pre(clearedOf(auction).clearing.unsold === 0 && Number.isFinite(target))
        let ask = auction.ask
        for (let round = 0; round < 40; round++) {
          const reserve = reserveAtRoundEnd('tracking', clearedOf({ ...auction, ask }), endOf(0, false))
          if (ask.reserve >= target) expect(reserve).toBe(ask.reserve)
          else expect(reserve).toBeGreaterThan(ask.reserve)
          ask = { ...ask, reserve }
        }
        expect(ask.reserve).toBe(Math.max(auction.ask.reserve, target))
      }),
      runs,
    )
  })

  test('that tracks a book with stock left falls after a calm round only, by a tenth and at least a tick, to the floor', () => {
    const ask = (reserve: number) => ({ stock: 5 as Megabytes, reserve: reserve as Ticks })
    const moved = (reserve: number, floor: number, calm: boolean) =>
      reserveAtRoundEnd('tracking', clearedOf({ ask: ask(reserve), bids: [] }), endOf(floor, calm, reserve))
    expect(moved(1_000, 200, false)).toBe(1_000)
    expect(moved(1_000, 200, true)).toBe(900)
    expect(moved(7, 2, true)).toBe(6)
    expect(moved(210, 200, true)).toBe(200)
    expect(moved(200, 200, true)).toBe(200)
  })

  test('that nobody bids at goes half of the way back to what a sale or a fall proved, calm or not, unless an award waits', () => {
    fc.assert(
      fc.property(states, fc.constantFrom(...policyNames), ({ cleared, end }, policy) => {
        const { ask, bids } = cleared
        const held = end.pending || bids.some(({ price, quantity }) => quantity > 0 && price >= ask.reserve)
        const reserve = reserveAtRoundEnd(policy, cleared, end)
        const whole = reserveAtRoundEnd(policy, cleared, { ...end, proven: ask.reserve })
        if (held) expect(reserve).toBe(whole)
        else expect(reserve).toBe(whole <= end.proven ? whole : Math.floor((whole + end.proven) / 2))
      }),
      runs,
    )
  })

  test('at a commit goes one tick above the best loser, or one below the worst winner', () => {
    const bid = (buyer: string, quantity: number, price: number) => ({
      buyer,
      quantity: quantity as Megabytes,
      price: price as Ticks,
    })
    const bids = [bid('a', 4, 90), bid('b', 6, 70), bid('c', 3, 40), bid('d', 3, 69)]
    const state = clearedOf({ ask: { stock: 10 as Megabytes, reserve: 10 as Ticks }, bids })
    expect(reserveAtCommit('loser', state)).toBe(69)
    expect(reserveAtCommit('clearing', state)).toBe(69)
    const lower = clearedOf({ ...state, bids: bids.slice(0, 3) })
    expect(reserveAtCommit('loser', lower)).toBe(41)
    expect(reserveAtCommit('clearing', lower)).toBe(69)
    const leftOver = clearedOf({ ask: { ...state.ask, stock: 20 as Megabytes }, bids })
    expect(reserveAtCommit('clearing', leftOver)).toBe(10)
    expect(reserveAtCommit('loser', leftOver)).toBe(10)
  })
})
