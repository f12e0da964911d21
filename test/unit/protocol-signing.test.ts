import { describe, expect, test } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { Verifier } from '../../src/ports/signer.js'
import { kinds } from '../../src/protocol/envelope.js'
import type { Award, Sealed } from '../../src/protocol/message.js'
import {
  digestOf,
  proofOfEquivocation,
  rememberingVerifier,
  seal,
  sealAwards,
  signedBytesOf,
  verifySeal,
} from '../../src/protocol/signing.js'
import { megabytes, micros } from '../../src/units.js'
import { award, bid, buyer, rival, samples, seller, stranger } from './protocol-samples.js'

describe('a seal', () => {
  test.each(samples.map((sealed) => [sealed.body.type, sealed] as const))('of a %s verifies', (_, sealed) => {
    expect(verifySeal(ed25519Verifier, sealed)).toBe(true)
    expect(verifySeal(ed25519Verifier, { ...sealed, signer: stranger.id })).toBe(false)
  })

  test('over one kind of message is none over another', () => {
    const sealed = seal(buyer, bid)
    for (const type of kinds.filter((kind) => kind !== 'bid')) {
      expect(verifySeal(ed25519Verifier, { ...sealed, body: { ...sealed.body, type } as never })).toBe(false)
    }
  })

  test('covers the domain, a zero byte and the payload', () => {
    expect(Buffer.from(signedBytesOf({ type: 'bid', payload: Uint8Array.of(1, 2) })).toString('latin1')).toBe(
      'overage/1/bid\0\x01\x02',
    )
  })
})

describe('awards of one commit', () => {
  const win = { buyer: buyer.id, quantity: megabytes(3), charge: micros(5) }
  const wins = [win, { buyer: rival.id, quantity: megabytes(7), charge: micros(0) }]

  test('are sealed together as each would be alone', () => {
    const alone = wins.map((one) => seal(seller, { ...award, ...one }))
    expect(sealAwards(seller, award, wins)).toEqual(alone)
    expect(sealAwards(seller, award, [])).toEqual([])
  })

  test('are not signed when a receiver could not read one of them, or their evidence', () => {
    const silent = { ...seller, sign: () => expect.unreachable('signed') }
    const foreign = [seal(buyer, { ...bid, offer: `${stranger.id}/1` })]
    expect(() => sealAwards(silent, { ...award, evidence: foreign }, [win])).toThrow('evidence.offer')
    expect(() => sealAwards(silent, award, [{ ...win, quantity: megabytes(0) }])).toThrow('quantity')
    expect(() => sealAwards(seller, award, [win, { ...win, quantity: megabytes(0) }])).toThrow('quantity')
  })
})

test('a digest depends on the kind and the payload alone', () => {
  const sealed = seal(buyer, bid)
  expect(digestOf(sealed)).toMatch(/^[0-9a-f]{64}$/)
  expect(digestOf({ ...sealed, signature: new Uint8Array(64) })).toBe(digestOf(sealed))
  expect(digestOf(seal(buyer, { ...bid, sequence: 3 }))).not.toBe(digestOf(sealed))
})

describe('equivocation', () => {
  const first = seal(seller, award)
  const other = (change: Partial<Award>) => seal(seller, { ...award, ...change })
  const proves = (a: Sealed<Award>, b: Sealed<Award>) => proofOfEquivocation(ed25519Verifier, a, b)

  test('is proved by two different awards for one offer, round and buyer', () => {
    expect(proves(first, other({ charge: micros(1) }))).toBe(true)
  })

  test('is not proved by one award twice, nor by awards for different rounds, buyers, offers or markets', () => {
    expect(proves(first, first)).toBe(false)
    expect(proves(first, other({ round: 3 }))).toBe(false)
    expect(proves(first, other({ buyer: stranger.id }))).toBe(false)
    expect(proves(first, other({ offer: `${seller.id}/2`, evidence: [] }))).toBe(false)
    expect(proves(first, other({ market: 'x', evidence: [] }))).toBe(false)
  })

  test('is not proved by what the seller did not sign', () => {
    const changed = other({ charge: micros(1) })
    expect(proves(first, { ...changed, signature: first.signature })).toBe(false)
    expect(proves({ ...first, signature: changed.signature }, changed)).toBe(false)
    const forged = [seal(stranger, award), seal(stranger, { ...award, charge: micros(1) })] as const
    expect(proves(...forged)).toBe(false)
  })
})

describe('a remembering verifier', () => {
  function remembering(entriesMax: number) {
    const asked: string[] = []
    const counting: Verifier = {
      verify(id, bytes, signature) {
        asked.push(id)
        return ed25519Verifier.verify(id, bytes, signature)
      },
    }
    return { asked, verifier: rememberingVerifier(counting, { entriesMax }) }
  }
  const bidOf = (sequence: number) => seal(buyer, { ...bid, sequence })

  test('asks once about a valid signature, and again about an invalid one', () => {
    const { asked, verifier } = remembering(4)
    const invalid = { ...bidOf(1), signature: bidOf(2).signature }
    expect([1, 2].map(() => verifySeal(verifier, bidOf(1)))).toEqual([true, true])
    expect(asked).toHaveLength(1)
    expect([1, 2].map(() => verifySeal(verifier, invalid))).toEqual([false, false])
    expect(asked).toHaveLength(3)
  })

  test('never takes one signer, payload or signature for another', () => {
    const { verifier } = remembering(4)
    verifySeal(verifier, bidOf(1))
    expect(verifySeal(verifier, { ...bidOf(1), signer: stranger.id })).toBe(false)
    expect(verifySeal(verifier, { ...bidOf(1), payload: bidOf(2).payload })).toBe(false)
    expect(verifySeal(verifier, { ...bidOf(1), signature: bidOf(2).signature })).toBe(false)
  })

  test('forgets the oldest beyond its bound', () => {
    const { asked, verifier } = remembering(2)
    for (const sequence of [1, 2, 3]) verifySeal(verifier, bidOf(sequence))
    verifySeal(verifier, bidOf(3))
    expect(asked).toHaveLength(3)
    verifySeal(verifier, bidOf(1))
    expect(asked).toHaveLength(4)
  })
})
