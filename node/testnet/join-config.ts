/** What `overage join` runs: a node's configuration, from a bundle and the command line. */
import { join } from 'node:path'
import { z } from 'zod'
import type { BuyPlan, SellPlan } from '../../src/agent/rules.js'
import { addressesField, loadConfig, type NodeConfig } from '../config.js'
import { UsageError } from '../errors.js'
import { valueIn } from '../flag-values.js'
import { checkValue } from '../input.js'
import type { NodeNetwork } from '../network.js'
import { durationField, quantityField } from '../notation.js'
import { sellsField, wantsField } from '../person.js'
import type { SettingFlag } from '../settings.js'
import type { Bundle } from './bundle.js'

/** Settings of a node that a person who joins may change; the market and its rules come with the bundle. */
export const joinSettings: readonly SettingFlag[] = [
  'name',
  'folder',
  'listen',
  'bootstrap',
  'local',
  'api',
  'log-file',
  'log-level',
  'trace',
]

/** What a person sells and wants, as the command line has it. */
export interface PlanFlags {
  readonly sell?: string
  readonly floor?: string
  readonly policy?: string
  readonly closesAfter?: string
  readonly buy?: string
  readonly sigma?: string
  readonly alpha?: string
  readonly budget?: string
  readonly strategy?: string
}

/** As the command line has them. */
export interface JoinFlags extends PlanFlags {
  readonly [setting: string]: string | boolean | undefined
  readonly announce?: string
  readonly multicast?: boolean
  readonly wait?: string
  readonly anyClock?: boolean
  readonly tokenFile?: string
  readonly json?: boolean
}

/** A node's configuration with all but the bundle in it: which folder it keeps must be known before there is a bundle. */
export async function personConfig(flags: JoinFlags): Promise<NodeConfig> {
  const given = Object.fromEntries(joinSettings.map((flag) => [flag, flags[camelCased(flag)]]))
  const { OVERAGE_MARKET: _, ...environment } = process.env
  const config = await loadConfig({ file: undefined, environment, flags: given })
  return { ...config, ...plansIn(flags) }
}

/** What the flags say of what this person sells and wants. @throws UsageError naming the flag at fault. */
export function plansIn(flags: PlanFlags): { readonly sells?: SellPlan; readonly wants?: BuyPlan } {
  const sells = sellsIn(flags)
  const wants = wantsIn(flags)
  return { ...(sells !== undefined && { sells }), ...(wants !== undefined && { wants }) }
}

export const inNetwork = (config: NodeConfig, { agreement, rules, bootstrap }: Bundle): NodeConfig => ({
  ...config,
  market: agreement.market,
  rules,
  bootstrap: [...new Set([...bootstrap, ...config.bootstrap])],
})

export const networkIn = (bundle: Bundle, flags: Pick<JoinFlags, 'announce' | 'multicast'>): NodeNetwork => ({
  id: bundle.id,
  role: 'person',
  ...(bundle.key !== undefined && { key: bundle.key }),
  shards: bundle.agreement.shards,
  heardShards: bundle.heardShards,
  announce: announcedIn(flags.announce),
  multicast: flags.multicast !== false,
})

/** @throws UsageError when one of them is no multiaddr. */
export function announcedIn(list: string | undefined): readonly string[] {
  const given = (list ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  const schema = z.object({ '--announce': addressesField })
  return checkValue({ '--announce': given }, { source: 'command line', schema })['--announce']
}

/** How long to look for a peer before giving up; ms. */
export const waitIn = (given: string): number =>
  checkValue({ '--wait': given }, { source: 'command line', schema: z.object({ '--wait': durationField('15s') }) })[
    '--wait'
  ]

function sellsIn({ sell, floor, policy, closesAfter }: PlanFlags): SellPlan | undefined {
  if (sell === undefined) {
    needs('--sell 5GB', { '--floor': floor, '--policy': policy, '--closes-after': closesAfter })
    return undefined
  }
  if (floor === undefined)
    throw new UsageError('command line: --sell needs --floor', {
      advice: 'say the lowest price per GB that you would take, such as --floor 8',
    })
  const closesAfterSeconds = closesAfter === undefined ? undefined : secondsIn(closesAfter)
  const plan = { gb: gigabytesIn(sell, '--sell'), floor: numberIn(floor), policy, closesAfterSeconds }
  return checkPlan(plan, sellsField, { gb: '--sell', floor: '--floor', policy: '--policy' })
}

function wantsIn({ buy, sigma, alpha, budget, strategy }: PlanFlags): BuyPlan | undefined {
  const others = { '--sigma': sigma, '--alpha': alpha, '--budget': budget, '--strategy': strategy }
  if (buy === undefined) {
    needs('--buy 12GB', others)
    return undefined
  }
  if (sigma === undefined)
    throw new UsageError('command line: --buy needs --sigma', {
      advice: 'say what the first GB is worth to you, about, such as --sigma 40',
    })
  const plan = {
    gb: gigabytesIn(buy, '--buy'),
    sigma: numberIn(sigma),
    alpha: alpha === undefined ? 0.5 : numberIn(alpha),
    budget: budget === undefined ? undefined : numberIn(budget),
    strategy,
  }
  const named = { gb: '--buy', sigma: '--sigma', alpha: '--alpha', budget: '--budget', strategy: '--strategy' }
  return checkPlan(plan, wantsField, named)
}

function needs(flag: string, given: Readonly<Record<string, string | undefined>>): void {
  const [stray] = Object.keys(given).filter((name) => given[name] !== undefined)
  if (stray === undefined) return
  throw new UsageError(`command line: ${stray} says nothing alone`, { advice: `add ${flag}, or leave ${stray} out` })
}

/** Checks a plan made of flags, naming the flag at fault where the schema names its own field. */
function checkPlan<T>(plan: object, schema: z.ZodType<T, unknown>, flags: Readonly<Record<string, string>>): T {
  const result = schema.safeParse(plan, { reportInput: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  const flag = flags[String(issue?.path[0])] ?? String(issue?.path.join('.'))
  throw new UsageError(`command line: ${flag}: ${issue?.message}`)
}

const gigabytesIn = (given: string, flag: string): number => valueIn({ given, flag, schema: quantityField }) / 1_000

const numberIn = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)

const month = { min: 1_000, max: 31 * 86_400_000, said: 'from 1s to 744h' }
const secondsIn = (given: string): number =>
  checkValue(
    { '--closes-after': given },
    { source: 'command line', schema: z.object({ '--closes-after': durationField('24h', month) }) },
  )['--closes-after'] / 1_000

const camelCased = (flag: string): string => flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** The bundle of the network that a folder's node belongs to. */
export const bundleFileOf = (folder: string): string => join(folder, 'testnet.json')
