/** What a finished command tells the shell. Documented in `overage --help`. */
export const exitCodes = Object.freeze({
  done: 0,
  /** An expectation or a law of the market failed. */
  failed: 1,
  /** The command line, a configuration or an input was wrong; nothing was done. */
  usage: 2,
  /** A node did not start. */
  nodeDidNotStart: 3,
  interrupted: 130,
})

/** An error that a person can act upon: one line saying what is wrong, and one saying what to do next. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly exitCode: number
  /** What to do next. */
  readonly advice: string | undefined

  constructor(message: string, options: { exitCode: number; advice?: string | undefined; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.exitCode = options.exitCode
    this.advice = options.advice
  }
}

/** The command line, a configuration or an input is wrong. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, { ...options, exitCode: exitCodes.usage })
  }
}

/** A node of a swarm, or the one asked for, did not start. */
export class NodeStartError extends CommandError {
  override readonly name = 'NodeStartError'

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, { ...options, exitCode: exitCodes.nodeDidNotStart })
  }
}
