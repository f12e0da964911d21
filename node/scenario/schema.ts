/** What a scenario file may say (docs/scenarios.md). */
import { z } from 'zod'
import { nameField } from '../fields.js'
import { gotOf } from '../input.js'
import { marketSchema } from '../market-file.js'
import { durationField } from '../notation.js'
import { sellsField, wantsField } from '../person.js'
import { attackNamed, attacks } from '../swarm/attack/attacks.js'

const timeField = durationField('5s')
const shareField = z.number().min(0).max(1)
const attackField = z.custom<string>((value) => typeof value === 'string' && attackNamed(value) !== undefined, {
  error: ({ input }) => `must be one of ${attacks.map(({ name }) => name).join(', ')}, ${gotOf(input)}`,
})

/** Everything that is named must hold at once, before `within` is over. */
const expectField = z.strictObject({
  /** Every offer is closed and nothing is unsettled. */
  rest: z.literal(true).optional(),
  /** Every running node knows at least so many open offers. */
  offers: z.int().min(0).optional(),
  /** All running nodes know the same open offers. */
  sameOffers: z.literal(true).optional(),
  /** At least so many sales, each with the same receipt on both sides, and no law broken. */
  receipts: z.int().min(0).optional(),
  /** Of the optimum. */
  welfare: shareField.optional(),
  /** Most memory of any node's process; MB. */
  memoryMb: z.number().positive().optional(),
  /** The node has refused somebody who attacks. */
  refuses: nameField.optional(),
})
export type Expectation = z.infer<typeof expectField>

const joinField = z.strictObject({ name: nameField, sells: sellsField.optional(), wants: wantsField.optional() })
const attackSpec = z.strictObject({
  name: attackField,
  on: z.array(nameField).min(1).optional(),
  identities: z.int().min(1).max(300).optional(),
  perSecond: z.number().positive().max(10_000).optional(),
})

export const actions = ['kill', 'restart', 'pause', 'resume', 'join', 'attack', 'expect'] as const

const stepField = z
  .strictObject({
    /** Since trading began. */
    at: timeField.optional(),
    /** Since the step before was done. */
    after: timeField.optional(),
    kill: nameField.optional(),
    restart: nameField.optional(),
    pause: nameField.optional(),
    resume: nameField.optional(),
    join: joinField.optional(),
    attack: attackSpec.optional(),
    expect: expectField.optional(),
    /** How long an expectation may take to come true. */
    within: timeField.optional(),
  })
  .superRefine((step, context) => {
    const named = actions.filter((action) => step[action] !== undefined)
    if (named.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `must do exactly one of ${actions.join(', ')}, got ${named.join(' and ') || 'none'}`,
      })
    if (step.at !== undefined && step.after !== undefined)
      context.addIssue({ code: 'custom', path: ['after'], message: 'cannot be combined with at' })
  })
export type Step = z.infer<typeof stepField>

export const scenarioSchema = z.strictObject({
  about: z.string().optional(),
  name: z.string().min(1).max(64),
  seed: z.string().min(1).max(64).default('scenario'),
  /** A market, or the path of a market file from the scenario's folder. */
  market: z.union([z.string(), z.looseObject({})]),
  steps: z.array(stepField).min(1).max(200),
})
export { marketSchema }
