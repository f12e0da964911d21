/** A market as a file: who sells how much at which floor, who wants how much at what value. GB and currency. */
import { z } from 'zod'
import { type BuyPlan, lanRules, type Rules, type SellPlan } from '../src/agent/rules.js'
import { Prng } from '../src/sim/prng.js'
import {
  type Megabytes,
  megabytes,
  megabytesPerGigabyte,
  micros,
  microsPerCurrency,
  millis,
  ticks,
  ticksPerUnitPrice,
} from '../src/units.js'
import { currencyField, marketField, nameField } from './fields.js'
import { checkInput, readInput } from './input.js'
import { localRulesFor } from './local-rules.js'
import { sellsField, wantsField } from './person.js'
import { rulesWith, rulesWithoutEpsilonField } from './rules-fields.js'

export interface Person {
  readonly name: string
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
}

export interface Market {
  /** The market's id. */
  readonly market: string
  /** How people call the money: `HK$`. */
  readonly currency: string
  readonly rules: Rules
  readonly people: readonly Person[]
}

/** Nodes on one machine: memory ends here before anything else does. */
export const peopleMax = 1_000

const personField = z
  .strictObject({
    name: nameField,
    about: z.string().optional(),
    sells: sellsField.optional(),
    wants: wantsField.optional(),
  })
  .refine(({ sells, wants }) => sells !== undefined || wants !== undefined, {
    error: 'must sell or want something: add "sells" or "wants"',
  })
  .transform(
    ({ name, sells, wants }): Person => ({
      name,
      ...(sells === undefined ? {} : { sells }),
      ...(wants === undefined ? {} : { wants }),
    }),
  )

/** The schema of a market file. */
export const marketSchema: z.ZodType<Market, unknown> = z
  .strictObject({
    /** For people; the swarm ignores it. */
    about: z.union([z.string(), z.array(z.string())]).optional(),
    market: marketField.default('local'),
    currency: z.string().min(1).max(8),
    /** The carrier's fee for a purchase, in currency. */
    epsilon: currencyField.default(lanRules.epsilon),
    rules: rulesWithoutEpsilonField.default({}),
    people: z
      .array(personField)
      .min(1, { error: 'must name at least one person' })
      .max(peopleMax, { error: `must name at most ${peopleMax} people` }),
  })
  .superRefine(({ people }, context) => {
    const seen = new Map<string, number>()
    for (const [index, { name }] of people.entries()) {
      // Names become folders, and some disks do not tell Ann from ann.
      const first = seen.get(name.toLowerCase())
      if (first === undefined) seen.set(name.toLowerCase(), index)
      else
        context.addIssue({ code: 'custom', path: ['people', index, 'name'], message: `is taken by people[${first}]` })
    }
  })
  .transform(({ market, currency, epsilon, rules, people }) => ({
    market,
    currency,
    rules: rulesWith(paceOf(people), { ...rules, epsilon }),
    people,
  }))

const paceOf = (people: readonly Person[]): Rules =>
  localRulesFor({ people: people.length, sellers: people.filter(({ sells }) => sells !== undefined).length })

/** @throws UsageError naming the field at fault. */
export async function readMarket(file: string): Promise<Market> {
  const example = 'overage swarm --market scripts/markets/exchange.json'
  return checkInput(await readInput(file, { example }), marketSchema)
}

/** From what generated people are drawn; every range is uniform, both ends included. */
export interface Population {
  readonly demandGigabytes: readonly [number, number]
  /** Currency per GB at the first GB. */
  readonly sigma: readonly [number, number]
  readonly alpha: readonly [number, number]
  /** Currency per GB. */
  readonly floor: readonly [number, number]
  /** Stocks are proportional to draws from this. */
  readonly stockWeight: readonly [number, number]
}

/** The reference population of MECHANISM §11. */
export const referencePopulation: Population = Object.freeze<Population>({
  demandGigabytes: [5, 50],
  sigma: [20, 80],
  alpha: [0.3, 0.8],
  floor: [0.5, 2],
  stockWeight: [0.2, 1.2],
})

export interface MarketSize {
  /** Equal seeds give equal markets. */
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  /** Total stock over total demand. */
  readonly supplyRatio: number
  readonly population?: Population
}

/** Draws a market. Each person has a generator of its own, so that one more buyer changes nobody else's wishes. */
export function generateMarket(size: MarketSize): Market {
  const { seed, buyers, sellers, supplyRatio, population = referencePopulation } = size
  const root = new Prng(seed)
  const wanting = Array.from({ length: buyers }, (_, index) => {
    const prng = root.fork(`buyer-${index}`)
    return buyerOf(`buyer-${index + 1}`, { prng, population })
  })
  const demand = wanting.reduce((sum, { wants }) => sum + demandOf(wants), 0)
  const drawn = Array.from({ length: sellers }, (_, index) => {
    const prng = root.fork(`seller-${index}`)
    return { weight: uniform(prng, population.stockWeight), floor: uniform(prng, population.floor) }
  })
  const weights = drawn.reduce((sum, { weight }) => sum + weight, 0)
  const selling = drawn.map(({ weight, floor }, index): Person => {
    const share = Math.round((demand * supplyRatio * weight) / weights)
    return {
      name: `seller-${index + 1}`,
      sells: {
        stock: megabytes(Math.max(1, share)),
        floor: ticks(Math.round(floor * ticksPerUnitPrice)),
        policy: 'tracking',
        closesAfterMs: millis(86_400_000),
      },
    }
  })
  const people = [...selling, ...wanting]
  const rules = rulesWith(paceOf(people), { epsilon: micros(microsPerCurrency) })
  return { market: 'local', currency: '$', rules, people }
}

function buyerOf(name: string, from: { readonly prng: Prng; readonly population: Population }): Person {
  const { prng, population } = from
  const valuation = {
    kind: 'alpha-fair',
    demand: rounded(uniform(prng, population.demandGigabytes)),
    sigma: rounded(uniform(prng, population.sigma)),
    alpha: rounded(uniform(prng, population.alpha)),
  } as const
  return { name, wants: { valuation, budget: undefined, strategy: 'minimal-pool' } }
}

function demandOf(wants: BuyPlan | undefined): Megabytes {
  const { valuation } = wants!
  const gigabytes = valuation.kind === 'parabolic' ? valuation.qbar : valuation.demand
  return megabytes(Math.floor(gigabytes * megabytesPerGigabyte))
}

const uniform = (prng: Prng, [low, high]: readonly [number, number]): number =>
  low + ((high - low) * prng.below(1_000_001)) / 1_000_000

/** To three places, so that a generated market reads like one that a person wrote. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
