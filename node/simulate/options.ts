/** A simulation as its flags describe it. */
import { z } from 'zod'
import { internetRules, lanRules, type Rules } from '../../src/agent/rules.js'
import { type FaultOptions, noFaults } from '../../src/sim/faults.js'
import { internetNetwork, lanNetwork, type NetworkOptions } from '../../src/sim/network.js'
import { defaultSimulation, type SimulationOptions, shardsFor } from '../../src/sim/options.js'
import { type Population, referencePopulation } from '../../src/sim/population.js'
import { millis } from '../../src/units.js'
import { UsageError } from '../errors.js'
import { countField, realField } from '../fields.js'
import { numberOf, valueIn } from '../flag-values.js'
import { checkInput, checkValue, readInput } from '../input.js'
import {
  amountSpanField,
  durationField,
  durationSpanField,
  partitionField,
  shareField,
  timedShareField,
} from '../notation.js'
import { rulesField, rulesWith } from '../rules-fields.js'
import type { SimulateFlags } from './flags.js'

/** Buyers, and as many sellers: what 8 GB of memory hold. */
export const buyersMax = 200_000
const shardsMax = 100_000
/** As many sellers for each buyer as the reference market has. */
const sellersPerBuyer = defaultSimulation.sellers / defaultSimulation.buyers
/** Where faults are asked for without their times. */
const heldBackMs = millis(500)
const slowMs = millis(300)
/** Rounds into a market between which nodes crash. */
const crashRounds = { from: 2, to: 20 }
const downMs = { min: millis(1_000), max: millis(10_000) }
/** More than one, so that no shard becomes a market of its own. */
const shardsHeardDefault = 2

/** @throws UsageError naming the flag, or the file of rules and the field in it. */
export async function simulationOptionsOf(flags: SimulateFlags): Promise<SimulationOptions> {
  const { seed, strategy, reservePolicy, fast = false, check } = flags
  if (seed === '' || seed.length > 64) throw new UsageError('--seed: must be 1 to 64 characters')
  const buyers = count(flags.buyers, '--buyers', { max: buyersMax }) ?? defaultSimulation.buyers
  const rules = await rulesOf(flags)
  const sellers =
    count(flags.sellers, '--sellers', { max: buyersMax }) ?? Math.max(1, Math.round(buyers * sellersPerBuyer))
  const { supplyRatio } = flags
  const ratio = { given: supplyRatio, flag: '--supply-ratio', schema: realField({ above: 0, max: 100 }) }
  const limit = { min: 1_000, max: 86_400_000, said: 'from 1s to 24h' }
  return {
    ...defaultSimulation,
    seed,
    buyers,
    sellers,
    supplyRatio: supplyRatio === undefined ? defaultSimulation.supplyRatio : numberOf(ratio),
    population: populationOf(flags),
    rules,
    strategy: strategy ?? defaultSimulation.strategy,
    policy: reservePolicy ?? defaultSimulation.policy,
    network: networkOf(flags),
    faults: faultsOf(flags, rules),
    ...shardsOf(flags, sellers),
    fast,
    check,
    elapsedMsMax: valueIn({ given: flags.timeLimit, flag: '--time-limit', schema: durationField('10min', limit) }),
  }
}

function shardsOf(flags: SimulateFlags, sellers: number): Pick<SimulationOptions, 'shards' | 'shardsHeard'> {
  const heard = count(flags.shardsHeard, '--shards-heard', { max: shardsMax })
  const { shards, shardsHeard } =
    flags.shards === 'auto'
      ? shardsFor(sellers)
      : { shards: count(flags.shards, '--shards', { max: shardsMax }) ?? 1, shardsHeard: shardsHeardDefault }
  return { shards, shardsHeard: Math.min(heard ?? shardsHeard, shards) }
}

function count(given: string | undefined, flag: string, { max }: { readonly max: number }): number | undefined {
  return given === undefined ? undefined : numberOf({ given, flag, schema: countField({ min: 1, max }) })
}

