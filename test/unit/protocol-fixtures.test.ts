import { readdirSync, readFileSync } from 'node:fs'
import { toString as textOf } from 'uint8arrays/to-string'
import { describe, expect, test } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { decode, encode } from '../../src/protocol/codec.js'
import { kinds } from '../../src/protocol/envelope.js'
import { limits, type Sealed } from '../../src/protocol/message.js'
import { digestOf, verifySeal } from '../../src/protocol/signing.js'
import { samples } from './protocol-samples.js'

const folder = new URL('../fixtures/protocol/', import.meta.url)
const hexOf = (bytes: Uint8Array) => textOf(bytes, 'hex')

/** A sealed message as a person reads it: byte arrays in hexadecimal, nested seals included. */
const readable = (sealed: Sealed): string =>
  `${JSON.stringify(
    { digest: digestOf(sealed), ...sealed },
    (_, value: unknown) => (value instanceof Uint8Array ? hexOf(value) : value),
    2,
  )}\n`

function recorded(name: string): Sealed {
  const hex = readFileSync(new URL(name, folder), 'utf8').trim()
  const decoded = decode(
    Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
    limits.directBytesMax,
  )
  if (!decoded.ok) throw new Error(`${name}: ${decoded.code} ${decoded.detail}`)
  return decoded.sealed
}

describe('bytes recorded once mean the same for ever', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.hex'))

  test('every kind of message is on record', () => {
    expect(new Set(names.map((name) => recorded(name).body.type))).toEqual(new Set(kinds))
  })

  test.each(names)('%s decodes to what it said, with a valid signature', (name) => {
    const sealed = recorded(name)
    expect(readable(sealed)).toBe(readFileSync(new URL(name.replace('.hex', '.json'), folder), 'utf8'))
    expect(verifySeal(ed25519Verifier, sealed)).toBe(true)
    expect(hexOf(encode(sealed))).toBe(readFileSync(new URL(name, folder), 'utf8').trim())
  })
})

// A change that means to alter these bytes adds files under a new number; those of a released version stay.
describe('this version writes what is on record', () => {
  test.each(samples.map((sealed) => [sealed.body.type, sealed] as const))('%s', async (type, sealed) => {
    await expect(`${hexOf(encode(sealed))}\n`).toMatchFileSnapshot(`../fixtures/protocol/${type}-1.hex`)
    await expect(readable(sealed)).toMatchFileSnapshot(`../fixtures/protocol/${type}-1.json`)
  })
})
