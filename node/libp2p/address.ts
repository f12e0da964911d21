import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../src/ports/signer.js'

/** Parses what a person or a stranger wrote; undefined when it is not a multiaddr. */
export function parseAddress(address: string): Multiaddr | undefined {
  try {
    return multiaddr(address)
  } catch {
    return undefined
  }
}

/** The addresses under which `peer`, and nobody else, may be dialled; those that are none are left out. */
export const dialableAt = (peer: PeerId, addresses: readonly string[]): Multiaddr[] =>
  addresses.flatMap((address) => {
    const parsed = parseAddress(address)
    if (parsed === undefined) return []
    const names = parsed.getComponents().at(-1)?.code === CODE_P2P
    return [(names ? parsed.decapsulateCode(CODE_P2P) : parsed).encapsulate(`/p2p/${peer}`)]
  })
