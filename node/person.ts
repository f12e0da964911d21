/** What a person sells and wants, as people write it in a market file or a node's configuration. */
import { z } from 'zod'
import type { BuyPlan, SellPlan } from '../src/agent/rules.js'
import { strategyNames } from '../src/mechanism/strategy.js'
import { checkValuation, type ValuationSpec } from '../src/mechanism/valuation.js'
import type { Json } from '../src/ports/store.js'
import { megabytesPerGigabyte, microsPerCurrency, millis, ticksPerUnitPrice } from '../src/units.js'
import { countField, currencyField, gigabytesField, policyField, unitPriceField } from './fields.js'
import { gotOf } from './input.js'

const numberField = z.number({ error: ({ input }) => `must be a number, ${gotOf(input)}` })

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('alpha-fair'),
    sigma: numberField,
    alpha: numberField,
    delta: numberField.optional(),
    demand: numberField,
  }),
  z.strictObject({
    kind: z.literal('logarithmic'),
    sigma: numberField,
    delta: numberField.optional(),
    demand: numberField,
  }),
  z.strictObject({ kind: z.literal('linear'), unitValue: numberField, demand: numberField }),
  z.strictObject({ kind: z.literal('parabolic'), qbar: numberField, pbar: numberField }),
])

/** A valuation in GB and currency (MECHANISM §4), within the bounds that the mechanism asks for. */
export const valuationField: z.ZodType<ValuationSpec, unknown> = kinds.superRefine((spec, context) => {
  const wrong = checkValuation(spec)
  if (wrong === undefined) return
  const given = (spec as unknown as Record<string, unknown>)[wrong.field]
  context.addIssue({ code: 'custom', path: [wrong.field], message: `${wrong.problem}, ${gotOf(given)}` })
})

export const strategyField = z.enum(strategyNames, {
  error: ({ input }) => `must be one of ${strategyNames.join(', ')}, ${gotOf(input)}`,
})

const daySeconds = 86_400

/** `{ gb, floor, policy?, closesAfterSeconds? }`. */
export const sellsField: z.ZodType<SellPlan, unknown> = z
  .strictObject({
    /** Everything this person ever sells through this node, in GB. */
    gb: gigabytesField,
    /** The lowest price, in currency per GB. */
    floor: unitPriceField,
    /** How the reserve follows demand. `tracking` unless said: with it, truth is the buyers' best policy (MECHANISM §6). */
    policy: policyField.default('tracking'),
    /** When the auction ends at the latest, in seconds. A day unless said: leftovers go stale with the billing month. */
    closesAfterSeconds: countField({ min: 1, max: 31 * daySeconds }).default(daySeconds),
  })
  .transform(({ gb, floor, policy, closesAfterSeconds }) => ({
    stock: gb,
    floor,
    policy,
    closesAfterMs: millis(closesAfterSeconds * 1_000),
  }))

/** `{ gb, sigma, alpha, delta?, budget?, strategy? }`, the usual α-fair person, or `{ valuation, budget?, strategy? }`. */
export const wantsField: z.ZodType<BuyPlan, unknown> = z.unknown().transform((value, context) => {
  const spelled = typeof value === 'object' && value !== null && 'valuation' in value
  const result = (spelled ? spelledWants : usualWants).safeParse(value, { reportInput: true })
  if (result.success) return result.data
  for (const issue of result.error.issues) context.addIssue(issue as Parameters<typeof context.addIssue>[0])
  return z.NEVER
})

const limitsOnWants = {
  /** The most that all purchases may cost together, in currency. No limit unless said. */
  budget: currencyField.optional(),
  /** How to bid. `minimal-pool` unless said: the strategy of MECHANISM §5. */
  strategy: strategyField.default('minimal-pool'),
}

const spelledWants = z
  .strictObject({ valuation: valuationField, ...limitsOnWants })
  .transform(({ valuation, budget, strategy }): BuyPlan => ({ valuation, budget, strategy }))

const usualWants = z
  .strictObject({
    gb: numberField,
    sigma: numberField,
    alpha: numberField,
    delta: numberField.optional(),
    ...limitsOnWants,
  })
  .transform(({ gb, sigma, alpha, delta, budget, strategy }, context): BuyPlan => {
    const valuation: ValuationSpec = {
      kind: 'alpha-fair',
      sigma,
      alpha,
      ...(delta === undefined ? {} : { delta }),
      demand: gb,
    }
    const wrong = checkValuation(valuation)
    if (wrong === undefined) return { valuation, budget, strategy }
    const field = wrong.field === 'demand' ? 'gb' : wrong.field
    const given = { gb, sigma, alpha, delta }[field as 'gb']
    context.addIssue({ code: 'custom', path: [field], message: `${wrong.problem}, ${gotOf(given)}` })
    return z.NEVER
  })

/** A selling plan as people write it: what {@link sellsField} reads back as the same plan. */
export const sellsAsWritten = ({ stock, floor, policy, closesAfterMs }: SellPlan): Json => ({
  gb: stock / megabytesPerGigabyte,
  floor: floor / ticksPerUnitPrice,
  policy,
  closesAfterSeconds: closesAfterMs / 1_000,
})

/** A buying plan as people write it: what {@link wantsField} reads back as the same plan. */
export const wantsAsWritten = ({ valuation, budget, strategy }: BuyPlan): Json => ({
  valuation: valuation as Json,
  ...(budget !== undefined && { budget: budget / microsPerCurrency }),
  strategy,
})
