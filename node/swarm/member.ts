import type { NodeHandle } from './handle.js'
import type { Desk } from './workspace.js'

/** A node with its desk. */
export interface Member {
  readonly desk: Desk
  readonly node: NodeHandle
}

export interface Death {
  readonly name: string
  readonly reason: string
  /** On request, which is no failure. */
  readonly killed: boolean
}
