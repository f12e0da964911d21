import { byteWire, type Decoded, type Wire } from '../protocol/codec.js'

/**
 * The real codec, where a gossiped message is decoded once for all who receive it: the same bytes always say the same, and
 * what they say is never changed.
 */
export function sharedByteWire(): Wire<Uint8Array> {
  const decoded = new WeakMap<Uint8Array, Decoded>()
  return {
    ...byteWire,
    decode: (frame, bytesMax) => {
      const known = decoded.get(frame)
      if (known !== undefined && frame.length <= bytesMax) return known
      const fresh = byteWire.decode(frame, bytesMax)
      decoded.set(frame, fresh)
      return fresh
    },
  }
}
