import type { Stream } from '@libp2p/interface'
import { type LengthPrefixedStream, lpStream } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes that the length of a frame may have: 2^28 is more than any frame here. */
const lengthBytesMax = 4

/** A length that goes on longer than any may. Named as the error for a frame that is longer than any may be. */
class EndlessLengthError extends Error {
  override readonly name = 'InvalidDataLengthLengthError'
}

/** A stream as questions and answers of at most `bytesMax`. The library's own reader waits for the end of a length for ever. */
export const framesOf = (stream: Stream, bytesMax: number): LengthPrefixedStream<Stream> =>
  lpStream(stream, { maxDataLength: bytesMax, lengthDecoder })

/** @throws RangeError when the length is not whole yet, which makes the reader go on. */
function lengthDecoder(data: Uint8ArrayList): number {
  let length = 0
  for (let at = 0; at < data.byteLength; at += 1) {
    const byte = data.get(at)
    length += (byte & 0x7f) * 128 ** at
    if (byte < 0x80) return length
  }
  if (data.byteLength >= lengthBytesMax) throw new EndlessLengthError('a length without end')
  throw new RangeError('there is more')
}

/** Whether a stream ended because the other side sent a frame that no frame can be. */
export const isEndlessFrame = ({ name }: Error): boolean =>
  name === 'InvalidDataLengthError' || name === 'InvalidDataLengthLengthError'
