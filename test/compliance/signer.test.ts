import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, test } from 'vitest'
import { ed25519Verifier, signerOf, UnsupportedKeyError } from '../../node/signer-ed25519.js'
import { peerIdOf, publicKeyOf } from '../../src/protocol/identity.js'
import { rememberingVerifier } from '../../src/protocol/signing.js'
import { complySigner } from './signer.js'

const keys = await Promise.all([1, 2].map((seed) => generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))))
const create = (count: number) => keys.slice(0, count).map(signerOf)

complySigner('an Ed25519 identity', create, ed25519Verifier)
complySigner('a remembering verifier', create, rememberingVerifier(ed25519Verifier, { entriesMax: 8 }))

describe('an Ed25519 identity', () => {
  test('has the peer id and the signatures that libp2p gives it', async () => {
    const [key] = keys
    const message = Uint8Array.of(1, 2, 3)
    const signer = signerOf(key!)
    expect(signer.id).toBe(peerIdFromPrivateKey(key!).toString())
    expect(signer.sign(message)).toEqual(new Uint8Array(await key!.sign(message)))
    expect(await key!.publicKey.verify(message, signer.sign(message))).toBe(true)
  })

  test('stands for its public key, one to one', () => {
    const { raw } = keys[0]!.publicKey
    expect(publicKeyOf(peerIdOf(raw))).toEqual(new Uint8Array(raw))
    expect(['', 'nobody', '0'.repeat(52), `${peerIdOf(raw)}x`].map(publicKeyOf)).toEqual(Array(4).fill(undefined))
    expect(() => peerIdOf(new Uint8Array(31))).toThrow(RangeError)
  })

  test('is the only kind of identity', async () => {
    const secp256k1 = await generateKeyPair('secp256k1')
    expect(() => signerOf(secp256k1)).toThrow(UnsupportedKeyError)
    expect(publicKeyOf(peerIdFromPrivateKey(secp256k1).toString())).toBe(undefined)
  })
})
