/** Hello (SPEC §15): how a peer is asked which network it belongs to, what its clock says, and whom else it knows. */
import { fromString } from 'uint8arrays/from-string'
import { toString as textOf } from 'uint8arrays/to-string'
import type { Millis } from '../units.js'
import { attempt, type Unreadable } from './codec.js'
import { malformed, millisOf, outOfBounds } from './fields.js'
import * as wire from './generated/market.js'
import { limits } from './message.js'

/** The version of the protocol that SPEC.md describes. */
export const protocolVersion = 1

/** What a peer does for others: tells the offers it knows, relays for those who cannot be dialled, answers look-ups of peers. */
export const services = ['offers', 'relay', 'lookup'] as const
export type Service = (typeof services)[number]

/** SHA-256 of what a network agrees on, as 64 lower-case hexadecimal digits. */
export type NetworkId = string

export interface Hello {
  /** The newest protocol version that its sender speaks, at least 1. */
  readonly version: number
  /** '' where the sender belongs to no network in particular. */
  readonly network: NetworkId | ''
  /** The sender's clock. */
  readonly time: Millis
  readonly serves: readonly Service[]
  /** Multiaddrs of others that the sender reached, with their peer ids; to be believed when they answer. */
  readonly peers: readonly string[]
}

const networkBytes = 32
const visible = /^[\x21-\x7e]+$/

/** @throws RangeError when it is more than a receiver takes. */
export function encodeHello({ version, network, time, serves, peers }: Hello): Uint8Array {
  const bytes = wire.Hello.encode({
    version,
    network: fromString(network, 'hex'),
    time,
    serves: serves.map((service) => services.indexOf(service) + 1),
    peers: [...peers],
  })
  const read = decodeHello(bytes)
  if (!read.ok) throw new RangeError(`not a hello that is taken: ${read.code} ${read.detail ?? ''}`)
  return bytes
}

/** Total, like every decoder of the protocol. A service that this version does not know is left out. */
export function decodeHello(bytes: Uint8Array): { readonly ok: true; readonly hello: Hello } | Unreadable {
  if (bytes.length > limits.helloBytesMax) return { ok: false, code: 'too-large' }
  return attempt(() => {
    const bounds = { serves: limits.helloServicesMax, peers: limits.helloPeersMax }
    const { version, network, time, serves, peers } = wire.Hello.decode(bytes, { limits: bounds })
    if (version < 1) throw malformed('version')
    if (network.length !== 0 && network.length !== networkBytes) throw malformed('network')
    for (const address of peers) {
      if (address.length > limits.helloAddressBytesMax) throw outOfBounds('peers')
      if (!visible.test(address)) throw malformed('peers')
    }
    const known = services.filter((_, at) => serves.includes(at + 1))
    return {
      ok: true,
      hello: { version, network: textOf(network, 'hex'), time: millisOf(time, 'time'), serves: known, peers },
    }
  })
}
