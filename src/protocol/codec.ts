/** Messages to bytes and back. `decode` is total: whatever it is given, it answers and never throws. */
import { payloadOf, readBody } from './body.js'
import { envelopeOf, openEnvelope } from './envelope.js'
import { Fault, type FaultCode } from './fields.js'
import { Envelope } from './generated/market.js'
import type { Message, Sealed } from './message.js'

export { isMarket } from './fields.js'

/** Why bytes could not be read. `detail` names the offending field, for logs. */
export interface Unreadable {
  readonly ok: false
  readonly code: FaultCode
  readonly detail?: string
}

export type Decoded = { readonly ok: true; readonly sealed: Sealed } | Unreadable

/** The envelope around the payload as it was signed: a message passes on unchanged, fields unknown here included. */
export const encode = (sealed: Sealed): Uint8Array => Envelope.encode(envelopeOf(sealed))

/** A body's payload, ready to be signed: the same body always gives the same bytes. @throws RangeError when an id is malformed. */
export const encodeBody = (body: Message): Uint8Array => payloadOf(body)

/** How sealed messages pass from node to node: as bytes, or, among nodes of one process, as something cheaper. */
export interface Wire<Frame> {
  encode(sealed: Sealed): Frame
  /** Total, like {@link decode}. */
  decode(frame: Frame, bytesMax: number): Decoded
  /** In bytes; 0 where there are none. */
  sizeOf(frame: Frame): number
}

/**
 * Reads an envelope of at most `bytesMax` bytes and the body in it, checking every field against its bound (SPEC §5).
 * Signatures are not looked at: that is the business of admission.
 */
export function decode(bytes: Uint8Array, bytesMax: number): Decoded {
  if (bytes.length > bytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const { kind, signer, payload, signature } = openEnvelope(Envelope.decode(bytes))
    return { ok: true, sealed: { body: readBody(kind, payload), signer, payload, signature } }
  })
}

/** The wire of every real network. */
export const byteWire: Wire<Uint8Array> = { encode, decode, sizeOf: (frame) => frame.length }

/** What `read` returns, or the fault that ended it. */
export function attempt<Result>(read: () => Result): Result | Unreadable {
  try {
    return read()
  } catch (error) {
    if (error instanceof Fault) return { ok: false, code: error.code, detail: error.message }
    // The generated decoder throws this when a repeated field has more elements than its limit.
    if (error instanceof Error && error.name === 'MaxLengthError') return { ok: false, code: 'out-of-bounds' }
    return { ok: false, code: 'malformed' }
  }
}
