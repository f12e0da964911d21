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
 * The median of what several peers say, so that fewer than half of them can say whatever they like; undefined without any.
 * Of an even number, the middle between the two medians.
 */
export function agreedOffset(offsets: readonly ClockOffset[]): AgreedOffset | undefined {
  if (offsets.length === 0) return undefined
  const offsetMs = medianOf(offsets.map((offset) => offset.offsetMs))
  return { offsetMs, uncertaintyMs: medianOf(offsets.map((offset) => offset.uncertaintyMs)), peers: offsets.length }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}
