import type { PeerId } from './signer.js'

/**
 * How encoded messages leave a node. Delivery is at most once per call and may fail without notice; the agents' outbox
 * and deadlines make up for it. Neither method throws.
 */
export interface Transport {
  /** Gossips to everyone who listens to offers. */
  publish(bytes: Uint8Array): void
  /** Sends to one peer; `addresses` say where it may be reached when no connection stands. */
  send(to: PeerId, bytes: Uint8Array, addresses: readonly string[]): void
}

/** What a transport calls on the node behind it. */
export interface Receiver {
  /** A gossiped message; the verdict tells the transport whether to pass it on. */
  gossip(from: PeerId, bytes: Uint8Array): Verdict
  /** A message that the authenticated peer `from` sent to this node alone. */
  direct(from: PeerId, bytes: Uint8Array): void
  /** The message could not be handed to `to`. */
  undelivered(to: PeerId): void
}

export type Verdict = 'accept' | 'ignore' | 'reject'
