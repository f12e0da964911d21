import { exitCodes } from '../errors.js'
import type { Swarm } from './swarm.js'

/** Ctrl-C while a swarm runs: once stops everything in good order, twice at once. Whatever happens, no process is left. */
export class Interruption {
  readonly #swarm: Swarm
  readonly #signalled: Promise<void>
  #happened = false
  #resolve: () => void = () => {}

  constructor(swarm: Swarm) {
    this.#swarm = swarm
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
      this.#swarm.kill()
      process.exit(exitCodes.interrupted)
    }
    this.#happened = true
    this.#resolve()
    // Whoever waits for the swarm sees it stop; a failure to do so is theirs to report.
    this.#swarm.stop().catch(() => this.#swarm.kill())
  }

  readonly #onExit = (): void => this.#swarm.kill()
}
