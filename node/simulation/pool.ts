/** Simulations on threads of their own: the terminal stays responsive, every core works, and each has the heap it needs. */
import { Worker } from 'node:worker_threads'
import type { SimulationOptions } from '../../src/sim/options.js'
import type { SimulationProgress } from '../../src/sim/simulation.js'
import { limitsFor, outOfMemoryError, threadsFor } from './heap.js'
import type { FinishedRun, FromThread, Order } from './messages.js'

/** Runs one market to its end. */
export type Runner = (options: SimulationOptions) => Promise<FinishedRun>

export interface RunHooks {
  readonly onProgress?: (progress: SimulationProgress) => void
  /** The folder for every node's trace. Not with `fast`: a trace is made of bytes. */
  readonly trace?: string | undefined
}

/** What runs markets, on however many threads. */
export interface SimulationRunner {
  run(options: SimulationOptions, hooks?: RunHooks): Promise<FinishedRun>
  stop(): Promise<void>
}

export interface PoolOptions {
  /** Threads, if the memory suffices for so many. */
  readonly threads: number
  /** What is going to run: the largest decides how much memory a thread gets. */
  readonly runs: readonly SimulationOptions[]
}

interface Job {
  readonly options: SimulationOptions
  readonly hooks: RunHooks
  resolve(run: FinishedRun): void
  reject(error: Error): void
}

/** The pool was stopped before this run was over. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

const entry = new URL('./thread.js', import.meta.url)

export class SimulationPool implements SimulationRunner {
  readonly #resourceLimits: ReturnType<typeof limitsFor>
  readonly threads: number
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  readonly #queue: Job[] = []
  #stopped = false

  constructor({ threads, runs }: PoolOptions) {
    const limits = runs.map((options) => limitsFor(options))
    this.#resourceLimits = {
      maxOldGenerationSizeMb: Math.max(0, ...limits.map((each) => each.maxOldGenerationSizeMb)),
      maxYoungGenerationSizeMb: Math.max(0, ...limits.map((each) => each.maxYoungGenerationSizeMb)),
    }
    const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = this.#resourceLimits
    this.threads = threadsFor(
      maxOldGenerationSizeMb + maxYoungGenerationSizeMb,
      Math.min(threads, Math.max(1, runs.length)),
    )
  }

  /** @throws InterruptedError when the pool is stopped first, CommandError when the run's thread dies. */
  run(options: SimulationOptions, hooks: RunHooks = {}): Promise<FinishedRun> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new InterruptedError())
      this.#queue.push({ options, hooks, resolve, reject })
      this.#next()
    })
  }

  /** Ends every thread at once. What was running is lost; what waited is refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    const jobs = [...this.#busy.values(), ...this.#queue.splice(0)]
    const workers = [...this.#busy.keys(), ...this.#idle.splice(0)]
    this.#busy.clear()
    for (const { reject } of jobs) reject(new InterruptedError())
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #next(): void {
    while (this.#queue.length > 0 && (this.#idle.length > 0 || this.#busy.size < this.threads)) {
      const worker = this.#idle.pop() ?? this.#start()
      const job = this.#queue.shift()!
      this.#busy.set(worker, job)
      worker.postMessage({ options: job.options, trace: job.hooks.trace } satisfies Order)
    }
  }

  #start(): Worker {
    const worker = new Worker(entry, { resourceLimits: this.#resourceLimits })
    worker.on('message', (message: FromThread) => this.#hear(worker, message))
    worker.on('error', (error: NodeJS.ErrnoException) => this.#fail(worker, error))
    return worker
  }

  #hear(worker: Worker, message: FromThread): void {
    const job = this.#busy.get(worker)
    if (job === undefined) return
    if (message.type === 'progress') {
      job.hooks.onProgress?.(message.progress)
      return
    }
    this.#busy.delete(worker)
    this.#idle.push(worker)
    if (message.type === 'failed')
      job.reject(new Error(`the simulation ${job.options.seed} failed: ${message.message}`))
    else job.resolve({ report: message.report, realMs: message.realMs })
    this.#next()
  }

  /** A thread that is out of memory, or that did not even load. */
  #fail(worker: Worker, error: NodeJS.ErrnoException): void {
    const job = this.#busy.get(worker)
    this.#busy.delete(worker)
    job?.reject(outOfMemoryError(error, this.#resourceLimits.maxOldGenerationSizeMb) ?? error)
    this.#next()
  }
}
