import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, chooseView, coordinatedShares, minimalPool, rendezvous } from '../../src/mechanism/pool.js'
import type { Megabytes, Ticks } from '../../src/units.js'

const runs = { numRuns: 1_000 }
const megabytesUpTo = (max: number) => fc.integer({ min: 0, max }).map((value) => value as Megabytes)

const floors = fc.option(
  fc.integer({ min: 0, max: 5 }).map((floor) => floor as Ticks),
  { nil: undefined },
)
const candidateSets: fc.Arbitrary<readonly Candidate[]> = fc.uniqueArray(
  fc.record({ offer: fc.string({ maxLength: 3 }), capacity: megabytesUpTo(9), standing: fc.boolean(), floor: floors }),
  { maxLength: 7, selector: ({ offer }) => offer },
)

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const capacityOf = (candidates: readonly Candidate[]) => sumOf(candidates.map(({ capacity }) => capacity))

describe('a minimal pool', () => {
  test('reaches what is wanted whenever all candidates together do', () => {
    fc.assert(
      fc.property(
        candidateSets,
        megabytesUpTo(40),
        fc.integer({ min: 0, max: 3_000 }),
        fc.boolean(),
        (candidates, wanted, loyalty, plenty) => {
          const pool = minimalPool({ buyer: 'b', candidates, wanted, loyalty, plenty })
          expect(capacityOf(pool)).toBeGreaterThanOrEqual(Math.min(wanted, capacityOf(candidates)))
          expect(pool.every(({ capacity }) => capacity > 0)).toBe(true)
        },
      ),
      runs,
    )
  })

  test('without loyalty: no smaller set of sellers reaches it', () => {
    fc.assert(
      fc.property(candidateSets, megabytesUpTo(40), fc.boolean(), (candidates, wanted, plenty) => {
        fc.pre(capacityOf(candidates) >= wanted)
        const { length } = minimalPool({ buyer: 'b', candidates, wanted, loyalty: 0, plenty })
        for (let subset = 0; subset < 1 << candidates.length; subset++) {
          const chosen = candidates.filter((_, n) => (subset >> n) & 1)
          if (capacityOf(chosen) >= wanted) expect(chosen.length).toBeGreaterThanOrEqual(length)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('with loyalty: no smaller set in the loyal order reaches it', () => {
    fc.assert(
      fc.property(
        candidateSets,
        megabytesUpTo(40),
        fc.integer({ min: 0, max: 3_000 }),
        (candidates, wanted, loyalty) => {
          const pool = minimalPool({ buyer: 'b', candidates, wanted, loyalty })
          const weights = (all: readonly Candidate[]) =>
            all.map(({ capacity, standing }) => capacity * (standing ? 1_000 + loyalty : 1_000))
          if (pool.length > 0) expect(capacityOf(pool.slice(0, -1))).toBeLessThan(wanted)
          const passedOver = candidates.filter((candidate) => !pool.includes(candidate))
          expect(Math.min(...weights(pool))).toBeGreaterThanOrEqual(Math.max(-Infinity, ...weights(passedOver)))
        },
      ),
      runs,
    )
  })

  test('in a market of plenty: the seller with the lowest floor of those that suffice alone', () => {
    fc.assert(
      fc.property(candidateSets, megabytesUpTo(9), (candidates, wanted) => {
        const enough = candidates.filter(({ capacity }) => capacity >= Math.max(1, wanted))
        fc.pre(wanted > 0 && enough.some(({ floor }) => floor !== undefined))
        const pool = minimalPool({ buyer: 'b', candidates, wanted, loyalty: 0, plenty: true })
        expect(pool).toHaveLength(1)
        expect(enough).toContain(pool[0])
        expect(pool[0]!.floor).toBe(Math.min(...enough.flatMap(({ floor }) => (floor === undefined ? [] : [floor]))))
      }),
      runs,
    )
  })

  test('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(candidateSets, megabytesUpTo(40), fc.boolean(), (candidates, wanted, plenty) => {
        const request = { buyer: 'b', wanted, loyalty: 1_000, plenty }
        const pool = minimalPool({ ...request, candidates })
        expect(minimalPool({ ...request, candidates: candidates.toReversed() })).toEqual(pool)
      }),
      runs,
    )
  })
})

describe('coordinated shares', () => {
  const cases: [fc.Arbitrary<Megabytes>, fc.Arbitrary<Megabytes[]>] = [
    megabytesUpTo(60),
    fc.array(megabytesUpTo(20), { maxLength: 6 }),
  ]

  test('add up to the quantity, or to all caps where they are less', () => {
    fc.assert(
      fc.property(...cases, (quantity, caps) => {
        const shares = coordinatedShares(quantity, caps)
        expect(sumOf(shares)).toBe(Math.min(quantity, sumOf(caps)))
        shares.forEach((share, j) => {
          expect(share).toBeLessThanOrEqual(caps[j]!)
        })
      }),
      runs,
    )
  })

  test('are equal but for one MB, and lower only at a cap', () => {
    fc.assert(
      fc.property(...cases, (quantity, caps) => {
        const shares = coordinatedShares(quantity, caps)
        const largest = Math.max(0, ...shares)
        shares.forEach((share, j) => {
          if (share < caps[j]!) expect(share).toBeGreaterThanOrEqual(largest - 1)
        })
      }),
      runs,
    )
  })
})

describe('a view', () => {
  const books = fc
    .uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 20 })
    .map((ids) => ids.map((offer) => ({ offer })))

  test('holds as many offers as allowed, whatever the order they came in', () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 0, max: 8 }), (offers, viewMax) => {
        const view = chooseView('b', offers, viewMax)
        expect(view.length).toBe(Math.min(offers.length, viewMax))
        expect(chooseView('b', offers.toReversed(), viewMax)).toEqual(view)
      }),
      runs,
    )
  })

  test('is refilled when an offer closes, and otherwise left alone', () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 1, max: 8 }), fc.nat(), (offers, viewMax, pick) => {
        fc.pre(offers.length > 0)
        const closed = offers[pick % offers.length]!
        const before = chooseView('b', offers, viewMax)
        const after = chooseView(
          'b',
          offers.filter((offer) => offer !== closed),
          viewMax,
        )
        expect(after.slice(0, before.length - 1)).toEqual(
          before.filter((offer) => offer !== closed).slice(0, before.length - 1),
        )
      }),
      runs,
    )
  })

  test('spreads buyers evenly over the offers', () => {
    const offers = Array.from({ length: 20 }, (_, n) => ({ offer: `12D3KooW/${n}` }))
    const seen = new Map(offers.map(({ offer }) => [offer, 0]))
    for (let buyer = 0; buyer < 2_000; buyer++) {
      for (const { offer } of chooseView(`12D3KooW${buyer}`, offers, 6)) seen.set(offer, seen.get(offer)! + 1)
    }
    // 600 each on average with a deviation of 20.
    for (const count of seen.values()) expect(Math.abs(count - 600)).toBeLessThan(100)
  })

  test('ranks by a hash of both names, not of their concatenation', () => {
    expect(rendezvous('ab', 'c')).not.toBe(rendezvous('a', 'bc'))
    expect(rendezvous('a', 'b')).not.toBe(rendezvous('b', 'a'))
  })
})
