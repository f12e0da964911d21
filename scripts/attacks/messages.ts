import type { AttackOptions } from '../../node/swarm/attack/attack.js'

export type ToAttacker =
  | { readonly type: 'start'; readonly attack: string; readonly options: AttackOptions }
  | { readonly type: 'end' }

export type FromAttacker =
  | { readonly type: 'started' }
  | { readonly type: 'did'; readonly did: Readonly<Record<string, number>> }