/** The value of a flag that is there. */
function optional<T>(given: string | undefined, flag: string, schema: z.ZodType<T, unknown>): T | undefined {
  return given === undefined ? undefined : valueIn({ given, flag, schema })
}

function populationOf({ budget: given }: SimulateFlags): Population {
  const budget = optional(given, '--budget', amountSpanField('40..400'))
  return budget === undefined ? referencePopulation : { ...referencePopulation, budget: [budget.min, budget.max] }
}

async function rulesOf({ rules = [], lan = false, view, epsilon }: SimulateFlags): Promise<Rules> {
  let result = lan ? lanRules : internetRules
  for (const given of rules) {
    const changes = given.includes('=') ? namedRule(given) : await rulesInFile(given)
    result = rulesWith(result, changes)
  }
  const { viewMax, epsilon: fee } = rulesField.shape
  return rulesWith(result, {
    ...(view !== undefined && { viewMax: numberOf({ given: view, flag: '--view', schema: viewMax.unwrap() }) }),
    ...(epsilon !== undefined && { epsilon: numberOf({ given: epsilon, flag: '--epsilon', schema: fee.unwrap() }) }),
  })
}

function namedRule(given: string): z.infer<typeof rulesField> {
  const [key = '', value = ''] = given.split('=', 2)
  const number = value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value)
  const schema = z.object({ '--rules': rulesField })
  return checkValue({ '--rules': { [key.trim()]: number } }, { source: 'command line', schema })['--rules']
}

async function rulesInFile(file: string): Promise<z.infer<typeof rulesField>> {
  const example = 'overage simulate --rules calmRounds=3'
  return checkInput(await readInput(file, { example }), rulesField)
}

function networkOf(flags: SimulateFlags): NetworkOptions {
  const base = flags.lan ? lanNetwork : internetNetwork
  const latency = optional(flags.latency, '--latency', durationSpanField('20..200 or 1ms..5ms'))
  const reorder = optional(flags.reorder, '--reorder', timedShareField('5% or 5%@500ms'))
  const slow = optional(flags.slow, '--slow', timedShareField('10% or 10%@300ms'))
  return {
    ...base,
    latencyMsMin: latency?.min ?? base.latencyMsMin,
    latencyMsMax: latency?.max ?? base.latencyMsMax,
    jitterMs: optional(flags.jitter, '--jitter', durationField('20ms')) ?? base.jitterMs,
    lossPerMille: optional(flags.loss, '--loss', shareField('1%')) ?? base.lossPerMille,
    duplicatePerMille: optional(flags.duplicate, '--duplicate', shareField('2%')) ?? base.duplicatePerMille,
    ...(reorder !== undefined && { reorderPerMille: reorder.perMille, reorderMsMax: reorder.ms ?? heldBackMs }),
    ...(slow !== undefined && { slowPerMille: slow.perMille, slowMs: slow.ms ?? slowMs }),
    clockSkewMsMax: optional(flags.skew, '--skew', durationField('500ms')) ?? base.clockSkewMsMax,
  }
}

function faultsOf(flags: SimulateFlags, rules: Rules): FaultOptions {
  const { crash, down, powerLoss, partition = [] } = flags
  if (crash === undefined && (down !== undefined || powerLoss !== undefined)) {
    const flag = down === undefined ? '--power-loss' : '--down'
    throw new UsageError(`${flag}: says how nodes crash, and none does`, { advice: 'add --crash 20%' })
  }
  const partitions = partition.map((given) => valueIn({ given, flag: '--partition', schema: partitionField }))
  if (crash === undefined) return { ...noFaults, partitions }
  const downSpan = optional(down, '--down', durationSpanField('1s..10s')) ?? downMs
  return {
    crashPerMille: valueIn({ given: crash, flag: '--crash', schema: shareField('20%') }),
    crashFromMs: millis(crashRounds.from * rules.roundMs),
    crashToMs: millis(crashRounds.to * rules.roundMs),
    downMsMin: downSpan.min,
    downMsMax: downSpan.max,
    powerLossPerMille: optional(powerLoss, '--power-loss', shareField('50%')) ?? 0,
    partitions,
  }
}
