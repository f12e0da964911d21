/** What one person sells and another wants, in the integration tests: enough of it, at prices at which they deal. */
import type { BuyPlan, SellPlan } from '../../src/agent/rules.js'
import { megabytes, millis, ticks } from '../../src/units.js'

export const sells: SellPlan = {
  stock: megabytes(6_000),
  floor: ticks(8_000),
  policy: 'tracking',
  closesAfterMs: millis(86_400_000),
}
export const wants: BuyPlan = {
  valuation: { kind: 'alpha-fair', sigma: 60, alpha: 0.5, demand: 4 },
  budget: undefined,
  strategy: 'minimal-pool',
}
