/**
 * Captures as pcapng: every RPC of gossipsub and every message of the auction protocol, as it was before encryption. A packet is an
 * "exported PDU" that asks for Wireshark's own protobuf dissector. Peers have addresses of 10.0.0.0/8 in the order in which they
 * were met, which a name resolution block gives their names; each node is an interface.
 */
import type { InspectLine } from '../../src/inspect/event.js'
import { Names } from './names.js'
import { rowOf } from './row.js'

const linkTypeUpperPdu = 252
const blocks = { section: 0x0a0d0d0a, interface: 1, names: 4, packet: 6 } as const
/** Tags of exported PDUs. */
const tags = {
  end: 0,
  dissector: 12,
  ipv4Source: 20,
  ipv4Destination: 21,
  portType: 24,
  sourcePort: 25,
  destinationPort: 26,
} as const
const options = { end: 0, comment: 1, interfaceName: 2, timeResolution: 9, flags: 2 } as const
/** Ports tell the two protocols apart. */
const ports = { rpc: 1, auction: 2 } as const
const tcp = 2

export class PcapngWriter {
  readonly #names = new Names()
  readonly #interfaces = new Map<string, number>()
  readonly #hosts = new Map<string, number>()
  #skipped = 0

  /** Events without bytes of their own. */
  get skipped(): number {
    return this.#skipped
  }

  head(): Uint8Array {
    const body = Buffer.alloc(16)
    body.writeUInt32LE(0x1a2b3c4d, 0)
    body.writeUInt16LE(1, 4)
    // The length of the section is not known yet.
    body.fill(0xff, 8)
    return blockOf(blocks.section, body)
  }

  line(line: InspectLine): Uint8Array {
    if (line.type === 'capture') {
      this.#names.add(line)
      return this.#nameBlock(line.node, line.name)
    }
    const raw = line.type === 'rpc' || line.type === 'auction' ? line.raw : undefined
    if ((line.type !== 'rpc' && line.type !== 'auction') || raw === undefined) {
      this.#skipped += 1
      return Buffer.alloc(0)
    }
    const [source, destination] = line.dir === 'out' ? [line.node, line.peer] : [line.peer, line.node]
    const payload = Buffer.from(raw, 'base64')
    const pdu = Buffer.concat([
      tag(tags.dissector, Buffer.from('protobuf')),
      tag(tags.ipv4Source, this.#addressOf(source)),
      tag(tags.ipv4Destination, this.#addressOf(destination)),
      tag(tags.portType, uint32(tcp)),
      tag(tags.sourcePort, uint32(ports[line.type])),
      tag(tags.destinationPort, uint32(ports[line.type])),
      tag(tags.end, Buffer.alloc(0)),
      payload,
    ])
    const known = this.#interfaces.get(line.node)
    const index = known ?? this.#interfaces.size
    if (known === undefined) this.#interfaces.set(line.node, index)
    const packet = packetOf({ index, at: line.at, pdu, comment: rowOf(line, this.#names), dir: line.dir })
    return known === undefined ? Buffer.concat([interfaceOf(this.#names.shown(line.node)), packet]) : packet
  }

  end(): Uint8Array {
    return Buffer.alloc(0)
  }

  #nameBlock(node: string, name: string): Uint8Array {
    const record = Buffer.concat([this.#addressOf(node), Buffer.from(`${name}\0`)])
    const body = Buffer.concat([uint16(1), uint16(record.length), padded(record), uint32(0)])
    return blockOf(blocks.names, body)
  }

  #addressOf(peer: string): Buffer {
    const number = this.#hosts.get(peer) ?? this.#hosts.size + 1
    this.#hosts.set(peer, number)
    return Buffer.from([10, (number >> 16) & 0xff, (number >> 8) & 0xff, number & 0xff])
  }
}

function interfaceOf(name: string): Buffer {
  const fixed = Buffer.concat([uint16(linkTypeUpperPdu), uint16(0), uint32(0)])
  const named = option(options.interfaceName, Buffer.from(name))
  const resolution = option(options.timeResolution, Buffer.from([6]))
  return blockOf(blocks.interface, Buffer.concat([fixed, named, resolution, option(options.end, Buffer.alloc(0))]))
}

interface Packet {
  readonly index: number
  readonly at: number
  readonly pdu: Buffer
  readonly comment: string
  readonly dir: 'in' | 'out'
}

function packetOf({ index, at, pdu, comment, dir }: Packet): Buffer {
  const high = Math.floor(at / 2 ** 32)
  const fixed = Buffer.concat([
    uint32(index),
    uint32(high),
    uint32(at - high * 2 ** 32),
    uint32(pdu.length),
    uint32(pdu.length),
  ])
  const told = option(options.comment, Buffer.from(comment))
  const direction = option(options.flags, uint32(dir === 'in' ? 1 : 2))
  return blockOf(
    blocks.packet,
    Buffer.concat([fixed, padded(pdu), told, direction, option(options.end, Buffer.alloc(0))]),
  )
}

function blockOf(type: number, body: Buffer): Buffer {
  const length = uint32(body.length + 12)
  return Buffer.concat([uint32(type), length, body, length])
}

/** Little-endian, as the section says; its value filled up to four bytes. */
const option = (code: number, value: Buffer): Buffer =>
  Buffer.concat([uint16(code), uint16(value.length), padded(value)])

/** Big-endian in exported PDUs; the length counts what it is filled up with. */
function tag(code: number, value: Buffer): Buffer {
  const whole = padded(value)
  const head = Buffer.alloc(4)
  head.writeUInt16BE(code, 0)
  head.writeUInt16BE(whole.length, 2)
  return Buffer.concat([head, code >= tags.portType ? Buffer.from(whole).swap32() : whole])
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
