/**
 * Frames as a tap meets them. An RPC with a message goes to each neighbour and comes from each, byte for byte the same: such a frame is
 * kept once, and what it says is worked out once.
 */
import { hash } from 'node:crypto'
import { type MessageHash, type RpcDetail, rpcDetailOf } from '../../src/inspect/decode.js'

export class Frame {
  readonly bytes: Uint8Array
  #rpc: RpcDetail | undefined
  #rpcText: string | undefined
  #base64: string | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** What it says as an RPC. */
  get rpc(): RpcDetail {
    this.#rpc ??= rpcDetailOf(this.bytes, messageHash)
    return this.#rpc
  }
  /** The same as members of a JSON object. */
  get rpcText(): string {
    this.#rpcText ??= JSON.stringify(this.#rpc ?? rpcDetailOf(this.bytes, messageHash)).slice(1, -1)
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
const sharedBytesMax = 4_096
const samples = 16

/** Each place holds the frame that came there last. */
export class FrameShelf {
  #places: (Frame | undefined)[] = []

  /** The frame of these bytes, which may change after the call. */
  keep(bytes: Uint8Array): Frame {
    if (bytes.length > sharedBytesMax) return new Frame(new Uint8Array(bytes))
    const place = placeOf(bytes)
    const known = this.#places[place]
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known
    const frame = new Frame(new Uint8Array(bytes))
    this.#places[place] = frame
    return frame
  }

  clear(): void {
    this.#places = []
  }
}

/** By its length and some of its bytes (FNV-1a): one of them at least is of the signature of an offer. */
function placeOf(bytes: Uint8Array): number {
  const step = Math.max(1, Math.floor(bytes.length / samples))
  let sum = bytes.length
  for (let at = 0; at < bytes.length; at += step) sum = Math.imul(sum ^ bytes[at]!, 0x01000193)
  return (sum >>> 16) % placesMax
}

export const messageHash: MessageHash = {
  idOf: (data) => hash('sha256', data),
  hexOf: (id) => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex'),
}

/** As gossipsub writes it: without padding. */
export const base64IdOf = (data: Uint8Array): string => hash('sha256', data, 'base64').replace(/=+$/, '')
