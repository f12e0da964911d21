/** How fast something grows: the slope of the line that fits its samples best. */

export interface Sample {
  /** Seconds since the first sample. */
  readonly at: number
  readonly value: number
}

export interface Growth {
  /** By the fitted line, per hour. */
  readonly perHour: number
  readonly first: number
  readonly last: number
}

/** Theil and Sen's median of the slopes between all pairs: one outlier, such as a late collection, does not tilt it. */
export function growthOf(samples: readonly Sample[]): Growth {
  const slopes: number[] = []
  for (const [index, a] of samples.entries()) {
    for (const b of samples.slice(index + 1)) if (b.at > a.at) slopes.push((b.value - a.value) / (b.at - a.at))
  }
  slopes.sort((a, b) => a - b)
  const median = slopes[Math.floor(slopes.length / 2)] ?? 0
  return { perHour: median * 3_600, first: samples[0]?.value ?? 0, last: samples.at(-1)?.value ?? 0 }
}
