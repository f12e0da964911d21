/** Quantities as people read them: GB, currency, currency per GB. Never rounded unless `places` says so. */
import type { AgreedOffset } from '../src/protocol/clock-offset.js'
import {
  type Megabytes,
  type Micros,
  megabytesPerGigabyte,
  microsPerCurrency,
  type Ticks,
  ticksPerUnitPrice,
} from '../src/units.js'

/** Made once each: that takes longer than to write a number. */
const formats = new Map<number, Intl.NumberFormat>()

/** A decimal with at least `min` and at most `max` places, at most 9. */
function decimal(value: number, min: number, max: number): string {
  const key = min * 10 + max
  const format =
    formats.get(key) ?? new Intl.NumberFormat('en-US', { minimumFractionDigits: min, maximumFractionDigits: max })
  formats.set(key, format)
  return format.format(value)
}

export const grouped = (value: number): string => value.toLocaleString('en-US')
/** `2.5 GB`, exact. */
export const gb = (quantity: Megabytes | number): string => `${decimal(quantity / megabytesPerGigabyte, 0, 3)} GB`
/** `9.60`: currency, exact unless `places` is given. */
export const money = (amount: Micros | number, places = 6): string =>
  decimal(amount / microsPerCurrency, Math.min(2, places), places)
/** `9.60`: currency per GB, exact unless `places` is given. */
export const unitPrice = (price: Ticks | number, places = 3): string =>
  decimal(price / ticksPerUnitPrice, Math.min(2, places), places)
/** `97.3 %` */
export const percent = (share: number): string => `${decimal(share * 100, 1, 1)} %`
/** `0.8 s`, `12 s`, `3 min 20 s` */
export function seconds(ms: number): string {
  if (ms < 9_950) return `${decimal(ms / 1_000, 1, 1)} s`
  const whole = Math.round(ms / 1_000)
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
/** `3 nodes`, `1 node` */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** A bar of at most `width` cells, at least a sliver for what is not zero. */
export function bar(value: number, { max, width }: { readonly max: number; readonly width: number }): string {
  if (value <= 0 || max <= 0) return ''
  const eighths = Math.max(1, Math.round((value / max) * width * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8]
}

/** Text from outside, safe for a terminal: no control characters, cut to `width`. */
export function label(text: string, width = 24): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
  return clean.length <= width ? clean : `${clean.slice(0, width - 1)}…`
}

/** How far this clock is off, and by whose word. */
export const clockText = ({ offsetMs, uncertaintyMs, peers }: AgreedOffset): string => {
  const off =
    Math.abs(offsetMs) <= uncertaintyMs
      ? 'no difference that could be measured'
      : `${seconds(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead'}`
  return `${off}, against ${peers === 1 ? 'one peer' : `the median of ${peers} peers`} (± ${(uncertaintyMs / 1_000).toFixed(3)} s)`
}
