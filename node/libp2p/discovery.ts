import { setTimeout as sleep } from 'node:timers/promises'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../../src/ports/signer.js'
import { isRelayed, parseAddress, peerNamedBy, placeOf } from './address.js'
import type { Host } from './compose.js'
import { cutOff } from './cut-off.js'

/** A configured address is not a multiaddr. */
export class InvalidAddressError extends Error {
  override readonly name = 'InvalidAddressError'

  constructor(address: string) {
    super(`"${address}" is not an address; write one like /ip4/192.0.2.7/tcp/4001/p2p/12D3Koo…`)
  }
}

export interface DiscoveryOptions {
  readonly host: Host
  /** Multiaddrs of nodes that usually run, with or without their peer ids. */
  readonly bootstrap: readonly string[]
  /** Further addresses, asked for whenever peers are missing: those in known offers, say. Invalid ones are skipped. */
  readonly candidates?: () => readonly string[]
  /** Whether this peer is dialled no more: it turned out to belong elsewhere. Default: nobody. */
  readonly refuses?: (peer: PeerId) => boolean
  /** Whether more peers are needed than `peersMin`: those connected are not those wanted. Default: never. */
  readonly isShort?: () => boolean
  /** Told of each dial and why it failed, if it did. */
  readonly onDialled?: (address: Multiaddr, problem: Error | undefined) => void
  /** Default {@link discoveryDefaults}. */
  readonly settings?: Partial<DiscoverySettings>
}

export interface DiscoverySettings {
  /** Peers to be connected to; as long as there are fewer, more are dialled. */
  readonly peersMin: number
  /** Peers beyond which none is dialled, however short this node is of the right ones. */
  readonly peersMax: number
  /** Addresses tried in one round. */
  readonly dialsMax: number
  /** How long one dial may take. */
  readonly dialMsMax: number
  /** The pause after a round that did not find enough peers; doubles up to `retryMsMax`; jittered. */
  readonly retryMs: number
  readonly retryMsMax: number
}

export const discoveryDefaults: DiscoverySettings = Object.freeze({
  /** The degree of gossipsub's mesh. */
  peersMin: 6,
  peersMax: 32,
  dialsMax: 8,
  dialMsMax: 5_000,
  retryMs: 250,
  retryMsMax: 30_000,
})

/** Keeps a node connected: dials until it has enough peers, and again when it loses them. */
export class Discovery {
  readonly #host: Host
  readonly #bootstrap: readonly Multiaddr[]
  readonly #candidates: () => readonly string[]
  readonly #refuses: (peer: PeerId) => boolean
  readonly #isShort: () => boolean
  readonly #onDialled: (address: Multiaddr, problem: Error | undefined) => void
  readonly #settings: DiscoverySettings
  readonly #stopping = new AbortController()
  #awake = new AbortController()
  #running: Promise<void> = Promise.resolve()

  /** @throws InvalidAddressError for a bootstrap address that cannot be read. */
  constructor(options: DiscoveryOptions) {
    const { host, bootstrap, candidates = () => [], settings = {} } = options
    this.#host = host
    this.#candidates = candidates
    this.#refuses = options.refuses ?? (() => false)
    this.#isShort = options.isShort ?? (() => false)
    this.#onDialled = options.onDialled ?? (() => {})
    this.#settings = { ...discoveryDefaults, ...settings }
    this.#bootstrap = bootstrap.map((address) => {
      const parsed = parseAddress(address)
      if (parsed === undefined) throw new InvalidAddressError(address)
      return parsed
    })
  }

  /** Begins to dial; does not wait for anyone. */
  start(): void {
    this.#host.addEventListener('peer:disconnect', this.#wakeWhenAlone)
    this.#running = this.#run()
  }

  /** Looks for peers now instead of after the pause: there are new addresses to try. */
  wake(): void {
    this.#awake.abort()
  }

  async stop(): Promise<void> {
    this.#host.removeEventListener('peer:disconnect', this.#wakeWhenAlone)
    this.#stopping.abort()
    this.#awake.abort()
    await this.#running
  }

  /** A node without peers should not wait out a long pause that it earned while it had some. */
  readonly #wakeWhenAlone = (): void => {
    if (this.#host.getPeers().length === 0) this.#awake.abort()
  }

  async #run(): Promise<void> {
    const { retryMs, retryMsMax } = this.#settings
    let pause = 0
    while (!this.#stopping.signal.aborted) {
      this.#awake = new AbortController()
      await this.#dialMissing()
      pause = this.#missing() > 0 ? Math.min(Math.max(2 * pause, retryMs), retryMsMax) : retryMsMax
      if ((await this.#woken(pause)) && !this.#stopping.signal.aborted) {
        pause = retryMs
        this.#awake = new AbortController()
        await this.#woken(pause)
      }
    }
  }

  /** Resolves after a random time from half of `ms` to `ms`, or with true as soon as this node is alone, or stops. */
  async #woken(ms: number): Promise<boolean> {
    try {
      await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal: this.#awake.signal })
      return false
    } catch {
      return true
    }
  }

  /** Peers still to be found; more of them as long as this node is short of the right ones. */
  #missing(): number {
    const { peersMin, peersMax } = this.#settings
    const peers = this.#host.getPeers().length
    return peers >= peersMin && peers < peersMax && this.#isShort() ? 1 : peersMin - peers
  }

  /** Whether more peers would be welcome. */
  get wants(): boolean {
    return this.#missing() > 0
  }

  async #dialMissing(): Promise<void> {
    const { dialsMax, dialMsMax } = this.#settings
    const targets = this.#missing() > 0 ? this.#targets().slice(0, dialsMax) : []
    const dials = Array.from({ length: Math.min(this.#missing(), targets.length) }, async () => {
      for (let target = targets.pop(); target !== undefined; target = targets.pop()) {
        const signal = cutOff(this.#stopping.signal, dialMsMax)
        const problem = await this.#host.dial(target, { signal }).then(
          () => undefined,
          (error: Error) => error,
        )
        if (this.#stopping.signal.aborted) return
        this.#onDialled(target, problem)
        if (problem === undefined) return
      }
    })
    await Promise.all(dials)
  }

  /** Addresses of peers to whom no connection stands, in random order, so that nodes with one list do not crowd its head. */
  #targets(): Multiaddr[] {
    const self = this.#host.peerId.toString()
    const connections = this.#host.getConnections()
    const peers = new Set([self, ...connections.map(({ remotePeer }) => remotePeer.toString())])
    const places = new Set(connections.map(({ remoteAddr }) => placeOf(remoteAddr).toString()))
    // Behind one relay there may be many peers.
    const isNew = (address: Multiaddr): boolean => isRelayed(address) || !places.has(placeOf(address).toString())
    const known = [...this.#bootstrap, ...this.#candidates().flatMap((address) => parseAddress(address) ?? [])]
    const isOpen = (peer: PeerId | undefined): boolean =>
      peer === undefined || !(peers.has(peer) || this.#refuses(peer))
    const distinct = new Map(known.map((address) => [address.toString(), address]))
    return [...distinct.values()]
      .filter((address) => isOpen(peerNamedBy(address)) && isNew(address))
      .map((address) => ({ address, order: Math.random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ address }) => address)
  }
}
