/** Sealed messages in a store: the envelope in base64, one JSON string. */
import { fromString } from 'uint8arrays/from-string'
import type { Json } from '../ports/store.js'
import { decode, encode } from './codec.js'
import { limits, type Message, type Sealed } from './message.js'
import { OpenSeal } from './open-seal.js'

/** A message that passes as an object is also kept as one: a simulated disk holds what it is given. */
export const sealedToJson = (sealed: Sealed): Json =>
  sealed instanceof OpenSeal ? (sealed as unknown as Json) : base64Of(encode(sealed))

/** What {@link sealedToJson} wrote, or undefined when `json` is anything else, or not of the wanted `type`. */
export function sealedFromJson(json: Json): Sealed | undefined
export function sealedFromJson<Type extends Message['type']>(
  json: Json,
  type: Type,
): Sealed<Extract<Message, { readonly type: Type }>> | undefined
export function sealedFromJson(json: Json, type?: Message['type']): Sealed | undefined {
  if (json instanceof OpenSeal) return type === undefined || json.body.type === type ? json : undefined
  if (typeof json !== 'string') return undefined
  let bytes: Uint8Array
  try {
    bytes = fromString(json, 'base64')
  } catch {
    return undefined
  }
  const decoded = decode(bytes, limits.directBytesMax)
  if (!decoded.ok || (type !== undefined && decoded.sealed.body.type !== type)) return undefined
  return decoded.sealed
}

/** As many arguments as any engine takes in one call. */
const chunkBytes = 8_192

/**
 * Base64 without padding, by the platform's own encoder: a store is given megabytes at a commit with many winners, and one
 * written in JavaScript takes five times as long.
 */
export function base64Of(bytes: Uint8Array): string {
  let characters = ''
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // Spreading them into arguments takes ten times as long.
    characters += String.fromCharCode.apply(null, bytes.subarray(at, at + chunkBytes) as unknown as number[])
  }
  return btoa(characters).replace(/=+$/, '')
}
