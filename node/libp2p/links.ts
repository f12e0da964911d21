/**
 * Faults of the links between the nodes of a swarm under test (docs/scenarios.md). A node that dials knows whom, so the dialler alone
 * carries both directions of a connection; whoever is dialled does nothing.
 */
import type { MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import type { Clock } from '../../src/ports/clock.js'
import type { PeerId } from '../../src/ports/signer.js'
import { Prng } from '../../src/sim/prng.js'
import { millis } from '../../src/units.js'
import { SystemClock } from '../clock-system.js'
import { peerNamedBy } from './address.js'
import { goodLink, isLost, type Link, latencyOf } from './lane.js'
import { LinkedConnection } from './linked-connection.js'

/** The links of one node; one that is not in it is good. */
export type LinkTable = readonly (readonly [peer: PeerId, link: Link])[]

/** How long the first SYN waits for its answer before it is sent again (RFC 6298 §2.1); the wait doubles each time. */
const synRetryMs = 1_000

export interface LinksOptions {
  readonly seed: string
  readonly table?: LinkTable
  /** Default: the system's. */
  readonly clock?: Clock
}

export class Links {
  readonly #random: Prng
  readonly #clock: Clock
  readonly #connections = new Set<LinkedConnection>()
  #table: ReadonlyMap<PeerId, Link>
  #dials = 0

  constructor({ seed, table = [], clock = new SystemClock() }: LinksOptions) {
    this.#random = new Prng(seed)
    this.#table = new Map(table)
    this.#clock = clock
  }

  /** How the links are from now on, also for connections that stand. */
  set(table: LinkTable): void {
    this.#table = new Map(table)
  }

  /** A transport whose connections pass over the links. Those to an address that names no peer are left alone. */
  over<Components>(make: (components: Components) => Transport): (components: Components) => Transport {
    return (components) => {
      const transport = make(components)
      const dial = transport.dial.bind(transport)
      transport.dial = async (address, options) => {
        const peer = peerNamedBy(address)
        if (peer === undefined) return dial(address, options)
        this.#dials += 1
        const random = this.#random.fork(`${peer} ${this.#dials}`)
        await this.#reach(peer, { random, signal: options.signal })
        return dial(address, { ...options, upgrader: this.#upgrading(options.upgrader, { peer, random }) })
      }
      return transport
    }
  }

  /** Lets go of every connection, also of those that the node has ended across a cut. */
  end(): void {
    for (const connection of [...this.#connections]) connection.end()
  }

  #linkTo(peer: PeerId): Link {
    return this.#table.get(peer) ?? goodLink
  }

  /** Takes as long as SYN and its answer take. Across a cut that is until the dial is given up. */
  async #reach(peer: PeerId, { random, signal }: { random: Prng; signal: AbortSignal }): Promise<void> {
    for (let retryMs = synRetryMs; ; retryMs *= 2) {
      const link = this.#linkTo(peer)
      const roundTripMs = latencyOf(link, random) + latencyOf(link, random)
      if (!isLost(link, random) && !isLost(link, random)) return this.#passed(roundTripMs, signal)
      await this.#passed(retryMs, signal)
    }
  }

  async #passed(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const give = (): void => {
        cancel()
        reject(signal.reason)
      }
      const cancel = this.#clock.wakeAt(millis(this.#clock.now() + ms), () => {
        signal.removeEventListener('abort', give)
        resolve()
      })
      signal.addEventListener('abort', give, { once: true })
    })
  }

  #upgrading(upgrader: Upgrader, { peer, random }: { peer: PeerId; random: Prng }): Upgrader {
    const upgradeOutbound: Upgrader['upgradeOutbound'] = (inner: MultiaddrConnection, options) => {
      const connection = new LinkedConnection(inner, {
        link: () => this.#linkTo(peer),
        clock: this.#clock,
        random,
        onGone: (gone) => this.#connections.delete(gone),
      })
      this.#connections.add(connection)
      return upgrader.upgradeOutbound(connection, options)
    }
    return Object.assign(Object.create(upgrader) as Upgrader, { upgradeOutbound })
  }
}
