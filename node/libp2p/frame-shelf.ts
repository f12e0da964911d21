/**
 * Frames as a tap meets them. An RPC with a message goes to each neighbour and comes from each, byte for byte the same: such a frame is
 * kept once, and what it says is worked out once.
 */
import { hash } from 'node:crypto'
import { type MessageReader, type RpcDetail, rpcDetailOf } from '../../src/inspect/decode.js'
import type { MessageId } from '../../src/inspect/event.js'

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

/** Places on the shelf: as many messages as come in some seconds. */
const placesMax = 512
/** Longer frames are no offers, and seldom come twice. */
export const sharedBytesMax = 4_096
const samples = 16

/** Each place holds the frame that came there last. */
export class FrameShelf {
  readonly #reader: MessageReader
  #places: (Frame | undefined)[] = []

  constructor(reader: MessageReader) {
    this.#reader = reader
  }

  /** The frame of these bytes, which may change after the call. */
  keep(bytes: Uint8Array): Frame {
    if (bytes.length > sharedBytesMax) return new Frame(new Uint8Array(bytes), this.#reader)
    const place = placeOf(bytes)
    const known = this.#places[place]
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known
    const frame = new Frame(new Uint8Array(bytes), this.#reader)
    this.#places[place] = frame
    return frame
  }

  clear(): void {
    this.#places = []
  }
}

/** By its length and some of its bytes (FNV-1a): one of them at least is of the signature of an offer. */
export function placeOf(bytes: Uint8Array): number {
  const step = Math.max(1, Math.floor(bytes.length / samples))
  let sum = bytes.length
  for (let at = 0; at < bytes.length; at += step) sum = Math.imul(sum ^ bytes[at]!, 0x01000193)
  return (sum >>> 16) % placesMax
}

export const idOf = (data: Uint8Array): MessageId => hash('sha256', data)
export const hexOf = (id: Uint8Array): MessageId => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')

/** As gossipsub writes it: without padding. */
export const base64IdOf = (data: Uint8Array): string => hash('sha256', data, 'base64').replace(/=+$/, '')
