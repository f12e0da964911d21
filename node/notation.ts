/** How people write times, shares, ranges and faults on a command line: `1.5s`, `2%`, `20..200`, `10%@300ms`. */
import { z } from 'zod'
import type { Partition } from '../src/sim/faults.js'
import { isMegabytes, isMillis, type Megabytes, type Millis, megabytesPerGigabyte, millis } from '../src/units.js'
import { gotOf } from './input.js'

/** From the least to the most, both included. */
export interface Span<T> {
  readonly min: T
  readonly max: T
}

/** A share and the time that goes with it: so many nodes, so late. */
export interface TimedShare {
  readonly perMille: number
  readonly ms: Millis | undefined
}

const msPer: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }

/** A whole number of ms, or undefined where `text` names none. A bare number is ms. */
export function millisIn(text: string): Millis | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h)?$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const exact = Number(digits) * msPer[unit ?? '']!
  const whole = Math.round(exact)
  return Math.abs(exact - whole) < 1e-6 && isMillis(whole) ? millis(whole) : undefined
}

/** Whole thousandths, or undefined. A share carries its sign, so that 1 cannot be taken for all. */
export function perMilleIn(text: string): number | undefined {
  const [, digits] = /^(\d+(?:\.\d+)?)\s?%$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const exact = Number(digits) * 10
  const whole = Math.round(exact)
  return Math.abs(exact - whole) < 1e-6 && whole <= 1_000 ? whole : undefined
}

/** `20..200`, `1s..10s`; one value alone is both ends. */
export function spanIn<T extends number>(text: string, valueIn: (text: string) => T | undefined): Span<T> | undefined {
  const [first = '', second = first, ...rest] = text.split('..')
  const [min, max] = [valueIn(first), valueIn(second)]
  return rest.length > 0 || min === undefined || max === undefined || min > max ? undefined : { min, max }
}

/** `5%`, `5%@300ms`. */
export function timedShareIn(text: string): TimedShare | undefined {
  const [share = '', time, ...rest] = text.split('@')
  const perMille = perMilleIn(share)
  const ms = time === undefined ? undefined : millisIn(time)
  return perMille === undefined || rest.length > 0 || (time !== undefined && ms === undefined)
    ? undefined
    : { perMille, ms }
}

/** `10s@5s/3`: for ten seconds, from the fifth on, three groups; two unless said. */
export function partitionIn(text: string): Partition | undefined {
  const [, duration, start, parts = '2'] = /^([^@/]+)@([^@/]+)(?:\/(\d+))?$/.exec(text.trim()) ?? []
  const forMs = duration === undefined ? undefined : millisIn(duration)
  const atMs = start === undefined ? undefined : millisIn(start)
  const groups = Number(parts)
  if (forMs === undefined || atMs === undefined || forMs === 0 || groups < 2 || groups > 100) return undefined
  return { atMs, forMs, groups }
}

/** Whole MB, or undefined: `5GB`, `1.5 GB`, `500MB`. Data carries its unit, so that 500 cannot be taken for GB. */
export function quantityIn(text: string): Megabytes | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s?(gb|mb)$/i.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const exact = Number(digits) * (unit!.toLowerCase() === 'gb' ? megabytesPerGigabyte : 1)
  const whole = Math.round(exact)
  return Math.abs(exact - whole) < 1e-6 && isMegabytes(whole) && whole > 0 ? whole : undefined
}

/** A schema for one notation; `be` says what it must be, and `example` shows it. */
const written = <T>(parse: (text: string) => T | undefined, { be, example }: { be: string; example: string }) =>
  z
    .custom<string>((value) => typeof value === 'string' && parse(value) !== undefined, {
      error: ({ input }) => `must be ${be}, such as ${example}, ${gotOf(input)}`,
    })
    .transform((text) => parse(text) as T)

const bounded =
  <T extends number>(parse: (text: string) => T | undefined, { min, max }: Span<number>) =>
  (text: string): T | undefined => {
    const value = parse(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  }

/** Bounds of times, in ms and as an error writes them. */
export interface TimeBounds extends Span<number> {
  readonly said: string
}
const upToAnHour: TimeBounds = { min: 0, max: 3_600_000, said: 'up to 1h' }

export const durationField = (example: string, bounds = upToAnHour): z.ZodType<Millis, unknown> =>
  written(bounded(millisIn, bounds), { be: `a time ${bounds.said}`, example })
export const durationSpanField = (example: string, bounds = upToAnHour): z.ZodType<Span<Millis>, unknown> =>
  written((text) => spanIn(text, bounded(millisIn, bounds)), { be: `a range of times ${bounds.said}`, example })
export const quantityField: z.ZodType<Megabytes, unknown> = written(quantityIn, {
  be: 'a quantity with its unit, in steps of 1 MB',
  example: '5GB or 500MB',
})
export const shareField = (example: string): z.ZodType<number, unknown> =>
  written(perMilleIn, { be: 'a share from 0% to 100% in steps of 0.1%', example })
export const timedShareField = (example: string): z.ZodType<TimedShare, unknown> =>
  written(timedShareIn, { be: 'a share from 0% to 100%, with or without a time', example })
export const partitionField: z.ZodType<Partition, unknown> = written(partitionIn, {
  be: 'how long, when, and in how many groups (2 to 100)',
  example: '10s@5s or 10s@5s/3',
})
/** A range of plain numbers above 0. */
export const amountSpanField = (example: string): z.ZodType<Span<number>, unknown> =>
  written((text) => spanIn(text, amountIn), { be: 'a range of amounts above 0 up to 1000000', example })

const amountIn = (text: string): number | undefined => {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  return value > 0 && value <= 1_000_000 ? value : undefined
}
