/** What came of a scenario. */
import type { Miss } from './evidence.js'

export interface StepResult {
  readonly what: string
  /** Since trading began, when the step was done or given up. */
  readonly atMs: number
  readonly tookMs: number
  /** What did not hold, or went wrong; empty: the step was met. */
  readonly misses: readonly Miss[]
}

export interface ScenarioResult {
  readonly scenario: string
  readonly file: string
  /** As far as it came. */
  readonly steps: readonly StepResult[]
  readonly passed: boolean
}

/** With where its stores and logs are; null: they were removed. */
export interface KeptResult extends ScenarioResult {
  readonly folder: string | null
}
