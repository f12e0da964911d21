/** People drawn from a seed: who sells how much at which floor, who wants how much at what value. */
import type { BuyPlan, SellPlan } from '../agent/rules.js'
import type { PolicyName } from '../mechanism/reserve.js'
import type { StrategyName } from '../mechanism/strategy.js'
import { valuationOf } from '../mechanism/valuation.js'
import {
  type Micros,
  type Millis,
  megabytes,
  micros,
  microsPerCurrency,
  millis,
  ticks,
  ticksPerUnitPrice,
} from '../units.js'
import { Prng } from './prng.js'

/** One person before it has a node. */
export interface Person {
  readonly name: string
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
}

type Range = readonly [number, number]

/** From what people are drawn; every range is uniform, both ends included. */
export interface Population {
  readonly demandGigabytes: Range
  /** Currency per GB at the first GB. */
  readonly sigma: Range
  readonly alpha: Range
  /** Currency per GB. */
  readonly floor: Range
  /** Stocks are proportional to draws from this. */
  readonly stockWeight: Range
  /** Currency; absent: nobody has a budget. */
  readonly budget?: Range
}

/** The reference population of MECHANISM §11. */
export const referencePopulation: Population = Object.freeze<Population>({
  demandGigabytes: [5, 50],
  sigma: [20, 80],
  alpha: [0.3, 0.8],
  floor: [0.5, 2],
  stockWeight: [0.2, 1.2],
})

export interface PopulationOptions {
  /** Equal seeds give equal people. */
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  /** Total stock over total demand. */
  readonly supplyRatio: number
  readonly population?: Population
  /** Default: `minimal-pool`. */
  readonly strategy?: StrategyName
  /** Default: `tracking`. */
  readonly policy?: PolicyName
  /** How long an offer stays open at most. Default: a day. */
  readonly closesAfterMs?: Millis
}

const dayMs = millis(86_400_000)

/** Draws people, sellers first. Each has a generator of its own, so that one more buyer changes nobody else's wishes. */
export function populationOf(options: PopulationOptions): readonly Person[] {
  const { seed, buyers, sellers, supplyRatio, population = referencePopulation } = options
  const { strategy = 'minimal-pool', policy = 'tracking', closesAfterMs = dayMs } = options
  const root = new Prng(seed)
  const wanting = Array.from({ length: buyers }, (_, index) => {
    const wants = wishOf(root.fork(`buyer-${index}`), population, strategy)
    return { name: `buyer-${index + 1}`, wants }
  })
  const demand = wanting.reduce((sum, { wants }) => sum + valuationOf(wants.valuation).demand, 0)
  const drawn = Array.from({ length: sellers }, (_, index) => {
    const prng = root.fork(`seller-${index}`)
    return { weight: uniform(prng, population.stockWeight), floor: uniform(prng, population.floor) }
  })
  const weights = drawn.reduce((sum, { weight }) => sum + weight, 0)
  const selling = drawn.map(({ weight, floor }, index) => ({
    name: `seller-${index + 1}`,
    sells: {
      stock: megabytes(Math.max(1, Math.round((demand * supplyRatio * weight) / weights))),
      floor: ticks(Math.round(floor * ticksPerUnitPrice)),
      policy,
      closesAfterMs,
    },
  }))
  return [...selling, ...wanting]
}

function wishOf(prng: Prng, population: Population, strategy: StrategyName): BuyPlan {
  const valuation = {
    kind: 'alpha-fair',
    demand: rounded(uniform(prng, population.demandGigabytes)),
    sigma: rounded(uniform(prng, population.sigma)),
    alpha: rounded(uniform(prng, population.alpha)),
  } as const
  const { budget } = population
  return { valuation, budget: budget === undefined ? undefined : moneyIn(prng, budget), strategy }
}

const moneyIn = (prng: Prng, range: Range): Micros => micros(Math.round(uniform(prng, range) * microsPerCurrency))

const uniform = (prng: Prng, [low, high]: Range): number => low + ((high - low) * prng.below(1_000_001)) / 1_000_000

/** To three places, so that a generated market reads like one that a person wrote. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
