/** What a scenario file may say (docs/scenarios.md). */
import { z } from 'zod'
import { readExpectations } from '../../src/inspect/expectation.js'
import { explainFault } from '../../src/inspect/filter-syntax.js'
import { nameField } from '../fields.js'
import { gotOf } from '../input.js'
import { marketSchema } from '../market-file.js'
import { durationField, shareField } from '../notation.js'
import { sellsField, wantsField } from '../person.js'
import { attackNamed, attacks } from '../swarm/attack/attacks.js'

const timeField = durationField('5s')
const partField = z.number().min(0).max(1)
const attackField = z.custom<string>((value) => typeof value === 'string' && attackNamed(value) !== undefined, {
  error: ({ input }) => `must be one of ${attacks.map(({ name }) => name).join(', ')}, ${gotOf(input)}`,
})

const areNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => nameField.safeParse(name).success)
const yesField = z.literal(true, { error: ({ input }) => `must be true, or be left out, ${gotOf(input)}` })
/** Of several a list; one may stand alone. */
const namesField = z
  .custom<string | readonly string[]>((value) => areNames(Array.isArray(value) ? value : [value]), {
    error: ({ input }) => `must be a name, or a list of names such as [maya, ada], ${gotOf(input)}`,
  })
  .transform((value) => (typeof value === 'string' ? [value] : value))
const groupsField = z.array(namesField).min(1, 'must name a group at least, such as [[maya, ada]]')

/** The comparisons of `overage inspect stats --expect`. */
const statsField = z
  .custom<string>((value) => typeof value === 'string' && readExpectations(value).ok, {
    error: ({ input }) => {
      const read = typeof input === 'string' ? readExpectations(input) : undefined
      return read === undefined || read.ok
        ? `must be comparisons such as delay.p95<250ms,delivery=100%, ${gotOf(input)}`
        : `cannot be read; overage inspect stats --help lists what can be expected:\n${explainFault(String(input), read.fault)}`
    },
  })
  .transform((text) => {
    const read = readExpectations(text)
    return read.ok ? read.expectations : []
  })

/** What is known of some nodes alone; everything else is of the whole market. */
const ofSome = ['offers', 'sameOffers', 'receipts', 'memoryMb'] as const

/** Everything that is named must hold at once, before `within` is over. */
const expectField = z
  .strictObject({
    /** Of these nodes alone. */
    among: namesField.optional(),
    /** Every offer is closed and nothing is unsettled. */
    rest: yesField.optional(),
    /** Every running node knows at least so many open offers. */
    offers: z.int().min(0).optional(),
    /** All running nodes know the same open offers. */
    sameOffers: yesField.optional(),
    /** At least so many sales, each with the same receipt on both sides, and no law broken. */
    receipts: z.int().min(0).optional(),
    /** Of the optimum. */
    welfare: partField.optional(),
    /** Most memory of any node's process; MB. */
    memoryMb: z.number().positive().optional(),
    /** The node has refused somebody who attacks. */
    refuses: nameField.optional(),
    /** Of what all nodes saw of the gossip. */
    stats: statsField.optional(),
    /** Of what they saw after the step of that name was done. */
    since: z.string().optional(),
  })
  .superRefine(({ among, since, ...expected }, context) => {
    const named = Object.keys(expected)
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (named.length === 0) issue([], 'must expect something, such as { rest: true }')
    if (since !== undefined && expected.stats === undefined) issue(['since'], 'is from when stats are taken; add stats')
    const whole = named.filter((name) => !ofSome.some((one) => one === name))
    if (among !== undefined && whole.length > 0)
      issue(['among'], `goes with ${ofSome.join(', ')} alone; expect ${whole.join(' and ')} in a step of its own`)
  })
export type Expectation = z.infer<typeof expectField>

const joinField = z.strictObject({ name: nameField, sells: sellsField.optional(), wants: wantsField.optional() })
const attackSpec = z.strictObject({
  name: attackField,
  on: z.array(nameField).min(1).optional(),
  identities: z.int().min(1).max(300).optional(),
  perSecond: z.number().positive().max(10_000).optional(),
})

/** Which links are meant: all, those that some nodes have, or those from one side to the other. */
const stretch = {
  of: namesField.optional(),
  between: z.array(namesField).length(2, 'must be two sides, such as [maya, [ada, wing]]').optional(),
}
const latencyMax = { min: 0, max: 10_000, said: 'up to 10s' }
const lossPerMilleMax = 900

const latencyField = z
  .strictObject({
    /** One way. */
    time: durationField('80ms', latencyMax),
    /** More or less than that, at most. */
    jitter: durationField('20ms', latencyMax).optional(),
    ...stretch,
  })
  .superRefine(({ time, jitter, of, between }, context) => {
    if ((jitter ?? 0) > time)
      context.addIssue({
        code: 'custom',
        path: ['jitter'],
        message: 'must be at most the time: nothing comes before it left',
      })
    if (of !== undefined && between !== undefined) context.addIssue(bothStretches)
  })
const lossField = z
  .strictObject({
    /** Of segments. */
    share: shareField('5%').refine((perMille) => perMille <= lossPerMilleMax, {
      error: `must be at most ${lossPerMilleMax / 10}%; partition cuts links altogether`,
    }),
    ...stretch,
  })
  .superRefine(({ of, between }, context) => {
    if (of !== undefined && between !== undefined) context.addIssue(bothStretches)
  })
const bothStretches = { code: 'custom' as const, path: ['between'], message: 'cannot be combined with of' }

export const actions = [
  'kill',
  'restart',
  'pause',
  'resume',
  'join',
  'attack',
  'partition',
  'heal',
  'latency',
  'loss',
  'expect',
] as const

const stepField = z
  .strictObject({
    /** For `since`. */
    name: z.string().min(1).max(64).optional(),
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
    /** Groups that do not reach each other; all that are in none are one more. */
    partition: groupsField.optional(),
    /** Ends the partition. */
    heal: yesField.optional(),
    latency: latencyField.optional(),
    loss: lossField.optional(),
    expect: expectField.optional(),
    /** How long an expectation may take to come true. */
    within: timeField.optional(),
  })
  .superRefine((step, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const named = actions.filter((action) => step[action] !== undefined)
    if (named.length !== 1)
      issue([], `must do exactly one of ${actions.join(', ')}, got ${named.join(' and ') || 'none'}`)
    if (step.at !== undefined && step.after !== undefined) issue(['after'], 'cannot be combined with at')
    if (step.within !== undefined && step.expect === undefined)
      issue(['within'], 'belongs to expect; nothing else waits')
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
