/** Which runs a study needs, and the studies' results once all are there. */
import type { SimulationOptions } from '../../src/sim/options.js'
import type { Figures } from '../simulation/figures.js'
import { type Extent, type Point, type PointRuns, type Study, seedOf } from './study.js'

export interface Plan {
  readonly study: Study
  readonly extent: Extent
  readonly points: readonly PlannedPoint[]
}

export interface PlannedPoint extends Point {
  /** One for each seed. */
  readonly markets: readonly SimulationOptions[]
}

export function planOf(study: Study, { extent, seeds }: { extent: Extent; seeds: number | undefined }): Plan {
  const wanted = seeds ?? study.seeds[extent]
  const points = study.points(extent).map((point) => {
    const count = Math.min(wanted, point.seedsMax ?? wanted)
    const markets = Array.from({ length: count }, (_, index) => ({ ...point.options, seed: seedOf(index) }))
    return { ...point, markets }
  })
  return { study, extent, points }
}

/** A plan's runs, the first seed of every point first: what is interrupted has something to say about each. */
export function runsOf({ points }: Plan): readonly SimulationOptions[] {
  const most = Math.max(0, ...points.map(({ markets }) => markets.length))
  return Array.from({ length: most }).flatMap((_, seed) =>
    points.flatMap(({ markets }) => (markets[seed] === undefined ? [] : [markets[seed]])),
  )
}

/** Every point with its runs, in the order of the plan. Whatever order they ended in does not matter. */
export const resultsOf = (plan: Plan, find: (market: SimulationOptions) => Figures): readonly PointRuns[] =>
  plan.points.map(({ at, options, markets }) => ({ at, options, runs: markets.map(find) }))
