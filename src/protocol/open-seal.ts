/**
 * Messages that pass as objects between the nodes of one simulation: the same fields, encoded only if somebody reads their
 * bytes, and signed by nobody. Never made from bytes, so nothing from a real network is ever one.
 */
import type { PeerId } from '../ports/signer.js'
import { payloadOf } from './body.js'
import type { Wire } from './codec.js'
import { signatureBytes } from './envelope.js'
import type { Message, Sealed } from './message.js'

const blank = new Uint8Array(signatureBytes)
const none = new Uint8Array(0)

export class OpenSeal<Body extends Message = Message> implements Sealed<Body> {
  readonly body: Body
  readonly signer: PeerId
  readonly signature: Uint8Array
  #payload: Uint8Array | undefined

  constructor(signer: PeerId, body: Body, { isProvisional = false } = {}) {
    this.body = body
    this.signer = signer
    this.signature = isProvisional ? none : blank
  }

  get payload(): Uint8Array {
    this.#payload ??= payloadOf(this.body)
    return this.#payload
  }
}

/** Hands messages over as they are. */
export const openWire: Wire<Sealed> = {
  encode: (sealed) => sealed,
  decode: (sealed) => ({ ok: true, sealed }),
}
