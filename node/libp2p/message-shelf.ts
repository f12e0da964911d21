/**
 * What messages say, while somebody looks: a node reads each to judge it, and need not read it again to tell of it. The node itself
 * takes nothing from here, so that what it judges is what came.
 */
import { hash } from 'node:crypto'
import type { MessageReader } from '../../src/inspect/decode.js'
import type { MessageId } from '../../src/inspect/event.js'
import { byteWire, type Decoded } from '../../src/protocol/codec.js'
import { Shelf } from './shelf.js'

interface Known {
  readonly bytes: Uint8Array
  readonly decoded: Decoded
}

export class MessageShelf implements MessageReader {
  readonly #known = new Shelf<Known>()

  idOf(data: Uint8Array): MessageId {
    return hash('sha256', data)
  }

  hexOf(id: Uint8Array): MessageId {
    return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')
  }

  /** Takes what `bytes` were found to say; they must not change after the call. */
  put(bytes: Uint8Array, decoded: Decoded): void {
    // What was too large for one bound may not be for another.
    if (decoded.ok) this.#known.put({ bytes, decoded })
  }

  decode(bytes: Uint8Array, bytesMax: number): Decoded {
    const known = bytes.length <= bytesMax ? this.#known.find(bytes) : undefined
    if (known !== undefined) return known.decoded
    const decoded = byteWire.decode(bytes, bytesMax)
    this.put(bytes, decoded)
    return decoded
  }

  clear(): void {
    this.#known.clear()
  }
}
