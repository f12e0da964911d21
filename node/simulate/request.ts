/** What `overage simulate` was asked for, checked: flags in, runs and their output out. */
import { cpus } from 'node:os'
import type { SimulationOptions } from '../../src/sim/options.js'
import { indivisibleBy } from '../../src/sim/part.js'
import { UsageError } from '../errors.js'
import { countField } from '../fields.js'
import { assertWritable, numberOf } from '../flag-values.js'
import { threadsWorth } from '../simulation/parallel.js'
import type { SimulateFlags } from './flags.js'
import { simulationOptionsOf } from './options.js'

export interface SimulateRequest {
  /** One market, or one for each seed. */
  readonly runs: readonly SimulationOptions[]
  /** Whether `--seeds` was given: the report is then about all of them together. */
  readonly many: boolean
  readonly workers: number
  /** On how many threads one market runs. */
  readonly threads: number
  /** The folder for every node's trace. */
  readonly trace: string | undefined
  /** Where the report goes as JSON; `-` is standard output. */
  readonly json: string | undefined
  readonly quiet: boolean
  /** What does the same again, to be typed. */
  readonly command: string
}

/** @throws UsageError naming the flag, or the file and the field in it. */
export async function simulateRequestOf(flags: SimulateFlags): Promise<SimulateRequest> {
  const options = await simulationOptionsOf(flags)
  const seeds = wholeOf(flags.seeds, '--seeds', 10_000)
  const { trace } = flags
  if (trace !== undefined && (options.fast || seeds !== undefined)) {
    const reason = options.fast ? '--fast makes no bytes to record' : 'traces are of one market, --seeds asks for many'
    throw new UsageError(`--trace: ${reason}`, { advice: `leave ${options.fast ? '--fast' : '--seeds'} out` })
  }
  const json = flags.json === true ? '-' : flags.json
  if (json !== undefined && json !== '-') await assertWritable(json)
  return {
    runs:
      seeds === undefined
        ? [options]
        : Array.from({ length: seeds }, (_, index) => ({ ...options, seed: `${options.seed}-${index + 1}` })),
    many: seeds !== undefined,
    workers: workersOf(flags.workers),
    threads: threadsOf(flags, options),
    trace,
    json,
    quiet: (flags.quiet ?? false) || json === '-',
    command: commandOf(flags),
  }
}

/** How many simulations run at once. @throws UsageError when that is no number from 1 to 64. */
export const workersOf = (given: string | undefined): number =>
  wholeOf(given, '--workers', 64) ?? Math.max(1, cpus().length)

const threadsMax = 64

/**
 * On how many threads a single market runs: as many as there are cores, where it is large enough and can be divided.
 *
 * @throws UsageError when more than one is asked for and the market needs to be on one.
 */
function threadsOf(flags: SimulateFlags, options: SimulationOptions): number {
  const given = wholeOf(flags.threads, '--threads', threadsMax)
  const reason = undividedFor(flags, options)
  if (given !== undefined && given > 1 && reason !== undefined)
    throw new UsageError(`--threads: ${reason}`, { advice: 'leave --threads out' })
  return given ?? (reason === undefined ? threadsWorth(options, Math.min(cpus().length, threadsMax)) : 1)
}

function undividedFor({ seeds, trace }: SimulateFlags, options: SimulationOptions): string | undefined {
  if (seeds !== undefined) return 'with --seeds each market has one thread, and --workers says how many run at once'
  if (trace !== undefined) return 'a market that is traced has one thread'
  return indivisibleBy(options)
}

function wholeOf(given: string | undefined, flag: string, max: number): number | undefined {
  return given === undefined ? undefined : numberOf({ given, flag, schema: countField({ min: 1, max }) })
}

/** Flags that change what is said, not what happens. */
const silent: readonly string[] = [
  'json',
  'quiet',
  'workers',
  'threads',
  'trace',
] satisfies readonly (keyof SimulateFlags)[]

function commandOf(flags: SimulateFlags): string {
  const given = Object.entries(flags).flatMap(([name, value]: [string, string | boolean | readonly string[]]) => {
    if (silent.includes(name) || value === false || isDefault(name, value)) return []
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === true) return [flag]
    return [value].flat().map((text) => `${flag} ${quoted(String(text))}`)
  })
  return ['overage simulate', ...given].join(' ')
}

const isDefault = (name: string, value: unknown): boolean =>
  (name === 'check' && value === 'end') || (name === 'timeLimit' && value === simulateDefaults.timeLimit)

const quoted = (text: string): string => (/^[\w.%@/=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** What the command line says where nothing is said. */
export const simulateDefaults = { seed: 'demo', check: 'end', timeLimit: '1h' } as const
