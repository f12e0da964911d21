/** Who may look at a node's traffic: told after the fact, with bytes that nobody changes any more, and never asked anything. */
import type { Direction, SyncEvent } from '../../src/inspect/event.js'
import type { PeerId } from '../../src/ports/signer.js'

export type Asked = SyncEvent['asked']

export interface Observer {
  /** This node publishes a message of its own. */
  published(topic: string, data: Uint8Array): void
  /** A message of the auction protocol came, or was taken to be sent. */
  direct(dir: Direction, peer: PeerId, frame: Uint8Array): void
  /** A question of offer sync was answered. */
  exchanged(
    dir: Direction,
    peer: PeerId,
    exchange: { readonly asked: Asked; readonly question: Uint8Array; readonly answer: Uint8Array },
  ): void
}
