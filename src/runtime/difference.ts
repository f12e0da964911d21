import type { Sealed } from '../protocol/message.js'
import { isSealed } from './trace-line.js'

/**
 * The path of the first field in which two values differ, such as `message.body.price`, or undefined where they say the
 * same. Of messages the bytes decide; where these differ, the path names the field of the body that does.
 */
export function firstDifference(expected: unknown, actual: unknown, path = ''): string | undefined {
  if (Object.is(expected, actual) || expected === actual) return undefined
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null) return path
  if (expected instanceof Uint8Array || actual instanceof Uint8Array) {
    return expected instanceof Uint8Array && actual instanceof Uint8Array && areSame(expected, actual)
      ? undefined
      : path
  }
  if (isSealed(expected) && isSealed(actual) && isSameMessage(expected, actual)) return undefined
  if (Array.isArray(expected) !== Array.isArray(actual)) return path
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const [a, b] = [(expected as Fields)[key], (actual as Fields)[key]]
    const found = firstDifference(a, b, pathOf(path, key, Array.isArray(expected)))
    if (found !== undefined) return found
  }
  return undefined
}

type Fields = Readonly<Record<string, unknown>>

function pathOf(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}

const isSameMessage = (a: Sealed, b: Sealed): boolean =>
  a.body.type === b.body.type &&
  a.signer === b.signer &&
  areSame(a.payload, b.payload) &&
  areSame(a.signature, b.signature)

const areSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])
