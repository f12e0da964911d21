/** A TCP connection seen through a poor link: what its node writes and reads passes through a lane each way. */
import type { AbortOptions, MessageStreamStatus, MultiaddrConnection } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'
import { Lane, type LaneOptions } from './lane.js'

export interface LinkedConnectionOptions extends Omit<LaneOptions, 'onDrain'> {
  /** Called once neither its socket nor whoever used it is there any more. */
  readonly onGone: (connection: LinkedConnection) => void
}

const isLive = ({ status }: { readonly status: MessageStreamStatus }): boolean =>
  status === 'open' || status === 'closing'

/**
 * Neither side's socket knows of it: the kernel acknowledges what the node has not been given yet. An end or a reset travels as data
 * does, behind it, so that nobody learns across a cut that the other is gone.
 */
export class LinkedConnection extends AbstractMultiaddrConnection {
  readonly #inner: MultiaddrConnection
  readonly #out: Lane
  readonly #in: Lane

  constructor(inner: MultiaddrConnection, { onGone, ...options }: LinkedConnectionOptions) {
    super({ remoteAddr: inner.remoteAddr, direction: inner.direction, log: inner.log })
    this.#inner = inner
    this.#out = new Lane({ ...options, onDrain: () => this.safeDispatchEvent('drain') })
    this.#in = new Lane({ ...options, onDrain: () => this.#readOn() })
    inner.addEventListener('message', ({ data }) => {
      this.#in.push(data.byteLength, () => this.onData(data))
      if (this.#in.isFull && inner.status === 'open') inner.pause()
    })
    inner.addEventListener('drain', () => this.#out.go())
    inner.addEventListener('close', ({ error }) => {
      // That nothing came for long is this node's own finding, and comes from nowhere.
      if (error?.name === 'TimeoutError') this.abort(error)
      else this.#in.push(0, () => (error === undefined ? this.onTransportClosed() : this.abort(error)))
    })
    for (const side of [inner, this]) {
      side.addEventListener('close', () => {
        if (isLive(inner) || isLive(this)) return
        this.#out.clear()
        this.#in.clear()
        onGone(this)
      })
    }
  }

  override sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } {
    if (this.#out.isFull) return { sentBytes: 0, canSendMore: false }
    this.#out.push(data.byteLength, () => this.#write(data))
    return { sentBytes: data.byteLength, canSendMore: !this.#out.isFull }
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    await this.#emptied(options?.signal)
    await this.#inner.close(options)
  }

  override sendReset(error: Error): void {
    this.#in.clear()
    this.#out.push(0, () => this.#inner.abort(error))
    // A reset does not wait until the other side reads.
    this.#out.go()
  }

  override sendPause(): void {
    this.#in.stop()
  }

  override sendResume(): void {
    this.#in.go()
  }

  /** Ends both sides at once, whatever lies between them. */
  end(): void {
    this.#out.clear()
    this.#inner.abort(new Error('the node has stopped'))
    this.#in.clear()
  }

  #write(data: Uint8ArrayList): void {
    // One that was ended meanwhile says so by itself.
    if (this.#inner.status === 'open' && !this.#inner.send(data) && isLive(this)) this.#out.stop()
  }

  #readOn(): void {
    if (this.#inner.status === 'open') this.#inner.resume()
  }

  #emptied(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      this.#out.push(0, resolve)
    })
  }
}
