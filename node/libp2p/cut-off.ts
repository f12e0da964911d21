import { setMaxListeners } from 'node:events'

/**
 * A signal that aborts with `stopping`, or after `ms`. For work that both must be able to end.
 *
 * Not `AbortSignal.any`: what that returns may be collected before anything aborts, and then never does (a node that was told to
 * stop waited out its pauses), and each leaves a trace in a source that lives as long as the node. This one is kept alive by its
 * own timer, and leaves its source alone when that has run.
 */
export function cutOff(stopping: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  setMaxListeners(Number.POSITIVE_INFINITY, stopping)
  const stop = (): void => {
    clearTimeout(timer)
    stopping.removeEventListener('abort', stop)
    controller.abort(stopping.reason)
  }
  const timer = setTimeout(() => {
    stopping.removeEventListener('abort', stop)
    controller.abort(new DOMException('it took too long', 'TimeoutError'))
  }, ms).unref()
  stopping.addEventListener('abort', stop)
  if (stopping.aborted) stop()
  return controller.signal
}
