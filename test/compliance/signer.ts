import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Signer, Verifier } from '../../src/ports/signer.js'

/** What every pair of {@link Signer} and {@link Verifier} must do. `create` makes signers of different identities. */
export function complySigner(name: string, create: (count: number) => readonly Signer[], verifier: Verifier): void {
  describe(`${name} complies with the signer port`, () => {
    const [one, other] = create(2) as [Signer, Signer]
    const bytes = fc.uint8Array({ maxLength: 300 })
    const runs = { numRuns: 50 }

    test('different identities have different ids', () => {
      expect(one.id).not.toBe(other.id)
    })

    test('a signature verifies for its signer and its bytes', () => {
      fc.assert(
        fc.property(bytes, (message) => verifier.verify(one.id, message, one.sign(message))),
        runs,
      )
    })

    test('the same bytes give the same signature, and signing leaves them as they were', () => {
      const message = Uint8Array.of(1, 2, 3)
      expect(one.sign(message)).toEqual(one.sign(message))
      expect(message).toEqual(Uint8Array.of(1, 2, 3))
    })

    test('a signature verifies for nobody else', () => {
      const message = Uint8Array.of(1, 2, 3)
      expect(verifier.verify(other.id, message, one.sign(message))).toBe(false)
    })

    test('one turned bit in message or signature spoils it', () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), fc.nat(7), (message, at, bit) => {
          const signature = one.sign(message)
          const turned = (from: Uint8Array) =>
            from.map((byte, index) => (index === at % from.length ? byte ^ (1 << bit) : byte))
          expect(verifier.verify(one.id, turned(message), signature)).toBe(false)
          expect(verifier.verify(one.id, message, turned(signature))).toBe(false)
        }),
        runs,
      )
    })

    test('whatever is not a signature is false, never an error', () => {
      const message = Uint8Array.of(1, 2, 3)
      fc.assert(
        fc.property(fc.string(), fc.uint8Array({ maxLength: 130 }), (id, signature) => {
          expect(verifier.verify(id, message, signature)).toBe(false)
          expect(verifier.verify(one.id, message, signature)).toBe(false)
        }),
        runs,
      )
    })
  })
}
