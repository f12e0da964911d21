/** Reading single fields: what the wire says becomes a value of the domain, or a fault with its refusal code. */
import { fromString } from 'uint8arrays/from-string'
import { toString as textOf } from 'uint8arrays/to-string'
import type { Ladder } from '../mechanism/bid.js'
import type { PeerId } from '../ports/signer.js'
import {
  isMegabytes,
  isMicros,
  isMillis,
  isTicks,
  type Megabytes,
  type Micros,
  type Millis,
  type Ticks,
} from '../units.js'
import { peerIdOf, publicKeyBytes } from './identity.js'
import { type Digest, limits, type OfferId, offerIdOf } from './message.js'

export type FaultCode = 'malformed' | 'too-large' | 'unknown-kind' | 'out-of-bounds'

/** Carries a refusal out of nested readers. Decoders return it; only sealing lets it out, as a fault of its caller. */
export class Fault extends Error {
  override readonly name = 'Fault'
  constructor(
    readonly code: FaultCode,
    detail: string,
  ) {
    super(detail)
  }
}

export const outOfBounds = (field: string): Fault => new Fault('out-of-bounds', field)
export const malformed = (field: string): Fault => new Fault('malformed', field)

export function megabytesOf(value: number, field: string): Megabytes {
  if (!isMegabytes(value)) throw outOfBounds(field)
  return value
}

/** Some data: at least 1 MB. */
export function someMegabytesOf(value: number, field: string): Megabytes {
  if (value === 0) throw outOfBounds(field)
  return megabytesOf(value, field)
}

export function ticksOf(value: number, field: string): Ticks {
  if (!isTicks(value)) throw outOfBounds(field)
  return value
}

export function microsOf(value: number, field: string): Micros {
  if (!isMicros(value)) throw outOfBounds(field)
  return value
}

export function millisOf(value: number, field: string): Millis {
  if (!isMillis(value)) throw outOfBounds(field)
  return value
}

/** A sequence, a round, or an offer's number. */
export function countOf(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw outOfBounds(field)
  return value
}

/** Visible ASCII without space or slash, so that a market's name fits a topic and a log line. */
const market = /^[\x21-\x2e\x30-\x7e]+$/
const visible = /^[\x21-\x7e]+$/

/** Whether `value` can name a market: 1 to {@link limits.marketBytesMax} visible ASCII characters other than `/`. */
export const isMarket = (value: string): boolean => value.length <= limits.marketBytesMax && market.test(value)

export function marketOf(value: string): string {
  if (value.length > limits.marketBytesMax) throw outOfBounds('market')
  if (!isMarket(value)) throw malformed('market')
  return value
}

export function peerOf(key: Uint8Array, field: string): PeerId {
  if (key.length !== publicKeyBytes) throw malformed(field)
  return peerIdOf(key)
}

export function offerOf(seller: Uint8Array, number: number): OfferId {
  return offerIdOf(peerOf(seller, 'seller'), countOf(number, 'number'))
}

const digestBytes = 32
const hexadecimal = /^[0-9a-f]{64}$/

export function digestOfBytes(bytes: Uint8Array, field: string): Digest {
  if (bytes.length !== digestBytes) throw malformed(field)
  return textOf(bytes, 'hex')
}

/** @throws RangeError when `digest` is not 64 lower-case hexadecimal digits. */
export function bytesOfDigest(digest: Digest): Uint8Array<ArrayBuffer> {
  if (!hexadecimal.test(digest)) throw new RangeError(`not a digest: ${digest}`)
  return fromString(digest, 'hex')
}

export function addressesOf(values: readonly string[]): readonly string[] {
  if (values.length > limits.addressesMax) throw outOfBounds('addresses')
  for (const value of values) {
    if (value.length > limits.addressBytesMax) throw outOfBounds('addresses')
    if (!visible.test(value)) throw malformed('addresses')
  }
  return values
}

/** Prices strictly increase, every rung holds some data, and together they hold exactly `stock`. */
export function ladderOf(
  rungs: readonly { readonly price: number; readonly quantity: number }[],
  { stock, rungsMax }: { readonly stock: number; readonly rungsMax: number },
): Ladder {
  if (rungs.length > rungsMax) throw outOfBounds('ladder')
  let total = 0
  let last = -1
  const ladder = rungs.map((rung) => {
    const price = ticksOf(rung.price, 'ladder.price')
    const quantity = someMegabytesOf(rung.quantity, 'ladder.quantity')
    if (price <= last) throw malformed('ladder.price')
    last = price
    total += quantity
    return { price, quantity }
  })
  if (total !== stock) throw malformed('ladder.quantity')
  return ladder
}

/**
 * The name that a number stands for: names are numbered from 1 in their order. A number that this version does not know
 * is the mark of a newer one, not of a broken message.
 */
export function nameOf<Name extends string>(names: readonly Name[], number: number, field: string): Name {
  if (number === 0) throw malformed(field)
  const name = names[number - 1]
  if (name === undefined) throw new Fault('unknown-kind', field)
  return name
}

/** @throws RangeError when `name` is not one of `names`. */
export function numberOf<Name extends string>(names: readonly Name[], name: Name): number {
  const at = names.indexOf(name)
  if (at < 0) throw new RangeError(`no number for ${name}`)
  return at + 1
}
