/** What a simulated network does to messages. Every fault has a name; shares are in thousandths, times in ms. */
import type { Millis } from '../units.js'

export interface NetworkOptions {
  /** One-way delay between two nodes: drawn evenly from the range once for each pair. */
  readonly latencyMsMin: Millis
  readonly latencyMsMax: Millis
  /** Up to so much is added to each message's delay, drawn evenly. Messages overtake each other by it. */
  readonly jitterMs: Millis
  readonly lossPerMille: number
  /** Messages that arrive a second time, with a delay of their own. */
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
  /** Neighbours of a node in each topic. */
  readonly degree: number
  /** What a node takes to check a message and hand it on. */
  readonly hopMs: Millis
}
