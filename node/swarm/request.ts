/** What `overage swarm` was asked for, checked: text from the command line in, a market and its terms out. */
import { join, resolve } from 'node:path'
import { type ApiAddress, apiAddressIn } from '../api/address.js'
import { UsageError } from '../errors.js'
import { countField, realField } from '../fields.js'
import { assertWritable, numberOf } from '../flag-values.js'
import { generateMarket, type Market, peopleMax, readMarket } from '../market-file.js'
import { processesMax, type SwarmFlags } from './flags.js'
import type { SwarmOptions } from './swarm.js'

export interface SwarmRequest extends SwarmOptions {
  readonly keep: boolean
  readonly quiet: boolean
  /** Where the page listens; undefined: nowhere. */
  readonly dashboard: ApiAddress | undefined
  /** Where the report goes as JSON; `-` is standard output. */
  readonly json: string | undefined
}

/** A loaded machine starts twelve nodes at once; a minute without a word means that something is wrong. */
const patienceMs = 60_000

const sizeDefaults = { nodes: 12, supplyRatio: 0.8 }

/** @throws UsageError naming the flag, or the market file and the field in it. */
export async function swarmRequestOf(flags: SwarmFlags): Promise<SwarmRequest> {
  const { seed, isolate, keep = false, quiet = false, json } = flags
  if (seed === '' || seed.length > 64) throw new UsageError('--seed: must be 1 to 64 characters')
  const timeLimit = {
    given: flags.timeLimit,
    flag: '--time-limit',
    schema: realField({ above: 0, max: 86_400 }, 'seconds'),
  }
  const timeLimitMs = numberOf(timeLimit) * 1_000
  const market = await marketOf(flags)
  if (json !== undefined && json !== '-') await assertWritable(json)
  const folder = flags.folder ?? join('.overage', seed.replace(/[^\p{L}\p{N}_-]+/gu, '-'))
  if (flags.trace !== undefined && resolve(flags.trace) === resolve(folder)) {
    throw new UsageError(`--trace: ${folder} is where stores and logs go`, {
      advice: `name a folder of its own, such as ${join(folder, 'traces')}`,
    })
  }
  const dashboard = quiet || json === '-' || flags.api === false ? undefined : dashboardOf(flags.dashboard ?? 'off')
  return {
    market,
    seed,
    folder,
    dashboard,
    trace: flags.trace,
    capture: flags.capture,
    api: flags.api !== false,
    joinable: true,
    isolate: isolate ?? (market.people.length <= processesMax ? 'process' : 'none'),
    patienceMs,
    timeLimitMs,
    keep,
    quiet: quiet || json === '-',
    json,
  }
}

function dashboardOf(text: string): ApiAddress | undefined {
  if (text === 'off') return undefined
  const address = apiAddressIn(text)
  if (address !== undefined) return address
  throw new UsageError(`--dashboard: must be off, or an IP address and a port such as 127.0.0.1:7700, got ${text}`)
}

async function marketOf(flags: SwarmFlags): Promise<Market> {
  const { market, nodes, buyers, sellers, supplyRatio, seed } = flags
  const sizes = Object.entries({ nodes, buyers, sellers, 'supply-ratio': supplyRatio })
  const given = sizes.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`]))
  if (market !== undefined) {
    if (given.length > 0) throw new UsageError(`${given.join(', ')}: a market file says who takes part; leave one out`)
    return readMarket(market)
  }
  if (nodes !== undefined && (buyers !== undefined || sellers !== undefined))
    throw new UsageError('--nodes: cannot be combined with --buyers or --sellers; they say how many nodes there are')
  const ratio = { given: supplyRatio, flag: '--supply-ratio', schema: realField({ above: 0, max: 100 }) }
  const size = {
    ...countsOf(flags),
    supplyRatio: supplyRatio === undefined ? sizeDefaults.supplyRatio : numberOf(ratio),
  }
  if (size.buyers + size.sellers > peopleMax)
    throw new UsageError(`--buyers, --sellers: must be at most ${peopleMax} together`)
  return generateMarket({ seed, ...size })
}

function countsOf({ nodes, buyers, sellers }: SwarmFlags): { readonly buyers: number; readonly sellers: number } {
  const count = (given: string | undefined, flag: string, fallback: number): number =>
    given === undefined ? fallback : numberOf({ given, flag, schema: countField({ min: 1, max: peopleMax }) })
  if (buyers !== undefined || sellers !== undefined) {
    const wanting = count(buyers, '--buyers', 8)
    return { buyers: wanting, sellers: count(sellers, '--sellers', Math.max(1, Math.round(wanting / 2))) }
  }
  const people =
    nodes === undefined ? sizeDefaults.nodes : numberOf({ given: nodes, flag: '--nodes', schema: nodesField })
  const selling = Math.max(1, Math.round(people / 3))
  return { buyers: people - selling, sellers: selling }
}

/** One sells, one buys. */
const nodesField = countField({ min: 2, max: peopleMax })
