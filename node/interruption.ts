import { exitCodes } from './errors.js'

/** What is at work: its own way to an end, and the quick one, after which nothing of it is left. */
export interface Stoppable {
  stop(): Promise<unknown>
  /** Absent where all of it ends with this process. */
  kill?(): void
}

/** Ctrl-C: once stops the work in good order, twice at once. Whatever happens, nothing of it is left behind. */
export class Interruption {
  readonly #work: Stoppable
  readonly #signalled: Promise<void>
  #happened = false
  #resolve: () => void = () => {}

  constructor(work: Stoppable) {
    this.#work = work
    this.#signalled = new Promise((resolve) => {
      this.#resolve = resolve
    })
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
    process.on('SIGHUP', this.#onSignal)
    process.on('exit', this.#onExit)
  }

  get happened(): boolean {
    return this.#happened
  }

  /** Resolves at the first signal. */
  get signalled(): Promise<void> {
    return this.#signalled
  }

  end(): void {
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
    process.off('SIGHUP', this.#onSignal)
    process.off('exit', this.#onExit)
  }

  readonly #onSignal = (): void => {
    if (this.#happened) {
      this.#work.kill?.()
      process.exit(exitCodes.interrupted)
    }
    this.#happened = true
    this.#resolve()
    // Whoever waits for the work sees it stop; a failure to do so is theirs to report.
    this.#work.stop().catch(() => this.#work.kill?.())
  }

  readonly #onExit = (): void => this.#work.kill?.()
}
