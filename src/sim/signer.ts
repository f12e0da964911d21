/**
 * Identities for simulations. Anybody could make these signatures: enough where nobody lies, and a hundred times cheaper
 * than Ed25519. What attackers do to signatures is tested on real nodes.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import { peerIdOf } from '../protocol/identity.js'

/** A signer whose identity follows from the label. `open`: see {@link Signer.open}. */
export function simulatedSigner(label: string, { open = false } = {}): Signer {
  const id = peerIdOf(sha256(new TextEncoder().encode(label)))
  return open ? new OpenSigner(id) : new SimulatedSigner(id)
}

class SimulatedSigner implements Signer {
  readonly id: PeerId

  constructor(id: PeerId) {
    this.id = id
  }

  sign(bytes: Uint8Array): Uint8Array {
    return markOf(this.id, bytes)
  }
}

class OpenSigner extends SimulatedSigner {
  readonly open = true
}

export const simulatedVerifier: Verifier = {
  verify: (id, bytes, signature) => {
    const mark = markOf(id, bytes)
    return signature.length === mark.length && signature.every((byte, index) => byte === mark[index])
  },
}

/** 64 bytes that depend on the signer and on everything signed. */
function markOf(id: PeerId, bytes: Uint8Array): Uint8Array {
  const half = sha256(new Uint8Array([...new TextEncoder().encode(id), ...sha256(bytes)]))
  return new Uint8Array([...half, ...half])
}
