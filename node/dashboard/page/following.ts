/** Streams of events as the page follows them: from the first event that is kept, through gaps, and anew when it was restarted. */
import { readStream } from '../../api/sse.js'

const retryMs = 1_500

export interface Follower {
  event(type: string, data: string): void
  /** The stream opened, or broke off. */
  open(isOpen: boolean): void
  /** Who is there now is not who was there before: what was told is over. */
  restarted(): void
}

/** Never ends. */
export async function follow(path: string, token: string, follower: Follower): Promise<void> {
  let lastId = '0'
  for (;;) {
    const ending = new AbortController()
    try {
      const headers = { authorization: `Bearer ${token}`, 'last-event-id': lastId }
      const { ok, body } = await fetch(path, { headers, signal: ending.signal })
      if (ok && body !== null) {
        follower.open(true)
        await readStream(body, ({ id, event, data }) => {
          if (ending.signal.aborted) return
          if (id !== undefined && runOf(lastId) !== '' && runOf(id) !== runOf(lastId)) {
            // From its first event, not from now.
            lastId = '0'
            follower.restarted()
            ending.abort()
            return
          }
          lastId = id ?? lastId
          follower.event(event, data)
        })
      }
    } catch {
      // Whoever is there does not answer; the page says so by its poll, which fails too.
    }
    follower.open(false)
    if (!ending.signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}

/** An id is a run and a number in it; the one that begins at the first is of no run. */
const runOf = (id: string): string => (id.includes('.') ? id.slice(0, id.indexOf('.')) : '')
