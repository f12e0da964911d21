/** What a study is: markets to hold, what is read off them, and pictures of that. */
import type { SimulationOptions } from '../../src/sim/options.js'
import type { Figures } from '../simulation/figures.js'

/** One value in a table; null where there is none. */
export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

/** A market to hold once for each seed; what distinguishes it from the study's other points are its coordinates. */
export interface Point {
  readonly at: Row
  readonly options: Omit<SimulationOptions, 'seed'>
  /** At most so many seeds, where markets are too large for more. */
  readonly seedsMax?: number
}

/** A point's runs in the order of their seeds: the same order at every point. */
export interface PointRuns extends Point {
  readonly runs: readonly Figures[]
}

/** A picture in Vega-Lite's terms. */
export type Spec = Readonly<Record<string, unknown>>

export interface Chart {
  /** Ends the file's name: `views-welfare.svg`. */
  readonly name: string
  readonly spec: Spec
}

export interface Study {
  readonly name: string
  /** What one wants to know, as a sentence for the list. */
  readonly question: string
  /** How many seeds each point gets unless said. */
  readonly seeds: Record<Extent, number>
  points(extent: Extent): readonly Point[]
  /** The table: the same runs give the same rows. */
  rows(points: readonly PointRuns[]): readonly Row[]
  /** What of the table is shown on a terminal. */
  readonly shown: readonly string[]
  charts(rows: readonly Row[]): readonly Chart[]
}

/** `quick`: a look in a minute, with small markets and few seeds. */
export type Extent = 'full' | 'quick'

export const seedOf = (index: number): string => `seed-${index + 1}`
