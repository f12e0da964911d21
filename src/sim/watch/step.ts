import type { AgentEvent, Effect, ParticipantStatus } from '../../agent/agent.js'
import type { BuyPlan, SellPlan } from '../../agent/rules.js'
import type { PeerId } from '../../ports/signer.js'
import type { Millis } from '../../units.js'
import type { StepLaw } from '../laws.js'

/** What is known of a node from outside: who it is, and what its person wants. */
export interface Watched {
  readonly name: string
  readonly signer: { readonly id: PeerId }
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
}

/** One step of one node, seen after the agent took it and before any of its effects is carried out. */
export interface Step {
  readonly person: Watched
  /** As it stands after the step. */
  readonly participant: { readonly deadline: Millis | undefined; status(): ParticipantStatus }
  /** By the node's own clock. */
  readonly now: Millis
  readonly event: AgentEvent
  readonly effects: readonly Effect[]
  /** Effects of earlier steps that still wait to be carried out. */
  readonly backlog?: number
}

/** Takes note of a broken law. */
export type Report = (law: StepLaw, detail: string) => void
