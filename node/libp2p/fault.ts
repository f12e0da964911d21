/**
 * Runs the market's own code inside a callback of libp2p. A fault in it surfaces as an uncaught exception, as it would
 * anywhere else; libp2p would take it for a broken stream or an ignored message, and go on.
 */
export function surfacing<Result>(run: () => Result, otherwise: Result): Result {
  try {
    return run()
  } catch (fault) {
    queueMicrotask(() => {
      throw fault
    })
    return otherwise
  }
}
