/**
 * Frames as a tap meets them. An RPC with a message goes to each neighbour and comes from each, byte for byte the same: such a frame is
 * kept once, and what it says is worked out once.
 */
import { hash } from 'node:crypto'
import { type MessageReader, type RpcDetail, rpcDetailOf } from '../../src/inspect/decode.js'
import { Shelf } from './shelf.js'

export class Frame {
  readonly bytes: Uint8Array
  readonly #reader: MessageReader
  #rpc: RpcDetail | undefined
  #rpcText: string | undefined
  #base64: string | undefined

  constructor(bytes: Uint8Array, reader: MessageReader) {
    this.bytes = bytes
    this.#reader = reader
  }

  /** What it says as an RPC. */
  get rpc(): RpcDetail {
    this.#rpc ??= rpcDetailOf(this.bytes, this.#reader)
    return this.#rpc
  }
  /** The same as members of a JSON object. */
  get rpcText(): string {
    this.#rpcText ??= JSON.stringify(this.#rpc ?? rpcDetailOf(this.bytes, this.#reader)).slice(1, -1)
    return this.#rpcText
  }
  get base64(): string {
    const { buffer, byteOffset, byteLength } = this.bytes
    this.#base64 ??= Buffer.from(buffer, byteOffset, byteLength).toString('base64')
    return this.#base64
  }
}

export class FrameShelf {
  readonly #reader: MessageReader
  readonly #frames = new Shelf<Frame>()

  constructor(reader: MessageReader) {
    this.#reader = reader
  }

  /** The frame of these bytes, which may change after the call. */
  keep(bytes: Uint8Array): Frame {
    const known = this.#frames.find(bytes)
    if (known !== undefined) return known
    const frame = new Frame(new Uint8Array(bytes), this.#reader)
    this.#frames.put(frame)
    return frame
  }

  clear(): void {
    this.#frames.clear()
  }
}

/** As gossipsub writes it: without padding. */
export const base64IdOf = (data: Uint8Array): string => hash('sha256', data, 'base64').replace(/=+$/, '')
