import type { Stream } from '@libp2p/interface'
import { messageStreamToDuplex } from '@libp2p/utils'

/** A stream as both ends of a pipe, cut off when `signal` says so. */
export function within(stream: Stream, signal: AbortSignal): ReturnType<typeof messageStreamToDuplex> {
  const cut = (): void => stream.abort(new Error('it took too long'))
  signal.addEventListener('abort', cut)
  if (signal.aborted) cut()
  stream.addEventListener('close', () => signal.removeEventListener('abort', cut))
  return messageStreamToDuplex(stream)
}
