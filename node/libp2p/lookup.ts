import { type PeerDiscovery, peerDiscoverySymbol, type Startable, serviceDependencies } from '@libp2p/interface'
import { type KadDHT, type KadDHTComponents, type KadDHTInit, kadDHT } from '@libp2p/kad-dht'

/**
 * A distributed hash table as a way to meet peers, and nothing else. Its routing is kept from libp2p: with that, every dial to a peer
 * without an address, every search for a relay and every check of an own address walks the table at random, for as long as it finds
 * nothing. Nobody looks anything up in it, so it stores nothing of this node's.
 */
export class Lookup implements Startable {
  readonly #table: KadDHT & Startable

  constructor(components: KadDHTComponents, init: KadDHTInit) {
    this.#table = kadDHT(init)(components) as KadDHT & Startable
  }

  readonly [Symbol.toStringTag] = 'overage/lookup'
  readonly [serviceDependencies] = ['@libp2p/identify', '@libp2p/ping']

  get [peerDiscoverySymbol](): PeerDiscovery {
    return this.#table as unknown as PeerDiscovery
  }

  get mode(): 'client' | 'server' {
    return this.#table.getMode()
  }

  async start(): Promise<void> {
    await this.#table.start()
  }

  async stop(): Promise<void> {
    await this.#table.stop()
  }
}
