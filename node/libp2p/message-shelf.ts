/**
 * What messages say, while somebody looks: a node reads each to judge it, and need not read it again to tell of it. The node itself
 * takes nothing from here, so that what it judges is what came.
 */
import type { MessageReader } from '../../src/inspect/decode.js'
import { byteWire, type Decoded } from '../../src/protocol/codec.js'
import { hexOf, idOf, placeOf, sharedBytesMax } from './frame-shelf.js'

interface Known {
  readonly bytes: Uint8Array
  readonly decoded: Decoded
}

/** Each place holds the message that came there last. */
export class MessageShelf implements MessageReader {
  readonly idOf = idOf
  readonly hexOf = hexOf
  #places: (Known | undefined)[] = []

  /** Takes what `bytes` were found to say; they must not change after the call. */
  put(bytes: Uint8Array, decoded: Decoded): void {
    // What was too large for one bound may not be for another.
    if (decoded.ok && bytes.length <= sharedBytesMax) this.#places[placeOf(bytes)] = { bytes, decoded }
  }

  decode(bytes: Uint8Array, bytesMax: number): Decoded {
    const known = this.#places[placeOf(bytes)]
    if (known !== undefined && bytes.length <= bytesMax && Buffer.compare(known.bytes, bytes) === 0)
      return known.decoded
    const decoded = byteWire.decode(bytes, bytesMax)
    this.put(bytes, decoded)
    return decoded
  }

  clear(): void {
    this.#places = []
  }
}
