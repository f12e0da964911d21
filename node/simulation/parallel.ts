/** One market on several threads: each carries a part of its nodes, and the report is the one that a single thread gives. */
import { Worker } from 'node:worker_threads'
import type { SimulationOptions } from '../../src/sim/options.js'
import { exchangeEnds, portsOf } from './exchange.js'
import { limitsFor, outOfMemoryError } from './heap.js'
import type { FinishedRun, FromThread, PartOrder } from './messages.js'
import { InterruptedError, type RunHooks, type SimulationRunner } from './pool.js'

/** With fewer people on each, threads wait for one another more than they save. */
const peoplePerThread = 4_000

/** On how many of `most` threads a market that can be divided is done soonest. */
export const threadsWorth = (
  { buyers, sellers }: Pick<SimulationOptions, 'buyers' | 'sellers'>,
  most: number,
): number => Math.max(1, Math.min(most, Math.floor((buyers + sellers) / peoplePerThread)))

const entry = new URL('./part-thread.js', import.meta.url)

export class ParallelSimulation implements SimulationRunner {
  readonly #threads: number
  readonly #workers: Worker[] = []
  #reject: (error: Error) => void = () => {}
  #stopped = false

  /** @param threads at least 2; a market that fits no more than one part is refused when it runs. */
  constructor(threads: number) {
    this.#threads = threads
  }

  /** @throws InterruptedError when it is stopped first, CommandError when a thread dies. */
  run(options: SimulationOptions, { onProgress }: Pick<RunHooks, 'onProgress'> = {}): Promise<FinishedRun> {
    return new Promise<FinishedRun>((resolve, reject) => {
      if (this.#stopped) return reject(new InterruptedError())
      this.#reject = reject
      const resourceLimits = limitsFor(options, this.#threads)
      for (const end of exchangeEnds(this.#threads)) {
        const worker = new Worker(entry, {
          workerData: { options, end } satisfies PartOrder,
          transferList: portsOf(end),
          resourceLimits,
        })
        this.#workers.push(worker)
        worker.on('message', (message: FromThread) => {
          if (message.type === 'progress') onProgress?.(message.progress)
          else if (message.type === 'finished') resolve({ report: message.report, realMs: message.realMs })
          else reject(new Error(`the simulation ${options.seed} failed: ${message.message}`))
        })
        worker.on('error', (error: NodeJS.ErrnoException) =>
          reject(outOfMemoryError(error, resourceLimits.maxOldGenerationSizeMb) ?? error),
        )
      }
    }).finally(() => this.#end())
  }

  /** Ends every thread at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#reject(new InterruptedError())
    await this.#end()
  }

  /** When one thread is gone, the others wait for its word for ever. */
  async #end(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()))
  }
}
