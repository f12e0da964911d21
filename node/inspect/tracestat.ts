/**
 * Captures as the trace of go-libp2p-pubsub: gzipped `TraceEvent`s of its `pb/trace.proto`, each with its length in front, as its
 * tracestat and trace2json read them.
 */
import { gzipSync } from 'node:zlib'
import type { InspectEvent, InspectLine, MessageId, RpcEvent } from '../../src/inspect/event.js'
import { publicKeyOf } from '../../src/protocol/identity.js'
import { type FieldValue, messageOf, varint } from './protobuf.js'

/** `TraceEvent.Type`, and the number of the field that goes with it. */
const types = {
  publish: [0, 4],
  reject: [1, 5],
  duplicate: [2, 6],
  deliver: [3, 7],
  'add-peer': [4, 8],
  'remove-peer': [5, 9],
  'receive-rpc': [6, 10],
  'send-rpc': [7, 11],
  graft: [11, 15],
  prune: [12, 16],
} as const

type Fields = Readonly<Record<number, FieldValue | readonly FieldValue[]>>

/** Several gzip members in a row are one gzip file. */
const memberBytes = 262_144

export class TracestatWriter {
  #skipped = 0
  #waiting: Uint8Array[] = []
  #bytes = 0

  /** Events that this format has no place for. */
  get skipped(): number {
    return this.#skipped
  }

  head(): Uint8Array {
    return Buffer.alloc(0)
  }

  line(line: InspectLine): Uint8Array {
    if (line.type === 'capture') return Buffer.alloc(0)
    const traced = tracedOf(line)
    if (traced === undefined) {
      this.#skipped += 1
      return Buffer.alloc(0)
    }
    const [type, fields] = traced
    const [number, field] = types[type]
    const event = messageOf({
      1: number,
      2: peerBytes(line.node),
      3: BigInt(line.at) * 1_000n,
      [field]: messageOf(fields),
    })
    this.#waiting.push(varint(event.length), event)
    this.#bytes += event.length
    return this.#bytes < memberBytes ? Buffer.alloc(0) : this.end()
  }

  /** What is left. */
  end(): Uint8Array {
    const member = this.#waiting.length === 0 ? Buffer.alloc(0) : gzipSync(Buffer.concat(this.#waiting))
    this.#waiting = []
    this.#bytes = 0
    return member
  }
}

function tracedOf(event: InspectEvent): readonly [keyof typeof types, Fields] | undefined {
  switch (event.type) {
    case 'publish':
      return ['publish', { 1: idBytes(event.id), 2: event.topic }]
    case 'verdict': {
      const { verdict, peer, topic, id, code } = event
      if (id === undefined) return undefined
      const from = peerBytes(peer)
      if (verdict === 'delivered') return ['deliver', { 1: idBytes(id), 2: topic, 3: from }]
      if (verdict === 'duplicate') return ['duplicate', { 1: idBytes(id), 2: from, 3: topic }]
      const reason = `validation ${verdict === 'ignored' ? 'ignored' : 'failed'}${code === undefined ? '' : `: ${code}`}`
      return ['reject', { 1: idBytes(id), 2: from, 3: reason, 4: topic }]
    }
    case 'peer':
      return event.change === 'connected'
        ? ['add-peer', { 1: peerBytes(event.peer), 2: '/meshsub/1.2.0' }]
        : ['remove-peer', { 1: peerBytes(event.peer) }]
    case 'mesh':
      return [event.change, { 1: peerBytes(event.peer), 2: event.topic }]
    case 'rpc':
      return [event.dir === 'in' ? 'receive-rpc' : 'send-rpc', { 1: peerBytes(event.peer), 2: metaOf(event) }]
    case 'score':
    case 'sync':
    case 'auction':
    case 'lost':
      return undefined
  }
}

function metaOf({ messages, subscriptions, ihave, iwant, graft, prune, idontwant }: RpcEvent): Uint8Array {
  const control = {
    1: ihave?.map(({ topic, ids }) => messageOf({ 1: topic, 2: ids.map(idBytes) })),
    2: iwant && [messageOf({ 1: iwant.map(idBytes) })],
    3: graft?.map((topic) => messageOf({ 1: topic })),
    4: prune?.map(({ topic }) => messageOf({ 1: topic })),
    5: idontwant && [messageOf({ 1: idontwant.map(idBytes) })],
  }
  const hasControl = Object.values(control).some((part) => part !== undefined)
  return messageOf({
    1: messages?.map(({ id, topic }) => messageOf({ 1: idBytes(id), 2: topic })),
    2: subscriptions?.map(({ subscribe, topic }) => messageOf({ 1: subscribe ? 1 : 0, 2: topic })),
    3: hasControl ? messageOf(control) : undefined,
  })
}

const idBytes = (id: MessageId): Uint8Array => Buffer.from(id, 'hex')
/** As libp2p has a peer id in binary: the multihash. */
const identity = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
function peerBytes(peer: string): Uint8Array {
  const key = publicKeyOf(peer)
  return key === undefined ? Buffer.from(peer) : Buffer.concat([identity, key])
}
