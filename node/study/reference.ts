import { defaultSimulation } from '../../src/sim/options.js'
import type { Point } from './study.js'

export type Market = Point['options']

const { seed: _, ...base } = defaultSimulation

/** The reference market of MECHANISM §11 with so many buyers, as fast as it goes. */
export function referenceMarket(buyers = base.buyers): Market {
  return { ...base, buyers, sellers: Math.round((buyers * base.sellers) / base.buyers), fast: true }
}

/** A market with other rules. */
export const withRules = (market: Market, rules: Partial<Market['rules']>): Market => ({
  ...market,
  rules: { ...market.rules, ...rules },
})
