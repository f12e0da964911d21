/**
 * The four quantities of the market, as branded safe integers (MECHANISM §1).
 *
 * | type        | unit                                              | bound              |
 * |-------------|---------------------------------------------------|--------------------|
 * | `Megabytes` | 1 MB, the lot in which data is traded             | 0 … 10 000 000     |
 * | `Ticks`     | 1 micro-currency per MB = 0.001 currency per GB   | 0 … 100 000 000    |
 * | `Micros`    | 1 micro-currency                                  | 0 … 1e15 (< 2^53)  |
 * | `Millis`    | 1 ms                                              | 0 … 2^53 − 1       |
 *
 * The bounds make every product `Ticks × Megabytes` a `Micros`. A constructor asserts: calling it with anything
 * else is a fault of the programmer. What comes from outside is asked with the `is…` predicates first.
 */
declare const unit: unique symbol

/** Data in lots of 1 MB. */
export type Megabytes = number & { readonly [unit]: 'Megabytes' }
/** A unit price: micro-currency per MB. */
export type Ticks = number & { readonly [unit]: 'Ticks' }
/** Money: micro-currency. */
export type Micros = number & { readonly [unit]: 'Micros' }
/** A point in time (ms since the Unix epoch, or since the start of a simulation) or a span of time in ms. */
export type Millis = number & { readonly [unit]: 'Millis' }

/** 10 TB: the most data that one message, offer or bid can name. */
export const megabytesMax = 10_000_000
/** 100 000 currency per GB: the highest unit price. */
export const ticksMax = 100_000_000
/** The highest price of the largest quantity, so that no product of the two loses a unit. */
export const microsMax = megabytesMax * ticksMax

const within = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max

export const isMegabytes = (value: unknown): value is Megabytes => within(value, megabytesMax)
export const isTicks = (value: unknown): value is Ticks => within(value, ticksMax)
export const isMicros = (value: unknown): value is Micros => within(value, microsMax)
export const isMillis = (value: unknown): value is Millis => within(value, Number.MAX_SAFE_INTEGER)

/** @throws RangeError when `value` is not an integer from 0 to {@link megabytesMax}. */
export function megabytes(value: number): Megabytes {
  if (!isMegabytes(value)) throw new RangeError(`not a quantity of data in MB: ${value}`)
  return value
}

/** @throws RangeError when `value` is not an integer from 0 to {@link ticksMax}. */
export function ticks(value: number): Ticks {
  if (!isTicks(value)) throw new RangeError(`not a unit price in ticks: ${value}`)
  return value
}

/** @throws RangeError when `value` is not an integer from 0 to {@link microsMax}. */
export function micros(value: number): Micros {
  if (!isMicros(value)) throw new RangeError(`not an amount of money in micros: ${value}`)
  return value
}

/** @throws RangeError when `value` is not a non-negative safe integer. */
export function millis(value: number): Millis {
  if (!isMillis(value)) throw new RangeError(`not a time in ms: ${value}`)
  return value
}

/** What `quantity` costs at `price`: never rounded, never out of bounds. */
export const cost = (price: Ticks, quantity: Megabytes): Micros => (price * quantity) as Micros

/** People read and type GB and currency; these are the only factors between the two worlds. */
export const megabytesPerGigabyte = 1_000
export const microsPerCurrency = 1_000_000
/** 1 currency per GB in ticks. */
export const ticksPerUnitPrice = microsPerCurrency / megabytesPerGigabyte
