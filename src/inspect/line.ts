/** Events as lines of text: JSON Lines in a file, one line a message in a stream. */
import { captureVersion, eventTypes, type InspectLine } from './event.js'

export type ReadInspectLine =
  | { readonly ok: true; readonly line: InspectLine }
  | { readonly ok: false; readonly reason: string }

const types: ReadonlySet<string> = new Set(['capture', ...eventTypes])

export const textOfInspectLine = (line: InspectLine): string => JSON.stringify(line)

/**
 * Reads one line. What every line must have is checked; the rest is taken as its type says: a capture is written by this program,
 * and checking every field of a gigabyte would take longer than reading it. Total.
 */
export function readInspectLine(text: string): ReadInspectLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'this is no JSON' }
  }
  return checkedInspectLine(value)
}

/** As {@link readInspectLine}, of a value that was parsed already. */
export function checkedInspectLine(value: unknown): ReadInspectLine {
  if (typeof value !== 'object' || value === null) return { ok: false, reason: 'this is no object' }
  const { type, node, at, n, version } = value as Readonly<Record<string, unknown>>
  if (typeof type !== 'string' || !types.has(type)) return { ok: false, reason: 'its type is not one of an event' }
  if (typeof node !== 'string' || node === '') return { ok: false, reason: 'it names no node' }
  if (!Number.isSafeInteger(at)) return { ok: false, reason: 'it has no time' }
  if (type === 'capture') {
    return version === captureVersion
      ? { ok: true, line: value as InspectLine }
      : { ok: false, reason: `it is of version ${String(version)} of the format, and this reads ${captureVersion}` }
  }
  return Number.isSafeInteger(n) ? { ok: true, line: value as InspectLine } : { ok: false, reason: 'it has no number' }
}
