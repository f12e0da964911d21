import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import type { NodeStatus } from '../market-node.js'
import type { ApiPlace } from './record.js'

/** A running node as the swarm sees it, wherever it runs. */
export interface NodeHandle {
  readonly name: string
  readonly peerId: string
  readonly addresses: readonly string[]
  /** The operating-system process, where the node has its own. */
  readonly pid: number | undefined
  /** Where its local API answers; undefined: it has none. */
  readonly api: ApiPlace | undefined
  /** Begins to trade. */
  trade(): void
  /** Rejects when the node is gone or silent. */
  status(): Promise<NodeStatus>
  onFact(listener: (fact: Fact) => void): void
  /** Calls `listener` once if the node ends without having been asked to, with what is known of the reason. */
  onDeath(listener: (reason: string) => void): void
  /** Everything in the node's store. Rejects when the node is gone or silent. */
  contents(): Promise<StoreContents>
  /** Resolves when the node has ended. Safe to call again. */
  stop(options: { readonly withdraw: boolean }): Promise<void>
}
