import { randomFaults } from '../../src/sim/adversity.js'
import { failuresOf } from '../../src/sim/report.js'
import type { SimulationOptions } from '../../src/sim/simulation.js'
import { simulate } from '../../src/sim/simulation.js'

/** How one seed went. Plain data, so that it can be sent to another thread. */
export interface Verdict {
  readonly options: SimulationOptions
  readonly failures: readonly string[]
  readonly sales: number
  readonly steps: number
}

export const verdictOnSeed = (seed: string): Verdict => verdictOn(randomFaults(seed))

export function verdictOn(options: SimulationOptions): Verdict {
  try {
    const outcome = simulate(options)
    return { options, failures: failuresOf(outcome), sales: outcome.sales, steps: outcome.steps }
  } catch (error) {
    return { options, failures: [`it threw ${error instanceof Error ? error.stack : error}`], sales: 0, steps: 0 }
  }
}
