/** A market as a file: who sells how much at which floor, who wants how much at what value. GB and currency. */
import { z } from 'zod'
import { lanRules, type Rules } from '../src/agent/rules.js'
import { type Person, type PopulationOptions, populationOf } from '../src/sim/population.js'
import { micros, microsPerCurrency } from '../src/units.js'
import { currencyField, currencyTextField, marketField, nameField } from './fields.js'
import { checkInput, readInput } from './input.js'
import { localRulesFor } from './local-rules.js'
import { sellsField, wantsField } from './person.js'
import { rulesWith, rulesWithoutEpsilonField } from './rules-fields.js'

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
    currency: currencyTextField,
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

/** A market drawn from a seed, at the pace of one machine. */
export function generateMarket(size: PopulationOptions): Market {
  const people = populationOf(size)
  const rules = rulesWith(paceOf(people), { epsilon: micros(microsPerCurrency) })
  return { market: 'local', currency: '$', rules, people }
}
