/**
 * Readers of parsed JSON: each answers with a value of its type or throws a {@link JsonFault} that names the place. They
 * are strict, a field that nobody knows is refused like one that is missing, so that what was read is all that was said.
 */
import type { Json } from '../ports/store.js'

export type Reader<T> = (value: unknown, path: string) => T
/** A reader for every field of `T`. */
export type Readers<T> = { readonly [Key in keyof T]-?: Reader<T[Key]> }

/** Carries the place of a fault out of nested readers. Whoever reads a whole line catches it. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault'

  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the line' : path} ${problem}`)
  }
}

/** Values nested deeper than any record of a store. */
const depthMax = 32

const within = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new JsonFault(path, value === undefined ? 'is missing' : 'is no object')
}

/** An object with these fields and no other. A field whose reader answers undefined is left out. */
export function objectOf<T extends object>(fields: Readers<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields)
  const names = new Set(readers.map(([name]) => name))
  return (value, path) => {
    const given = objectAt(value, path)
    for (const name of Object.keys(given)) if (!names.has(name)) throw new JsonFault(within(path, name), 'is not known')
    const result: Record<string, unknown> = {}
    for (const [name, read] of readers) {
      const field = read(Object.hasOwn(given, name) ? given[name] : undefined, within(path, name))
      if (field !== undefined) result[name] = field
    }
    return result as T
  }
}

/** One of several objects, told apart by the field `tag`. */
export function unionOf<Tag extends string, T extends { readonly [Key in Tag]: string }>(
  tag: Tag,
  variants: { readonly [Name in T[Tag]]: Readers<Omit<Extract<T, { readonly [Key in Tag]: Name }>, Tag>> },
): Reader<T> {
  const readers = new Map<unknown, Reader<unknown>>(
    Object.entries<Readers<object>>(variants).map(([name, fields]) => [
      name,
      objectOf({ [tag]: oneOf([name]), ...fields } as Readers<object>),
    ]),
  )
  return (value, path) => {
    const name = objectAt(value, path)[tag]
    const read = readers.get(name)
    if (read === undefined) throw new JsonFault(within(path, tag), name === undefined ? 'is missing' : 'is not known')
    return read(value, path) as T
  }
}

export const listOf =
  <T>(read: Reader<T>): Reader<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new JsonFault(path, value === undefined ? 'is missing' : 'is no list')
    return value.map((item, index) => read(item, `${path}[${index}]`))
  }

/** What may be absent. */
export const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : read(value, path)

/** What may be null, as nothing. */
export const nullOr =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : read(value, path)

/** A value that `fits`; `kind` says in a refusal what it should have been. */
export const checked =
  <T>(fits: (value: unknown) => value is T, kind: string): Reader<T> =>
  (value, path) => {
    if (!fits(value)) throw new JsonFault(path, value === undefined ? 'is missing' : `is not ${kind}`)
    return value
  }

/** A text for which `fits` holds. */
export const textOf = (fits: (text: string) => boolean, kind: string): Reader<string> =>
  checked((value): value is string => typeof value === 'string' && fits(value), kind)

export function oneOf<const Name extends string>(names: readonly Name[]): Reader<Name> {
  const known = new Set<unknown>(names)
  return checked((value): value is Name => known.has(value), `one of ${names.join(', ')}`)
}

/** A whole number from 0 that loses nothing as a double. */
export const count: Reader<number> = checked(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  'a whole number from 0',
)
export const yesOrNo: Reader<boolean> = checked((value) => typeof value === 'boolean', 'true or false')
export const finite: Reader<number> = checked((value): value is number => Number.isFinite(value), 'a number')

/** Any JSON that is there, as it stands. */
export const anyJson: Reader<Json> = (value, path) => {
  if (value === undefined) throw new JsonFault(path, 'is missing')
  if (depthOf(value, depthMax) < 0) throw new JsonFault(path, `is nested deeper than ${depthMax}`)
  return value as Json
}

/** What is left of `depth` below the deepest value; negative when it does not suffice. */
function depthOf(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth < 0) return depth
  let least = depth
  for (const inner of Object.values(value)) least = Math.min(least, depthOf(inner, depth - 1))
  return least
}
