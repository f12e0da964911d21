import type { Stream } from '@libp2p/interface'
import type { PeerId } from '../../src/ports/signer.js'
import { type FrameFault, FrameStream } from './frame-stream.js'

export interface PeerLinkOptions {
  readonly self: PeerId
  readonly peer: PeerId
  readonly frameBytesMax: number
  /** Frames that may wait for this peer. */
  readonly outgoingMax: number
  /** Opens a stream to the peer, over a standing connection or a new one. */
  readonly open: (addresses: readonly string[]) => Promise<Stream>
  readonly onFrame: (frame: Uint8Array) => void
  /** Frames that were taken are lost, because a dial or a stream failed. Once per failure. */
  readonly onLost: () => void
  /** The peer sent what is no frame. */
  readonly onFault: (fault: FrameFault) => void
  /** Nothing is open or under way any more. */
  readonly onIdle: () => void
}

interface Opened {
  readonly frames: FrameStream
  readonly opener: PeerId
}

/**
 * The one stream between this node and a peer, whoever opened it. When both open at once, both sides prefer the stream
 * of the lower peer id; the other is closed after what was sent on it has arrived, so nothing is lost.
 */
export class PeerLink {
  readonly #options: PeerLinkOptions
  /** Oldest first. */
  #opened: readonly Opened[] = []
  /** Frames that wait for a stream. */
  #waiting: Uint8Array[] = []
  #opening = false
  #stopped = false

  constructor(options: PeerLinkOptions) {
    this.#options = options
  }

  /** Takes a frame to be sent, over a new stream if none is open; false when it cannot. */
  send(frame: Uint8Array, addresses: readonly string[]): boolean {
    const preferred = this.#preferred()
    if (preferred !== undefined) return preferred.frames.send(frame)
    const { frameBytesMax, outgoingMax } = this.#options
    if (this.#stopped || frame.byteLength > frameBytesMax || this.#waiting.length >= outgoingMax) {
      this.#report()
      return false
    }
    this.#waiting.push(frame)
    if (!this.#opening) void this.#open(addresses)
    return true
  }

  /** Takes a stream into use; `opener` is one of the two ends. */
  adopt(stream: Stream, opener: PeerId): void {
    const { frameBytesMax, outgoingMax, onFrame, onFault, onLost } = this.#options
    const frames = new FrameStream(stream, {
      frameBytesMax,
      outgoingMax,
      onFrame,
      onFault,
      onEnd: (unsent) => this.#ended(frames, unsent),
    })
    this.#opened = [...this.#opened, { frames, opener }]
    const preferred = this.#preferred()
    for (const other of this.#opened) if (other !== preferred) void other.frames.finish()
    const waiting = this.#waiting
    this.#waiting = []
    const sent = waiting.filter((frame) => this.send(frame, []))
    if (sent.length < waiting.length) onLost()
  }

  /** Sends what waits on open streams, then closes them; drops the rest. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting = []
    await Promise.all(this.#opened.map(({ frames }) => frames.finish()))
  }

  #preferred(): Opened | undefined {
    const { self, peer } = this.#options
    const [lower] = [self, peer].sort()
    const writable = this.#opened.filter(({ frames }) => frames.writable)
    return writable.findLast(({ opener }) => opener === lower) ?? writable.at(-1)
  }

  async #open(addresses: readonly string[]): Promise<void> {
    const { self, open, onLost } = this.#options
    this.#opening = true
    try {
      const stream = await open(addresses)
      this.#opening = false
      this.adopt(stream, self)
      if (this.#stopped) await this.stop()
    } catch {
      this.#opening = false
      const lost = this.#waiting.length > 0
      this.#waiting = []
      if (lost && !this.#stopped) onLost()
      this.#report()
    }
  }

  #ended(ended: FrameStream, unsent: boolean): void {
    this.#opened = this.#opened.filter(({ frames }) => frames !== ended)
    if (unsent) this.#options.onLost()
    this.#report()
  }

  #report(): void {
    if (this.#opened.length === 0 && !this.#opening) this.#options.onIdle()
  }
}
