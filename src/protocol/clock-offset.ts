/** How far one's own clock is from others', as peers' answers to a hello show it (SPEC §15). */

/** One question to one peer. All in ms. */
export interface ClockReading {
  /** Own clock, when the question left and when the answer was there. */
  readonly askedAt: number
  readonly answeredAt: number
  /** The peer's clock, at some moment in between. */
  readonly theirs: number
}

export interface ClockOffset {
  /** Others' clocks minus one's own: positive where one's own is behind. */
  readonly offsetMs: number
  /** How far off that may be, because nobody knows when in between the peer read its clock. */
  readonly uncertaintyMs: number
}

/** What one reading says: the peer is taken to have read its clock half-way between question and answer. */
export function offsetIn({ askedAt, answeredAt, theirs }: ClockReading): ClockOffset {
  return { offsetMs: theirs - (askedAt + answeredAt) / 2, uncertaintyMs: (answeredAt - askedAt) / 2 }
}

export interface AgreedOffset extends ClockOffset {
  readonly peers: number
}

/**
 * The median of what several peers say, so that fewer than half of them can say whatever they like; undefined without any. Of an even
 * number, the middle one that is nearer to one's own clock, which so has the last word when opinions are divided.
 */
export function agreedOffset(offsets: readonly ClockOffset[]): AgreedOffset | undefined {
  if (offsets.length === 0) return undefined
  const sorted = [...offsets].sort((a, b) => a.offsetMs - b.offsetMs)
  const middle = [sorted[Math.ceil(sorted.length / 2) - 1]!, sorted[Math.floor(sorted.length / 2)]!]
  const [nearer] = middle.sort((a, b) => Math.abs(a.offsetMs) - Math.abs(b.offsetMs))
  return { ...nearer!, peers: offsets.length }
}
