import type { Libp2p } from '@libp2p/interface'
import { isLoopback, isPrivate } from '@libp2p/utils'
import { CODE_P2P, CODE_P2P_CIRCUIT, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
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

/** Whether an address leads through a relay. */
export const isRelayed = (address: Multiaddr): boolean =>
  address.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)

/** Whether an address leads through a relay that is dialled on the dialler's own machine. */
const isThroughOwnMachine = (address: Multiaddr): boolean =>
  isRelayed(address) && isLoopback(address.decapsulateCode(CODE_P2P_CIRCUIT))

/** From where an address works: everywhere, everywhere through a relay, this LAN, this machine. */
export type Reach = 'public' | 'relay' | 'private' | 'loopback'
const reaches: readonly Reach[] = ['public', 'relay', 'private', 'loopback']

export function reachOfAddress(address: Multiaddr): Reach {
  if (isRelayed(address)) return 'relay'
  return isLoopback(address) ? 'loopback' : isPrivate(address) ? 'private' : 'public'
}

/** Sorts addresses that work from further away first. */
export const compareReach = (a: Multiaddr, b: Multiaddr): number =>
  reaches.indexOf(reachOfAddress(a)) - reaches.indexOf(reachOfAddress(b))

/** The furthest that any of these addresses reaches; undefined without any. */
export const furthestOf = (addresses: readonly Multiaddr[]): Reach | undefined =>
  reaches.find((reach) => addresses.some((address) => reachOfAddress(address) === reach))

/**
 * Where a node may be dialled, its peer id included, as it tells others in its offers: those that reach furthest first,
 * at most {@link limits.addressesMax}. Empty when it does not listen. One through a relay ends with the relay: with the node's own
 * peer id it would be too long for an offer, which names the seller anyway. Unless all nodes are `local`, sharing one machine, a relay's
 * address on its own machine leads nobody there, and takes a place that another needs.
 */
export const ownAddressesOf = (
  host: Pick<Libp2p, 'getMultiaddrs'>,
  { local }: { readonly local: boolean },
): readonly string[] =>
  host
    .getMultiaddrs()
    .filter((address) => local || !isThroughOwnMachine(address))
    .map((address) => ({ address, text: (isRelayed(address) ? placeOf(address) : address).toString() }))
    .filter(({ text }) => text.length <= limits.addressBytesMax)
    .sort((a, b) => compareReach(a.address, b.address))
    .slice(0, limits.addressesMax)
    .map(({ text }) => text)
