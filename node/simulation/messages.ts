import type { SimulationOptions } from '../../src/sim/options.js'
import type { SimulationReport } from '../../src/sim/report.js'
import type { SimulationProgress } from '../../src/sim/simulation.js'
import type { ExchangeEnd } from './exchange.js'

/** What a simulation came to, and how long the machine took over it. */
export interface FinishedRun {
  readonly report: SimulationReport
  /** Real time: differs from run to run, and is no part of the digest. */
  readonly realMs: number
}

/** What a thread is told. */
export interface Order {
  readonly options: SimulationOptions
  /** The folder for every node's trace; undefined: none is kept. */
  readonly trace: string | undefined
}

/** What a thread is told that carries one part of a market. */
export interface PartOrder {
  readonly options: SimulationOptions
  readonly end: ExchangeEnd
}

/** What a thread says. */
export type FromThread =
  | { readonly type: 'progress'; readonly progress: SimulationProgress }
  | ({ readonly type: 'finished' } & FinishedRun)
  | { readonly type: 'failed'; readonly message: string }
