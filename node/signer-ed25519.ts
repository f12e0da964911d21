/** The signer port on Ed25519 libp2p identities, synchronous through Node's own OpenSSL. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { PrivateKey } from '@libp2p/interface'
import type { PeerId, Signer, Verifier } from '../src/ports/signer.js'
import { peerIdOf, publicKeyOf } from '../src/protocol/identity.js'

/** The market's identities are Ed25519 keys, and this one is not. */
export class UnsupportedKeyError extends Error {
  override readonly name = 'UnsupportedKeyError'
}

/** RFC 8410: what stands before 32 bytes of key in PKCS #8 and in SubjectPublicKeyInfo. */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Parsing a key costs about as much as using it once, so a signer parses its own once. @throws UnsupportedKeyError */
export function signerOf(privateKey: PrivateKey): Signer {
  if (privateKey.type !== 'Ed25519') {
    throw new UnsupportedKeyError(`identities are Ed25519 keys, not ${privateKey.type}: create a new identity`)
  }
  const seed = privateKey.raw.subarray(0, 32)
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
  return {
    id: peerIdOf(privateKey.publicKey.raw),
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  }
}

/** More peers than one node trades with at a time. */
const keysMax = 4_096

/** Verifies for everybody, and keeps the keys that it parsed last, at most {@link keysMax}. */
export const ed25519Verifier: Verifier = createVerifier()

function createVerifier(): Verifier {
  const keys = new Map<PeerId, KeyObject>()
  return {
    verify(id, bytes, signature) {
      try {
        const key = keys.get(id) ?? parseKey(id)
        if (key === undefined) return false
        keys.delete(id)
        keys.set(id, key)
        const oldest = keys.keys().next()
        if (keys.size > keysMax && !oldest.done) keys.delete(oldest.value)
        return verify(null, bytes, key, signature)
      } catch {
        // OpenSSL throws at what cannot be a key; for the market it is a signature that nobody made.
        return false
      }
    },
  }
}

function parseKey(id: PeerId): KeyObject | undefined {
  const raw = publicKeyOf(id)
  if (raw === undefined) return undefined
  return createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' })
}
