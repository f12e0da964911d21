/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  readonly name: string
  /** Ours and the bare thing, measured in one run. */
  readonly ours: number
  readonly bare: number
  readonly unit: string
  /** `ours / bare`. */
  readonly ratio: number
  /** The ratio that we promise not to exceed. */
  readonly limit: number
}

export const rowOf = (row: Omit<BenchRow, 'ratio'>): BenchRow => ({ ...row, ratio: row.ours / row.bare })

/** The smallest value that at least `share` of `values` do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values to take a quantile of')
  return value
}
