import type { Libp2p } from '@libp2p/interface'
import { isLoopback, isPrivate } from '@libp2p/utils'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../src/ports/signer.js'
import { limits } from '../../src/protocol/message.js'

/** Parses what a person or a stranger wrote; undefined when it is not a multiaddr. */
export function parseAddress(address: string): Multiaddr | undefined {
  try {
    return multiaddr(address)
  } catch {
    return undefined
  }
}

/** The peer that an address ends in, if it names one. */
export const peerNamedBy = (address: Multiaddr): PeerId | undefined => {
  const last = address.getComponents().at(-1)
  return last?.code === CODE_P2P ? last.value : undefined
}

/** An address without the peer at its end. */
export const placeOf = (address: Multiaddr): Multiaddr =>
  peerNamedBy(address) === undefined ? address : address.decapsulateCode(CODE_P2P)

/** The addresses under which `peer`, and nobody else, may be dialled; those that are none are left out. */
export const dialableAt = (peer: PeerId, addresses: readonly string[]): Multiaddr[] =>
  addresses.flatMap((address) => {
    const parsed = parseAddress(address)
    return parsed === undefined ? [] : [placeOf(parsed).encapsulate(`/p2p/${peer}`)]
  })

/**
 * Where a node may be dialled, its peer id included, as it tells others in its offers: those that reach furthest first,
 * at most {@link limits.addressesMax}. Empty when it does not listen.
 */
export const ownAddressesOf = (host: Libp2p): readonly string[] =>
  host
    .getMultiaddrs()
    .map((address) => ({ text: address.toString(), near: isLoopback(address) ? 2 : isPrivate(address) ? 1 : 0 }))
    .filter(({ text }) => text.length <= limits.addressBytesMax)
    .sort((a, b) => a.near - b.near)
    .slice(0, limits.addressesMax)
    .map(({ text }) => text)
