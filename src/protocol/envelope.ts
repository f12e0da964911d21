/** The envelope around a signed payload (SPEC §4): what a {@link Sealed} is on the wire, without looking into its payload. */

import type { PeerId } from '../ports/signer.js'
import { Fault, malformed, nameOf, numberOf, peerOf } from './fields.js'
import type * as wire from './generated/market.js'
import { publicKeyOf } from './identity.js'
import type { Message, Sealed } from './message.js'

/** Every kind of message, in the order of its number on the wire, from 1. Append only. */
export const kinds = ['offer', 'bid', 'quote', 'award', 'accept', 'decline', 'receipt', 'refused', 'closed'] as const
export type Kind = (typeof kinds)[number]

/** The envelope's version when it says none. Another one is another protocol (SPEC §12). */
const version = 1
export const signatureBytes = 64

/** @throws RangeError when `id` is not the peer id of an Ed25519 identity. */
export function keyOf(id: PeerId): Uint8Array<ArrayBuffer> {
  const key = publicKeyOf(id)
  if (key === undefined) throw new RangeError(`not the peer id of an Ed25519 identity: ${id}`)
  return key
}

export function envelopeOf(sealed: Sealed): wire.Envelope {
  return {
    kind: numberOf(kinds, sealed.body.type),
    payload: ownBytesOf(sealed.payload),
    signer: keyOf(sealed.signer),
    signature: ownBytesOf(sealed.signature),
  }
}

/** A sealed message whose payload has not been read yet. */
export interface Opened {
  readonly kind: Kind
  readonly signer: PeerId
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** @throws Fault */
export function openEnvelope(envelope: wire.Envelope): Opened {
  if ((envelope.version ?? version) !== version) throw new Fault('unknown-kind', 'version')
  const kind = nameOf(kinds, envelope.kind, 'kind')
  const signer = peerOf(envelope.signer, 'signer')
  const provisional = kind === 'quote' && envelope.signature.length === 0
  if (!provisional && envelope.signature.length !== signatureBytes) throw malformed('signature')
  return { kind, signer, payload: ownBytesOf(envelope.payload), signature: ownBytesOf(envelope.signature) }
}

/** As {@link openEnvelope}, where only one kind belongs. @throws Fault */
export function openOnly<Only extends Message['type']>(kind: Only, envelope: wire.Envelope): Opened {
  const opened = openEnvelope(envelope)
  if (opened.kind !== kind) throw malformed('kind')
  return opened
}

/** A copy, so that what is kept does not hold on to, or change with, the frame it came in. */
const ownBytesOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
