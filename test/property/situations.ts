/** Arbitrary buyers in small markets, where every reply can be compared with all others. */
import fc from 'fast-check'
import type { Ladder } from '../../src/mechanism/bid.js'
import type { OfferView, Situation } from '../../src/mechanism/reply.js'
import { type ValuationSpec, valuationOf } from '../../src/mechanism/valuation.js'
import { type Megabytes, type Micros, microsMax } from '../../src/units.js'

/** Demands of some MB, marginal values of some tens of ticks. */
const demand = fc.integer({ min: 1, max: 30 }).map((mb) => mb / 1_000)
const steepest = fc.integer({ min: 1, max: 60 })

export const valuationSpecs: fc.Arbitrary<ValuationSpec> = fc.oneof(
  fc.record({ ticks: steepest, alpha: fc.constantFrom(0, 0.3, 0.5, 0.8, 0.99), demand }).map(
    ({ ticks, alpha, demand: gigabytes }): ValuationSpec => ({
      kind: 'alpha-fair',
      sigma: (ticks / 1_000) * 0.01 ** alpha,
      alpha,
      delta: 0.01,
      demand: gigabytes,
    }),
  ),
  fc.record({ ticks: steepest, demand }).map(
    ({ ticks, demand: gigabytes }): ValuationSpec => ({
      kind: 'logarithmic',
      sigma: (ticks / 1_000) * 0.01,
      delta: 0.01,
      demand: gigabytes,
    }),
  ),
  fc.record({ ticks: steepest, demand }).map(
    ({ ticks, demand: gigabytes }): ValuationSpec => ({
      kind: 'linear',
      unitValue: ticks / 1_000,
      demand: gigabytes,
    }),
  ),
  fc
    .record({ ticks: steepest, demand })
    .map(
      ({ ticks, demand: gigabytes }): ValuationSpec => ({ kind: 'parabolic', qbar: gigabytes, pbar: ticks / 1_000 }),
    ),
)

export const smallLadders: fc.Arbitrary<Ladder> = fc
  .uniqueArray(fc.record({ price: fc.integer({ min: 0, max: 40 }), quantity: fc.integer({ min: 1, max: 9 }) }), {
    maxLength: 5,
    selector: ({ price }) => price,
  })
  .map((rungs) => rungs.sort((a, b) => a.price - b.price) as unknown as Ladder)

const views: fc.Arbitrary<readonly OfferView[]> = fc
  .array(
    fc.record({
      ladder: smallLadders,
      standing: fc.option(
        fc.record({ quantity: fc.integer({ min: 0, max: 9 }), price: fc.integer({ min: 0, max: 60 }) }),
        { nil: undefined },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((offers) => offers.map((offer, n) => ({ offer: `s${n}`, ...offer })) as unknown as readonly OfferView[])

export const situations: fc.Arbitrary<Situation> = fc
  .record({
    spec: valuationSpecs,
    owned: fc.integer({ min: 0, max: 5 }),
    budget: fc.oneof(fc.constant(microsMax), fc.integer({ min: 0, max: 400 })),
    epsilon: fc.integer({ min: 0, max: 40 }),
    loyalty: fc.constantFrom(0, 1_000),
    view: views,
  })
  .map(({ spec, owned, budget, epsilon, loyalty, view }) => ({
    buyer: 'b',
    valuation: valuationOf(spec),
    owned: owned as Megabytes,
    budgetLeft: budget as Micros,
    epsilon: epsilon as Micros,
    loyalty,
    view,
  }))

export const withoutBudget = (situation: Situation): Situation => ({ ...situation, budgetLeft: microsMax as Micros })
