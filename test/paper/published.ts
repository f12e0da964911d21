/** The literature's figures in the market's units: 1 unit of theirs is 1 GB, 1 of price is 1 currency per GB. */
import { readFileSync } from 'node:fs'
import {
  type Megabytes,
  type Micros,
  megabytes,
  megabytesPerGigabyte,
  micros,
  microsPerCurrency,
  type Ticks,
  ticks,
  ticksPerUnitPrice,
} from '../../src/units.js'

interface FixedBid {
  readonly quantity: number
  readonly price: number
}

interface SettledRange {
  readonly reserve: number
  readonly bids: readonly [number, number]
  readonly welfare: readonly [number, number]
}

interface Published {
  readonly lazarSemretFig3: {
    readonly stock: number
    readonly reserve: number
    readonly rivals: readonly FixedBid[]
    readonly valuation: { readonly kind: 'linear'; readonly unitValue: number }
    readonly reply: { readonly quantitySupremum: number; readonly charge: number; readonly utility: number }
  }
  readonly beltranRoggendorfScenario1: {
    readonly stocks: readonly number[]
    readonly epsilon: number
    readonly buyers: readonly { readonly qbar: number; readonly pbar: number }[]
    readonly optimum: {
      readonly recomputed: number
      readonly clearingPrice: number
      readonly shares: readonly number[]
    }
    readonly recomputedWithMergedReply: { readonly valueDecrement: readonly SettledRange[] }
  }
  readonly laterTwoSellerExample: {
    readonly stocks: Readonly<Record<string, number>>
    readonly bids: readonly (FixedBid & { readonly buyer: string })[]
    readonly awards: Readonly<Record<string, Readonly<Record<string, number>>>>
  }
  readonly lazarSemretConvergence: {
    readonly stock: number
    readonly epsilon: number
    readonly budget: number
    readonly draws: number
    readonly published: { readonly meanBidsPerPlayer: number }
  }
}

export const published: Published = JSON.parse(
  readFileSync(new URL('../fixtures/published.json', import.meta.url), 'utf8'),
)

export const data = (units: number): Megabytes => megabytes(Math.round(units * megabytesPerGigabyte))
export const price = (units: number): Ticks => ticks(Math.round(units * ticksPerUnitPrice))
export const money = (units: number): Micros => micros(Math.round(units * microsPerCurrency))
export const inCurrency = (value: number): number => value / microsPerCurrency
