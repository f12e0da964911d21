import { exitCodes } from '../errors.js'

/** Ctrl-C while threads work: once stops them in good order, twice ends the process at once. */
export class ThreadInterruption {
  readonly #stop: () => Promise<void>
  #happened = false

  constructor(stop: () => Promise<void>) {
    this.#stop = stop
    for (const signal of signals) process.on(signal, this.#onSignal)
  }

  get happened(): boolean {
    return this.#happened
  }

  end(): void {
    for (const signal of signals) process.off(signal, this.#onSignal)
  }

  readonly #onSignal = (): void => {
    if (this.#happened) process.exit(exitCodes.interrupted)
    this.#happened = true
    void this.#stop()
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
