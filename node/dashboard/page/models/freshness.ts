/** What a page may say of its connection: never that it is live when it is not. */

export interface Connection {
  /** When anything was last heard, by this machine's clock; undefined: never. */
  readonly heardAt: number | undefined
  readonly failed: 'refused' | 'silent' | undefined
}

export interface Freshness {
  readonly state: 'connecting' | 'live' | 'lost' | 'refused'
  readonly text: string
}

/** A view is asked for every second; three missed ones are no accident. */
const lateMs = 3_500

export function freshnessOf({ heardAt, failed }: Connection, now: number): Freshness {
  if (failed === 'refused') {
    return { state: 'refused', text: 'The token is not right. Open the address that the command printed, all of it.' }
  }
  if (heardAt === undefined)
    return { state: failed ? 'lost' : 'connecting', text: failed ? 'No answer. Trying again…' : 'Connecting…' }
  const age = now - heardAt
  if (failed === undefined && age < lateMs) return { state: 'live', text: 'Live' }
  return { state: 'lost', text: `Connection lost. What you see is ${ageText(age)} old. Trying again…` }
}

export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
