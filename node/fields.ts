/**
 * What the fields of inputs, configurations and market files may hold. People write GB and currency; programs write MB,
 * ticks and micros. Both come out as exact integers, and a value that is no whole number of units is refused, not rounded.
 */
import { z } from 'zod'
import { policyNames } from '../src/mechanism/reserve.js'
import { limits } from '../src/protocol/message.js'
import {
  isMegabytes,
  isMillis,
  isTicks,
  type Megabytes,
  type Micros,
  type Millis,
  megabytesMax,
  megabytesPerGigabyte,
  microsMax,
  microsPerCurrency,
  type Ticks,
  ticksMax,
  ticksPerUnitPrice,
} from '../src/units.js'
import { gotOf } from './input.js'

/** The issue an error message is made for. */
interface Refused {
  readonly input?: unknown
}

const must =
  (be: string) =>
  ({ input }: Refused): string =>
    `must be ${be}, ${gotOf(input)}`

/** A whole number of MB, at least 1. */
export const megabytesField = z.custom<Megabytes>((value) => isMegabytes(value) && value >= 1, {
  error: must(`a whole number of MB from 1 to ${megabytesMax}`),
})
export const ticksField = z.custom<Ticks>(isTicks, { error: must(`a whole number of ticks from 0 to ${ticksMax}`) })

/** A span of time in ms. */
export const millisField = (bounds: { readonly min: number; readonly max: number }): z.ZodType<Millis, unknown> =>
  z.custom<Millis>((value) => isMillis(value) && value >= bounds.min && value <= bounds.max, {
    error: must(`a whole number of ms from ${bounds.min} to ${bounds.max}`),
  })

export const countField = (bounds: { readonly min: number; readonly max: number }): z.ZodType<number, unknown> =>
  z.custom<number>((value) => Number.isSafeInteger(value) && isWithin(value, bounds), {
    error: must(`a whole number from ${bounds.min} to ${bounds.max}`),
  })

/** A real number strictly above `above` (where given), from `min`, up to `max`. For what stays private and approximate. */
export function realField(bounds: { readonly above?: number; readonly min?: number; readonly max: number }, unit = '') {
  const { above, min, max } = bounds
  const from = above === undefined ? `from ${min ?? 0}` : `above ${above}`
  const fits = (value: unknown): boolean =>
    isWithin(value, { min: above ?? min ?? 0, max }) && (above === undefined || value !== above)
  return z.custom<number>(fits, { error: must(`a number${unit === '' ? '' : ` of ${unit}`} ${from} up to ${max}`) })
}

const isWithin = (value: unknown, { min, max }: { min: number; max: number }): value is number =>
  typeof value === 'number' && value >= min && value <= max

/** How a field that people write becomes whole units. */
interface Scale {
  readonly unit: string
  /** Exact units in one of what people write. */
  readonly factor: number
  /** In exact units. */
  readonly min: number
  readonly max: number
}

/** The exact units that `value` names, or undefined where it names none. */
function unitsOf(value: unknown, { factor, min, max }: Scale): number | undefined {
  if (typeof value !== 'number') return undefined
  const units = Math.round(value * factor)
  // Decimal fractions are not exact in binary: a value within a billionth of a unit's own size is that unit.
  const exact = Math.abs(units / factor - value) <= Math.abs(value) * 1e-12
  return exact && units >= min && units <= max ? units : undefined
}

function scaledField<T extends number>(scale: Scale): z.ZodType<T, unknown> {
  const { unit, factor, min, max } = scale
  const error = must(`${unit} from ${min / factor} to ${max / factor} in steps of ${1 / factor}`)
  return z
    .custom<number>((value) => unitsOf(value, scale) !== undefined, { error })
    .transform((value) => unitsOf(value, scale) as T)
}

/** GB in steps of 1 MB. */
export const gigabytesField = scaledField<Megabytes>({
  unit: 'GB',
  factor: megabytesPerGigabyte,
  min: 1,
  max: megabytesMax,
})
/** As {@link gigabytesField}, where nothing is an answer too. */
export const gigabytesOrNoneField = scaledField<Megabytes>({
  unit: 'GB',
  factor: megabytesPerGigabyte,
  min: 0,
  max: megabytesMax,
})
/** Currency per GB in steps of 1 tick. */
export const unitPriceField = scaledField<Ticks>({
  unit: 'currency per GB',
  factor: ticksPerUnitPrice,
  min: 0,
  max: ticksMax,
})
/** Currency in steps of 1 micro. */
export const currencyField = scaledField<Micros>({
  unit: 'currency',
  factor: microsPerCurrency,
  min: 0,
  max: microsMax,
})

export const policyField = z.enum(policyNames, { error: must(`one of ${policyNames.join(', ')}`) })

/** An identifier that a caller chose: any text, of bounded length. */
export const idField = z.custom<string>((value) => typeof value === 'string' && value !== '' && value.length <= 200, {
  error: must('a text of 1 to 200 characters'),
})

/** A person's or node's name, which also names a folder and a file. */
export const nameField = z.custom<string>(
  (value) => typeof value === 'string' && /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,31}$/u.test(value),
  { error: must("a name of 1 to 32 letters, digits, '-' or '_', starting with a letter or digit") },
)

/** A market's id, part of its gossip topic. */
export const marketField = z.custom<string>(
  (value) => typeof value === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(value) && value.length <= limits.marketBytesMax,
  { error: must(`1 to ${limits.marketBytesMax} lower-case letters, digits and '-'`) },
)

/** How people call the money. */
export const currencyTextField = z.string().regex(/^[\p{L}\p{N}\p{Sc}][\p{L}\p{N}\p{Sc} ]{0,15}$/u, {
  error: must('the name of a currency: 1 to 16 letters, digits and currency signs'),
})
