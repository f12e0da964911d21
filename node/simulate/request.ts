/** What `overage simulate` was asked for, checked: flags in, runs and their output out. */
import { cpus } from 'node:os'
import type { SimulationOptions } from '../../src/sim/options.js'
import { UsageError } from '../errors.js'
import { countField } from '../fields.js'
import { assertWritable, numberOf } from '../flag-values.js'
import type { SimulateFlags } from './flags.js'
import { simulationOptionsOf } from './options.js'

export interface SimulateRequest {
  /** One market, or one for each seed. */
  readonly runs: readonly SimulationOptions[]
  /** Whether `--seeds` was given: the report is then about all of them together. */
  readonly many: boolean
  readonly workers: number
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
    trace,
    json,
    quiet: (flags.quiet ?? false) || json === '-',
    command: commandOf(flags),
  }
}

/** How many simulations run at once. @throws UsageError when that is no number from 1 to 64. */
export const workersOf = (given: string | undefined): number =>
  wholeOf(given, '--workers', 64) ?? Math.max(1, cpus().length)

function wholeOf(given: string | undefined, flag: string, max: number): number | undefined {
  return given === undefined ? undefined : numberOf({ given, flag, schema: countField({ min: 1, max }) })
}

/** Flags that change what is said, not what happens. */
const silent: readonly string[] = ['json', 'quiet', 'workers', 'trace'] satisfies readonly (keyof SimulateFlags)[]

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
