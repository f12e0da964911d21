import { readdirSync, readFileSync } from 'node:fs'
import { toString as textOf } from 'uint8arrays/to-string'
import { describe, expect, test } from 'vitest'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { type AdmissionContext, admitDirect, admitOffer } from '../../src/protocol/admission.js'
import { decode, encode } from '../../src/protocol/codec.js'
import { limits, type Sealed } from '../../src/protocol/message.js'
import { decodeOfferAnswer, decodeOfferQuestion } from '../../src/protocol/offer-index.js'
import { decodeOfferPage, decodeOfferRequest } from '../../src/protocol/offer-sync.js'
import { verifySeal } from '../../src/protocol/signing.js'
import { buyer, market, now, samples, seller } from './protocol-samples.js'
import { versionSamples } from './version-samples.js'

const folder = new URL('../fixtures/versions/', import.meta.url)
const recorded = (name: string): Uint8Array =>
  Uint8Array.from(
    readFileSync(new URL(`${name}.hex`, folder), 'utf8')
      .trim()
      .match(/../g) ?? [],
    (byte) => Number.parseInt(byte, 16),
  )

/** Bytes once recorded stay; a change that means to alter them adds files. */
test.each(Object.entries(versionSamples))('%s is what is on record', async (name, bytes) => {
  await expect(`${textOf(bytes, 'hex')}\n`).toMatchFileSnapshot(`../fixtures/versions/${name}.hex`)
})

test('nothing is on record that is not made here', () => {
  const names = readdirSync(folder).map((name) => name.replace('.hex', ''))
  expect(names.sort()).toEqual(Object.keys(versionSamples).sort())
})

const contextOf = (me: string): AdmissionContext => ({
  market,
  me,
  verifier: ed25519Verifier,
  knownSequence: () => undefined,
})
const toBuyer = ['quote', 'award', 'receipt', 'refused', 'closed']

describe('fields that this version does not know', () => {
  test.each(samples.map((sealed) => [sealed.body.type, sealed] as const))(
    'in a %s are ignored, and travel on',
    (type, sealed) => {
      const bytes = recorded(`unknown-fields-${type}`)
      const decoded = decode(bytes, limits.directBytesMax) as { readonly ok: true; readonly sealed: Sealed }
      expect(decoded.ok).toBe(true)
      expect(decoded.sealed.body).toEqual(sealed.body)
      expect(verifySeal(ed25519Verifier, decoded.sealed)).toBe(true)
      // What is signed travels on whole; what is not may be lost.
      const again = decode(encode(decoded.sealed), limits.directBytesMax) as { readonly sealed: Sealed }
      expect(again.sealed.payload).toEqual(decoded.sealed.payload)
      const me = toBuyer.includes(type) ? buyer.id : seller.id
      const arrival = { from: sealed.signer, bytes, now, context: contextOf(me) }
      const admitted = type === 'offer' ? admitOffer(arrival) : admitDirect(arrival)
      expect(admitted.type).toBe('accept')
    },
  )

  test('in messages of offer sync are ignored', () => {
    const read = (name: string) => recorded(name)
    const same = <T>(name: string, decoder: (bytes: Uint8Array) => T): void => {
      expect(decoder(read(`unknown-fields-${name}`))).toEqual(decoder(read(name)))
      expect(decoder(read(name))).toMatchObject({ ok: true })
    }
    same('sync-request', decodeOfferRequest)
    same('sync-page', decodeOfferPage)
    same('sync-question-index', decodeOfferQuestion)
    same('sync-question-shards', decodeOfferQuestion)
    same('sync-question-offers', decodeOfferQuestion)
    same('sync-answer-index', (bytes) => decodeOfferAnswer(bytes, 'index'))
    same('sync-answer-offers', (bytes) => decodeOfferAnswer(bytes, 'offers'))
  })
})

describe('numbers of a later version', () => {
  test.each(['new-policy', 'new-status', 'new-kind', 'next-major'])(
    'by gossip are not held against anybody: %s',
    (name) => {
      const verdict = admitOffer({ from: seller.id, bytes: recorded(name), now, context: contextOf(buyer.id) })
      expect(verdict).toEqual({ type: 'ignore', code: 'unknown-kind' })
    },
  )

  test.each(['new-kind', 'new-refusal-code', 'new-decline-code', 'new-closing-reason', 'next-major'])(
    'sent directly are refused as unknown: %s',
    (name) => {
      const verdict = admitDirect({ from: seller.id, bytes: recorded(name), now, context: contextOf(buyer.id) })
      expect(verdict).toMatchObject({ type: 'refuse', code: 'unknown-kind' })
    },
  )
})
