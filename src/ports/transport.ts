import type { PeerId } from './signer.js'

/**
 * How encoded messages leave a node; as bytes, on every real network. Delivery is at most once per call and may fail
 * without notice; the agents' outbox and deadlines make up for it. Neither method throws.
 */
export interface Transport<Frame = Uint8Array> {
  /** Gossips to everyone who listens to offers. */
  publish(frame: Frame): void
  /** Sends to one peer; `addresses` say where it may be reached when no connection stands. */
  send(to: PeerId, frame: Frame, addresses: readonly string[]): void
}

/** What a transport calls on the node behind it. */
export interface Receiver<Frame = Uint8Array> {
  /** A gossiped message; the verdict tells the transport whether to pass it on. */
  gossip(from: PeerId, frame: Frame): Verdict
  /** A message that the authenticated peer `from` sent to this node alone. */
  direct(from: PeerId, frame: Frame): void
  /** The message could not be handed to `to`. */
  undelivered(to: PeerId): void
}

export type Verdict = 'accept' | 'ignore' | 'reject'
