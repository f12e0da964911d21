import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import {
  type PolicyName,
  policyNames,
  type ReserveState,
  reserveAtCommit,
  reserveAtRoundEnd,
} from '../../src/mechanism/reserve.js'
import type { Megabytes, Ticks } from '../../src/units.js'
import { type Auction, anyAuction } from './books.js'

const runs = { numRuns: 1_000 }

const stateOf = ({ ask, bids }: Auction, floor: number, calm: boolean): ReserveState => ({
  floor: Math.min(floor, ask.reserve) as Ticks,
  ask,
  bids,
  clearing: clear(ask, bids),
  calm,
  rise: 700,
  fall: 100,
})

const states = fc
  .record({ auction: anyAuction, floor: fc.integer({ min: 0, max: 4 }), calm: fc.boolean() })
  .map(({ auction, floor, calm }) => stateOf(auction, floor, calm))

const winningPrices = ({ bids, clearing }: ReserveState) =>
  bids.filter((_, i) => clearing.awards[i]!.quantity > 0).map(({ price }) => price)

const both = [
  ['at the end of a round', reserveAtRoundEnd],
  ['at a commit', reserveAtCommit],
] as const

describe.each(policyNames.flatMap((policy) => both.map(([when, move]) => ({ policy, when, move }))))(
  '$policy $when',
  ({ policy, move }) => {
    test('stays at or above the floor, at or below the lowest winning bid, and takes nobody an award', () => {
      fc.assert(
        fc.property(states, (state) => {
          const reserve = move(policy, state)
          expect(Number.isSafeInteger(reserve)).toBe(true)
          expect(reserve).toBeGreaterThanOrEqual(state.floor)
          if (winningPrices(state).length > 0) expect(reserve).toBeLessThanOrEqual(Math.min(...winningPrices(state)))
          const won = ({ quantity }: { quantity: number }) => quantity
          if (reserve >= state.ask.reserve) {
            expect(clear({ ...state.ask, reserve }, state.bids).awards.map(won)).toEqual(state.clearing.awards.map(won))
          }
        }),
        runs,
      )
    })
  },
)

describe('a reserve', () => {
  const moves = (policy: PolicyName, state: ReserveState) => ({
    round: reserveAtRoundEnd(policy, state) - state.ask.reserve,
    commit: reserveAtCommit(policy, state) - state.ask.reserve,
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
        const target = Math.min(...winningPrices(stateOf(auction, 0, false))) - 1
        fc.pre(stateOf(auction, 0, false).clearing.unsold === 0 && Number.isFinite(target))
        let ask = auction.ask
        for (let round = 0; round < 40; round++) {
          const reserve = reserveAtRoundEnd('tracking', stateOf({ ...auction, ask }, 0, false))
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
      reserveAtRoundEnd('tracking', stateOf({ ask: ask(reserve), bids: [] }, floor, calm))
    expect(moved(1_000, 200, false)).toBe(1_000)
    expect(moved(1_000, 200, true)).toBe(900)
    expect(moved(7, 2, true)).toBe(6)
    expect(moved(210, 200, true)).toBe(200)
    expect(moved(200, 200, true)).toBe(200)
  })

  test('at a commit goes one tick above the best loser, or one below the worst winner', () => {
    const bid = (buyer: string, quantity: number, price: number) => ({
      buyer,
      quantity: quantity as Megabytes,
      price: price as Ticks,
    })
    const bids = [bid('a', 4, 90), bid('b', 6, 70), bid('c', 3, 40), bid('d', 3, 69)]
    const state = stateOf({ ask: { stock: 10 as Megabytes, reserve: 10 as Ticks }, bids }, 5, true)
    expect(reserveAtCommit('loser', state)).toBe(69)
    expect(reserveAtCommit('clearing', state)).toBe(69)
    const lower = stateOf({ ...state, bids: bids.slice(0, 3) }, 5, true)
    expect(reserveAtCommit('loser', lower)).toBe(41)
    expect(reserveAtCommit('clearing', lower)).toBe(69)
    const leftOver = stateOf({ ask: { ...state.ask, stock: 20 as Megabytes }, bids }, 5, true)
    expect(reserveAtCommit('clearing', leftOver)).toBe(10)
    expect(reserveAtCommit('loser', leftOver)).toBe(10)
  })
})
