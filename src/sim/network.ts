/** What a simulated network does to messages. Every fault has a name; shares are in thousandths, times in ms. */
import { type Millis, millis } from '../units.js'
import { belowOf, lotOf } from './prng.js'

export interface NetworkOptions {
  /** One-way delay between two nodes: drawn evenly from the range once for each pair. */
  readonly latencyMsMin: Millis
  readonly latencyMsMax: Millis
  /** Up to so much is added to each message's delay, drawn evenly. Messages overtake each other by it. */
  readonly jitterMs: Millis
  readonly lossPerMille: number
  /** Messages that arrive a second time, with a jitter of their own. */
  readonly duplicatePerMille: number
  /** Messages held back by up to `reorderMsMax` more, so that later ones arrive first. */
  readonly reorderPerMille: number
  readonly reorderMsMax: Millis
  /** Nodes that look at each message `slowMs` after it arrived. */
  readonly slowPerMille: number
  readonly slowMs: Millis
  /** Nodes' clocks differ from true time by up to this, either way. */
  readonly clockSkewMsMax: Millis
  readonly gossip: GossipOptions
}

/** The mesh over which offers spread: every node passes a new message on to its neighbours, once. */
export interface GossipOptions {
  /** Neighbours of a node in each topic, an even number; 0: every publisher reaches every listener itself. */
  readonly degree: number
  /** What a node takes to check a message and hand it on. */
  readonly hopMs: Millis
}

/** The internet of MECHANISM §11: 20–200 ms one way with jitter, and one message in a hundred lost. */
export const internetNetwork: NetworkOptions = Object.freeze({
  latencyMsMin: millis(20),
  latencyMsMax: millis(180),
  jitterMs: millis(20),
  lossPerMille: 10,
  duplicatePerMille: 0,
  reorderPerMille: 0,
  reorderMsMax: millis(0),
  slowPerMille: 0,
  slowMs: millis(0),
  clockSkewMsMax: millis(0),
  gossip: Object.freeze({ degree: 6, hopMs: millis(2) }),
})

/** One machine or one LAN. */
export const lanNetwork: NetworkOptions = Object.freeze({
  ...internetNetwork,
  latencyMsMin: millis(1),
  latencyMsMax: millis(3),
  jitterMs: millis(2),
  lossPerMille: 0,
})

/** What a lot decides: each purpose draws its own, so that turning one fault on changes nothing about another. */
const purposes = {
  latency: 1,
  jitter: 2,
  loss: 3,
  duplicate: 4,
  secondJitter: 5,
  reorder: 6,
  hold: 7,
  slow: 8,
  skew: 9,
}

/**
 * The fate of every message, as a function of the seed, the two nodes and the number of the message among its sender's: no
 * message's luck depends on what other nodes do. Nodes are numbered from 0.
 */
export class Network {
  readonly options: NetworkOptions
  readonly #seed: number
  /** Messages sent so far by each node. */
  readonly #sent: Uint32Array
  /** The group of each node while there is a partition. */
  #groupOf: ((node: number) => unknown) | undefined

  constructor(options: NetworkOptions, { seed, nodes }: { readonly seed: number; readonly nodes: number }) {
    this.options = options
    this.#seed = seed
    this.#sent = new Uint32Array(nodes)
  }

  /** From now on nothing passes between nodes for which `groupOf` differs; undefined: everything does again. */
  partition(groupOf: ((node: number) => unknown) | undefined): void {
    this.#groupOf = groupOf
  }

  areParted(from: number, to: number): boolean {
    return this.#groupOf !== undefined && this.#groupOf(from) !== this.#groupOf(to)
  }

  /** A number for the next message of `from`, to be used with {@link arrivals}. */
  nextOf(from: number): number {
    this.#sent[from]! += 1
    return this.#sent[from]!
  }

  /** Calls `deliver` with the delay of each copy of a message that arrives: none, one or two. */
  arrivals(from: number, to: number, message: number, deliver: (delayMs: Millis) => void): void {
    if (this.areParted(from, to)) return
    const lot = lotOf(lotOf(this.#seed, from), lotOf(to, message))
    const { lossPerMille, duplicatePerMille, reorderPerMille, reorderMsMax, jitterMs } = this.options
    if (happens(lot, purposes.loss, lossPerMille)) return
    const base = this.#latencyOf(from, to) + this.#slownessOf(to)
    const held = happens(lot, purposes.reorder, reorderPerMille) ? drawn(lot, purposes.hold, reorderMsMax + 1) : 0
    deliver((base + held + drawn(lot, purposes.jitter, jitterMs + 1)) as Millis)
    if (!happens(lot, purposes.duplicate, duplicatePerMille)) return
    deliver((base + drawn(lot, purposes.secondJitter, jitterMs + 1)) as Millis)
  }

  /** How far a node's clock is ahead of true time. */
  skewOf(node: number): number {
    const { clockSkewMsMax } = this.options
    return drawn(lotOf(this.#seed, node), purposes.skew, 2 * clockSkewMsMax + 1) - clockSkewMsMax
  }

  /** The same both ways. */
  #latencyOf(a: number, b: number): number {
    const { latencyMsMin, latencyMsMax } = this.options
    const lot = lotOf(lotOf(this.#seed, Math.min(a, b)), Math.max(a, b))
    return latencyMsMin + drawn(lot, purposes.latency, latencyMsMax - latencyMsMin + 1)
  }

  #slownessOf(node: number): number {
    const { slowPerMille, slowMs } = this.options
    return happens(lotOf(this.#seed, node), purposes.slow, slowPerMille) ? slowMs : 0
  }
}

const drawn = (lot: number, purpose: number, bound: number): number => belowOf(lotOf(lot, purpose), bound)

const happens = (lot: number, purpose: number, perMille: number): boolean =>
  perMille > 0 && drawn(lot, purpose, 1_000) < perMille
