import type { Stream } from '@libp2p/interface'
import { decode, encode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { Uint8ArrayList } from 'uint8arraylist'
import { isEndlessFrame } from './bounded-frames.js'

export interface FrameStreamOptions {
  /** Largest frame either way, in bytes, without its length prefix. */
  readonly frameBytesMax: number
  /** Frames that may wait while the stream is full. */
  readonly outgoingMax: number
  /** Called for each frame, in order, with bytes that nobody else holds. */
  readonly onFrame: (frame: Uint8Array) => void
  /** Called once, when no frame can go out any more. `unsent`: whether some that were taken did not. */
  readonly onEnd: (unsent: boolean) => void
  /** The other side sent a frame that is too long, or did not end one in time. */
  readonly onFault?: (fault: FrameFault) => void
}

export type FrameFault = 'endless-frame' | 'dripping-frame'

/** How long a stream that we are done with may take to flush, and to be closed by the other side. */
const closeMsMax = 10_000
/** How long a frame that was begun may take; the largest, at 13 KB a second. */
const frameMsMax = 10_000

/**
 * A libp2p stream as frames with a length in front. Sending is synchronous as long as the stream takes bytes: each turn of the
 * event loop between a message and the wire would be paid twice in every round trip of a bid and its quote.
 */
export class FrameStream {
  readonly #stream: Stream
  readonly #options: FrameStreamOptions
  readonly #waiting: Uint8Array[] = []
  /** The last frame may still be in the stream's own buffer. */
  #full = false
  #finishing = false
  #ended = false
  #deadline: NodeJS.Timeout | undefined
  #drip: NodeJS.Timeout | undefined
  /** Bytes that came and are not part of a whole frame yet. */
  #pending = 0

  constructor(stream: Stream, options: FrameStreamOptions) {
    this.#stream = stream
    this.#options = options
    stream.addEventListener('drain', () => this.#flush())
    stream.addEventListener('close', () => this.#end())
    void this.#read()
  }

  /** Whether frames can still be sent. */
  get writable(): boolean {
    return !this.#finishing && !this.#ended
  }

  /** Takes a frame, to be sent after those before it; false when it cannot, because too many wait already. */
  send(frame: Uint8Array): boolean {
    if (!this.writable || frame.byteLength > this.#options.frameBytesMax) return false
    if (this.#full) {
      if (this.#waiting.length >= this.#options.outgoingMax) return false
      this.#waiting.push(frame)
    } else {
      this.#write(frame)
    }
    return true
  }

  /**
   * Sends what was taken, then closes this side; resolves when that has left this node or has failed. What the other side
   * still sends is received.
   */
  async finish(): Promise<void> {
    if (!this.writable) return
    this.#finishing = true
    this.#deadline = setTimeout(
      () => this.abort(new Error('the other side did not close the stream')),
      closeMsMax,
    ).unref()
    for (const frame of this.#waiting.splice(0)) this.#write(frame)
    await this.#stream.close().catch((error: Error) => this.abort(error))
  }

  /** Drops everything at once. */
  abort(error: Error): void {
    this.#stream.abort(error)
    this.#end()
  }

  async #read(): Promise<void> {
    const { frameBytesMax, onFrame } = this.#options
    try {
      await pipe(
        this.#stream,
        (chunks) => this.#watched(chunks),
        (chunks) => decode(chunks, { maxDataLength: frameBytesMax }),
        async (frames) => {
          for await (const frame of frames) {
            this.#pending -= frame.byteLength + prefixBytes(frame.byteLength)
            clearTimeout(this.#drip)
            this.#drip = undefined
            onFrame(frame.slice())
          }
        },
      )
      await this.finish()
    } catch (error) {
      if (isEndlessFrame(error as Error)) this.#options.onFault?.('endless-frame')
      this.abort(error as Error)
    }
  }

  /** Once all that came is read and a frame is not whole, its time begins. */
  async *#watched(chunks: AsyncIterable<Uint8Array | Uint8ArrayList>): AsyncGenerator<Uint8Array | Uint8ArrayList> {
    for await (const chunk of chunks) {
      this.#pending += chunk.byteLength
      yield chunk
      if (this.#pending > 0) this.#drip ??= setTimeout(() => this.#cutDrip(), frameMsMax).unref()
    }
  }

  #cutDrip(): void {
    this.#options.onFault?.('dripping-frame')
    this.abort(new Error('a frame did not end in time'))
  }

  #write(frame: Uint8Array): void {
    try {
      this.#full = !this.#stream.send(encode.single(frame))
    } catch (error) {
      this.#full = true
      this.abort(error as Error)
    }
  }

  #flush(): void {
    this.#full = false
    while (!this.#full) {
      const frame = this.#waiting.shift()
      if (frame === undefined) return
      this.#write(frame)
    }
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#deadline)
    clearTimeout(this.#drip)
    const unsent = this.#full || this.#waiting.length > 0
    this.#waiting.length = 0
    this.#options.onEnd(unsent)
  }
}

/** Bytes of the length in front of a frame: seven bits in each. */
const prefixBytes = (length: number): number => (length < 128 ? 1 : 1 + prefixBytes(Math.floor(length / 128)))
