import type { PeerId } from '../../src/ports/signer.js'
import { parseAddress, peerNamedBy } from './address.js'

/** How a node heard of a peer: from its own last run, from another peer, or from the local network and the look-up table. */
export type Source = 'remembered' | 'exchanged' | 'found'

/** Of each source; one more drops the one that was heard of longest ago. */
const peersMax = 64
/** Of each peer; further ones are left out. */
const addressesMax = 4

/** Peers that might be dialled when some are missing. Hearsay, all of it: whoever answers is believed, and nobody else. */
export class PeerPool {
  readonly #known: Readonly<Record<Source, Map<PeerId, readonly string[]>>> = {
    remembered: new Map(),
    exchanged: new Map(),
    found: new Map(),
  }

  /** Takes in addresses that end in a peer id; others, and those that are none, are left out. Returns whether any peer is new. */
  add(source: Source, addresses: readonly string[]): boolean {
    const known = this.#known[source]
    const named = new Map<PeerId, readonly string[]>()
    for (const address of addresses) {
      const peer = peerIn(address)
      if (peer !== undefined) named.set(peer, [...(named.get(peer) ?? []), address])
    }
    let isNews = false
    for (const [peer, of] of named) {
      isNews ||= this.sourceOf(peer) === undefined
      known.delete(peer)
      known.set(peer, of.slice(0, addressesMax))
      if (known.size > peersMax) known.delete(known.keys().next().value!)
    }
    return isNews
  }

  /** Who turned out not to belong here. */
  drop(peer: PeerId): void {
    for (const known of Object.values(this.#known)) known.delete(peer)
  }

  sourceOf(peer: PeerId): Source | undefined {
    return (Object.keys(this.#known) as Source[]).find((source) => this.#known[source].has(peer))
  }

  addresses(): readonly string[] {
    return Object.values(this.#known).flatMap((known) => [...known.values()].flat())
  }
}

const peerIn = (address: string): PeerId | undefined => {
  const parsed = parseAddress(address)
  return parsed && peerNamedBy(parsed)
}
