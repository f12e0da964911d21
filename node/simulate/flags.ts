import type { PolicyName } from '../../src/mechanism/reserve.js'
import type { StrategyName } from '../../src/mechanism/strategy.js'

/** What the command line of `overage simulate` hands over: numbers, times and shares are still text. */
export interface SimulateFlags {
  readonly buyers?: string
  readonly sellers?: string
  readonly supplyRatio?: string
  readonly seed: string
  readonly seeds?: string
  readonly view?: string
  readonly epsilon?: string
  readonly strategy?: StrategyName
  readonly reservePolicy?: PolicyName
  readonly budget?: string
  readonly rules?: readonly string[]
  readonly lan?: boolean
  readonly latency?: string
  readonly jitter?: string
  readonly loss?: string
  readonly duplicate?: string
  readonly reorder?: string
  readonly slow?: string
  readonly skew?: string
  readonly partition?: readonly string[]
  readonly crash?: string
  readonly down?: string
  readonly powerLoss?: string
  readonly shards?: string
  readonly shardsHeard?: string
  readonly fast?: boolean
  readonly check: 'every-step' | 'end'
  readonly timeLimit: string
  readonly workers?: string
  readonly threads?: string
  readonly trace?: string
  /** true: to standard output. */
  readonly json?: string | true
  readonly quiet?: boolean
}
