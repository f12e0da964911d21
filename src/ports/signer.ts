/** A libp2p peer id in its text form; for Ed25519 identities it contains the public key. */
export type PeerId = string

/** Signs for one identity. Synchronous, because Ed25519 is on every host that the market runs on. */
export interface Signer {
  readonly id: PeerId
  sign(bytes: Uint8Array): Uint8Array
  /** For simulations that pass messages as objects: what is sealed is neither encoded nor signed. */
  readonly open?: true
}

/** Checks signatures of anybody. Returns false, never throws, for whatever is not a signature of `id` over `bytes`. */
export interface Verifier {
  verify(id: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean
}
