/**
 * Messages that pass as objects between the nodes of one simulation: the same fields, encoded only if somebody reads their
 * bytes, and signed by nobody. Never made from bytes, so nothing from a real network is ever one.
 */
import { hashOf } from '../mechanism/hash.js'
import type { PeerId } from '../ports/signer.js'
import { payloadOf } from './body.js'
import type { Wire } from './codec.js'
import { signatureBytes } from './envelope.js'
import type { Digest, Message, Sealed } from './message.js'

const blank = new Uint8Array(signatureBytes)
const none = new Uint8Array(0)

export class OpenSeal<Body extends Message = Message> implements Sealed<Body> {
  readonly body: Body
  readonly signer: PeerId
  readonly signature: Uint8Array
  #payload: Uint8Array | undefined
  #digest: Digest | undefined

  constructor(signer: PeerId, body: Body, { isProvisional = false } = {}) {
    this.body = body
    this.signer = signer
    this.signature = isProvisional ? none : blank
  }

  /** Stands for the SHA-256 of what would be signed: as many digits, and as different as 64 bits can be. */
  get digest(): Digest {
    this.#digest ??= digestOf(this.signer, this.body)
    return this.#digest
  }

  get payload(): Uint8Array {
    this.#payload ??= payloadOf(this.body)
    return this.#payload
  }
}

function digestOf(signer: PeerId, body: Message): Digest {
  const inner = (_: string, value: unknown) => (value instanceof OpenSeal ? value.digest : value)
  const [a, b] = hashOf(`${signer} ${JSON.stringify(body, inner)}`)
  return [a, b]
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('')
    .repeat(4)
}

/** Hands messages over as they are. */
export const openWire: Wire<Sealed> = {
  encode: (sealed) => sealed,
  decode: (sealed) => ({ ok: true, sealed }),
  sizeOf: () => 0,
}

/** An open message as plain data, to be made again in another thread. */
type Plain = readonly [signer: PeerId, body: unknown, isProvisional: boolean]

/** How messages as objects go from one thread to another. */
export const openPacking = {
  pack: ({ signer, body, signature }: Sealed): Plain => [signer, plainBodyOf(body), signature.length === 0],
  unpack: (packed: unknown): Sealed => openFrom(packed as Plain),
}

/** Only awards and receipts hold other messages. */
function plainBodyOf(body: Message): unknown {
  if (body.type === 'award') return { ...body, evidence: body.evidence.map(openPacking.pack) }
  if (body.type === 'receipt') return { ...body, accept: openPacking.pack(body.accept) }
  return body
}

function openFrom([signer, plain, isProvisional]: Plain): Sealed {
  const body = plain as Message
  const inner = (packed: unknown) => openFrom(packed as Plain) as never
  const whole: Message =
    body.type === 'award'
      ? { ...body, evidence: body.evidence.map(inner) }
      : body.type === 'receipt'
        ? { ...body, accept: inner(body.accept) }
        : body
  return new OpenSeal(signer, whole, { isProvisional })
}
