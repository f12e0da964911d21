/**
 * What a supervisor and a node in a process of its own say to each other over the IPC channel. Sent with the structured
 * clone algorithm, so that bytes stay bytes.
 */
import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import type { NetworkId } from '../../src/protocol/hello.js'
import type { LinkTable } from '../libp2p/links.js'
import type { NodeStatus } from '../market-node.js'
import type { ApiPlace } from './record.js'

/** What a node is told when it starts. */
export interface StartOrder {
  readonly bootstrap: readonly string[]
  readonly network?: NetworkId | undefined
  /** That there are faults on its links, or may come to be; what they draw is seeded. */
  readonly links?: { readonly seed: string; readonly table: LinkTable } | undefined
}

export type ToNode =
  /** Listen and dial. */
  | ({ readonly type: 'start' } & StartOrder)
  /** How its links are from now on. */
  | { readonly type: 'links'; readonly table: LinkTable }
  /** Begin to sell and to buy. */
  | { readonly type: 'trade' }
  | { readonly type: 'status'; readonly request: number }
  | { readonly type: 'contents'; readonly request: number }
  | { readonly type: 'stop'; readonly withdraw: boolean }

export type FromNode =
  /** Configuration read, code loaded, waiting for `start`. */
  | { readonly type: 'loaded' }
  | {
      readonly type: 'ready'
      readonly peerId: string
      readonly addresses: readonly string[]
      readonly api?: ApiPlace | undefined
    }
  /** The node will not start, or cannot go on. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'fact'; readonly fact: Fact }
  | { readonly type: 'status'; readonly request: number; readonly status: NodeStatus }
  | { readonly type: 'contents'; readonly request: number; readonly contents: StoreContents }

/** Set for a forked node: it waits for `start`, obeys its supervisor, and ends with it. */
export const supervisedVariable = 'OVERAGE_SUPERVISED'
