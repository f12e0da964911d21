/** What holds a study's markets: a small one on one thread, beside others, and a large one on several. */
import type { SimulationOptions } from '../../src/sim/options.js'
import type { FinishedRun } from '../simulation/messages.js'
import { ParallelSimulation } from '../simulation/parallel.js'
import { InterruptedError, SimulationPool, type SimulationRunner } from '../simulation/pool.js'

export interface StudyRunnerOptions {
  readonly workers: number
  /** What is going to run. */
  readonly runs: readonly SimulationOptions[]
  /** On how many threads a market runs. */
  readonly threadsOf: (market: SimulationOptions) => number
}

export class StudyRunner implements SimulationRunner {
  readonly #threadsOf: (market: SimulationOptions) => number
  readonly #pool: SimulationPool
  /** The large market that runs. */
  #large: ParallelSimulation | undefined
  #stopped = false

  constructor({ workers, runs, threadsOf }: StudyRunnerOptions) {
    this.#threadsOf = threadsOf
    this.#pool = new SimulationPool({ threads: workers, runs: runs.filter((market) => !this.isLarge(market)) })
  }

  /** Whether a market takes the whole machine: it is to run alone. */
  isLarge(market: SimulationOptions): boolean {
    return this.#threadsOf(market) > 1
  }

  /** One large market at a time. @throws as the pool does. */
  async run(market: SimulationOptions): Promise<FinishedRun> {
    if (!this.isLarge(market)) return this.#pool.run(market)
    if (this.#stopped) throw new InterruptedError()
    this.#large = new ParallelSimulation(this.#threadsOf(market))
    return this.#large.run(market)
  }

  /** Ends every thread at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([this.#pool.stop(), this.#large?.stop()])
  }
}
