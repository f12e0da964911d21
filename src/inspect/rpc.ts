/**
 * A reader of gossipsub RPCs, for looking only: it goes on where the protocol's own reader would give up, never copies, and says how far
 * an RPC could be read. Bounded by the frame that it is given; a test compares it with gossipsub's.
 */
import { toString as textOf } from 'uint8arrays/to-string'

export interface RpcParts {
  readonly messages: readonly { readonly topic: string; readonly data: Uint8Array }[]
  readonly subscriptions: readonly { readonly topic: string; readonly subscribe: boolean }[]
  readonly ihave: readonly { readonly topic: string; readonly ids: readonly Uint8Array[] }[]
  readonly iwant: readonly Uint8Array[]
  readonly graft: readonly string[]
  readonly prune: readonly { readonly topic: string; readonly backoff: number | undefined; readonly peers: number }[]
  readonly idontwant: readonly Uint8Array[]
  readonly malformed: boolean
}

/** One field of a message: its number and its value, bytes or a number. */
type Field =
  | { readonly number: number; readonly bytes: Uint8Array; readonly value?: never }
  | { readonly number: number; readonly value: number; readonly bytes?: never }

/** Topics are read to this length; a longer one is cut. */
const topicBytesMax = 256

/** Takes an RPC apart. Total: what cannot be read ends it, and `malformed` says so. */
export function readRpc(frame: Uint8Array): RpcParts {
  const parts: { -readonly [Key in keyof RpcParts]: RpcParts[Key] extends readonly (infer T)[] ? T[] : boolean } = {
    messages: [],
    subscriptions: [],
    ihave: [],
    iwant: [],
    graft: [],
    prune: [],
    idontwant: [],
    malformed: false,
  }
  const whole = eachField(frame, ({ number, bytes }) => {
    if (bytes === undefined) return
    if (number === 1) parts.subscriptions.push(subscriptionIn(bytes))
    else if (number === 2) parts.messages.push(messageIn(bytes))
    else if (number === 3 && !readControl(bytes, parts)) parts.malformed = true
  })
  if (!whole) parts.malformed = true
  return parts
}

function subscriptionIn(bytes: Uint8Array): RpcParts['subscriptions'][number] {
  let subscribe = false
  let topic = ''
  eachField(bytes, (field) => {
    if (field.number === 1 && field.value !== undefined) subscribe = field.value !== 0
    if (field.number === 2 && field.bytes !== undefined) topic = topicIn(field.bytes)
  })
  return { topic, subscribe }
}

function messageIn(bytes: Uint8Array): RpcParts['messages'][number] {
  let data = bytes.subarray(0, 0)
  let topic = ''
  eachField(bytes, (field) => {
    if (field.bytes === undefined) return
    if (field.number === 2) data = field.bytes
    if (field.number === 4) topic = topicIn(field.bytes)
  })
  return { topic, data }
}

interface ControlParts {
  readonly ihave: RpcParts['ihave'][number][]
  readonly iwant: Uint8Array[]
  readonly graft: string[]
  readonly prune: RpcParts['prune'][number][]
  readonly idontwant: Uint8Array[]
}

function readControl(control: Uint8Array, { ihave, iwant, graft, prune, idontwant }: ControlParts): boolean {
  return eachField(control, ({ number, bytes }) => {
    if (bytes === undefined) return
    switch (number) {
      case 1:
        ihave.push({ topic: topicAt(bytes, 1), ids: bytesAt(bytes, 2) })
        return
      case 2:
        iwant.push(...bytesAt(bytes, 1))
        return
      case 3:
        graft.push(topicAt(bytes, 1))
        return
      case 4: {
        let backoff: number | undefined
        eachField(bytes, (field) => {
          if (field.number === 3 && field.value !== undefined) backoff = field.value
        })
        prune.push({ topic: topicAt(bytes, 1), backoff, peers: bytesAt(bytes, 2).length })
        return
      }
      case 5:
        idontwant.push(...bytesAt(bytes, 1))
    }
  })
}

const topicIn = (bytes: Uint8Array): string => textOf(bytes.subarray(0, topicBytesMax))
const topicAt = (bytes: Uint8Array, number: number): string =>
  topicIn(bytesAt(bytes, number).at(-1) ?? new Uint8Array(0))

function bytesAt(bytes: Uint8Array, wanted: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  eachField(bytes, (field) => {
    if (field.number === wanted && field.bytes !== undefined) found.push(field.bytes)
  })
  return found
}

/** Calls `take` for every field in turn. False when what follows some field is none. */
function eachField(bytes: Uint8Array, take: (field: Field) => void): boolean {
  const at = { at: 0 }
  while (at.at < bytes.length) {
    const key = varintIn(bytes, at)
    if (key === undefined) return false
    const number = Math.floor(key / 8)
    const wire = key % 8
    if (wire === 0) {
      const value = varintIn(bytes, at)
      if (value === undefined) return false
      take({ number, value })
      continue
    }
    const length = wire === 2 ? varintIn(bytes, at) : wire === 1 ? 8 : wire === 5 ? 4 : undefined
    if (length === undefined || length > bytes.length - at.at) return false
    if (wire === 2) take({ number, bytes: bytes.subarray(at.at, at.at + length) })
    at.at += length
  }
  return true
}

/** At most ten bytes; undefined when it has no end. Beyond 2^53 it is not exact, which no field here needs. */
function varintIn(bytes: Uint8Array, from: { at: number }): number | undefined {
  let value = 0
  let factor = 1
  for (let count = 0; count < 10; count += 1) {
    const byte = bytes[from.at]
    if (byte === undefined) return undefined
    from.at += 1
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value
    factor *= 128
  }
  return undefined
}
