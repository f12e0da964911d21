/** Summaries of samples. */
import { studentQuantile } from '../src/mechanism/measures.js'

export interface Summary {
  readonly count: number
  readonly mean: number
  /** Half the width of the mean's 95 % confidence interval (Student); 0 with a single value, which has none. */
  readonly interval95: number
  readonly min: number
  readonly max: number
}

/** @throws RangeError without values. */
export function summaryOf(values: readonly number[]): Summary {
  const count = values.length
  if (count === 0) throw new RangeError('no values to summarise')
  const mean = sum(values) / count
  const variance = count === 1 ? 0 : sum(values.map((value) => (value - mean) ** 2)) / (count - 1)
  const interval95 = count === 1 ? 0 : studentQuantile(count - 1) * Math.sqrt(variance / count)
  return { count, mean, interval95, min: Math.min(...values), max: Math.max(...values) }
}

/** The slope of the straight line that fits best, in least squares. @throws RangeError with fewer than two points. */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  if (points.length < 2) throw new RangeError(`a slope needs two points: ${points.length}`)
  const meanX = sum(points.map(({ x }) => x)) / points.length
  const meanY = sum(points.map(({ y }) => y)) / points.length
  const covariance = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY)))
  return covariance / sum(points.map(({ x }) => (x - meanX) ** 2))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
