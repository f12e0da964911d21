/** One market in virtual time from a seed to its end, and what an observer of all of it measures. */
import type { Millis } from '../units.js'
import type { SimulationOptions } from './options.js'
import { Part, type SimulationHooks, type Tally } from './part.js'
import { type Participating, peopleOf } from './people.js'
import { reportOn, type SimulationReport } from './report.js'

export { defaultSimulation, type SimulationOptions, shardsFor } from './options.js'
export type { SimulationHooks } from './part.js'
export type { SimulationReport } from './report.js'

/** Where a run stands, for whoever waits for it. */
export interface SimulationProgress {
  readonly elapsedMs: Millis
  readonly offersOpen: number
  readonly offers: number
  readonly soldShare: number
  readonly steps: number
}

/**
 * One run, all on one thread, whatever the number of parts: the report is the same. It goes on only while it is
 * {@link advance}d, so that whoever drives it can show progress, or stop.
 */
export class Simulation {
  readonly options: SimulationOptions
  readonly people: readonly Participating[]
  readonly #parts: readonly Part[]
  readonly #progressOf: (elapsedMs: Millis, tallies: readonly Tally[]) => SimulationProgress

  /** @throws RangeError when the market cannot be divided into so many parts. */
  constructor(options: SimulationOptions, hooks: SimulationHooks = {}, parts = 1) {
    this.options = options
    this.people = peopleOf(options)
    this.#progressOf = progressOf(this.people)
    this.#parts = Array.from(
      { length: parts },
      (_, part) => new Part(options, { people: this.people, division: { part, parts }, hooks }),
    )
  }

  /** Goes on by at least `steps` steps of nodes; returns whether there is more to do. */
  advance(steps: number): boolean {
    const enough = this.#steps + steps
    while (this.#course.state === 'running' && this.#steps < enough) {
      for (const part of this.#parts) part.run()
      const words = this.#parts.map((part) => part.wordsTo(this.#parts.length))
      for (const [index, part] of this.#parts.entries()) part.hear(words.map((said) => said[index]!))
    }
    return this.#course.state === 'running'
  }

  progress(): SimulationProgress {
    return this.#progressOf(
      this.#course.elapsedMs,
      this.#parts.map((part) => part.tally),
    )
  }

  report(): SimulationReport {
    return reportOn({
      options: this.options,
      people: this.people,
      ended: this.#course.state === 'ended',
      elapsedMs: this.#course.elapsedMs,
      outcomes: this.#parts.map((part) => part.outcome()),
    })
  }

  get #course(): Part['course'] {
    return this.#parts[0]!.course
  }

  get #steps(): number {
    return this.#parts.reduce((sum, { tally }) => sum + tally.steps, 0)
  }
}

/** How far a market of these people is, by what its parts say. */
export function progressOf(people: readonly Participating[]) {
  const offers = people.filter(({ sells }) => sells !== undefined).length
  const stock = people.reduce((sum, { sells }) => sum + (sells?.stock ?? 0), 0)
  return (elapsedMs: Millis, tallies: readonly Tally[]): SimulationProgress => {
    const total = (of: (tally: Tally) => number) => tallies.reduce((sum, tally) => sum + of(tally), 0)
    return {
      elapsedMs,
      offers,
      offersOpen: total(({ offersOpen }) => offersOpen),
      soldShare: stock === 0 ? 0 : total(({ bought }) => bought) / stock,
      steps: total(({ steps }) => steps),
    }
  }
}

/** Runs a market to its end. */
export function simulate(options: SimulationOptions, hooks?: SimulationHooks, parts = 1): SimulationReport {
  const simulation = new Simulation(options, hooks, parts)
  while (simulation.advance(1_000_000)) {}
  return simulation.report()
}
