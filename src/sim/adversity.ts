/** Random adversity, drawn from a seed: small markets under everything that may go wrong at once. */
import { internetRules, lanRules, type Rules } from '../agent/rules.js'
import { policyNames } from '../mechanism/reserve.js'
import { strategyNames } from '../mechanism/strategy.js'
import { millis } from '../units.js'
import type { FaultOptions, Partition } from './faults.js'
import type { NetworkOptions } from './network.js'
import { type Population, referencePopulation } from './population.js'
import { Prng } from './prng.js'
import type { SimulationOptions } from './simulation.js'

/**
 * One market to soak: 3–14 buyers, 2–6 sellers, and of each fault, as chance has it, none, some or much. Equal seeds give
 * equal markets.
 */
export function randomFaults(seed: string): SimulationOptions {
  const random = new Prng(`adversity ${seed}`)
  const shards = oneOf(random, [1, 1, 2])
  return {
    seed,
    buyers: random.between(3, 14),
    sellers: random.between(2, 6),
    supplyRatio: random.between(3, 14) / 10,
    population: populationFrom(random),
    rules: rulesFrom(random),
    strategy: oneOf(random, ['minimal-pool', ...strategyNames]),
    policy: oneOf(random, ['tracking', ...policyNames]),
    network: networkFrom(random),
    faults: faultsFrom(random),
    shards,
    shardsHeard: shards,
    fast: false,
    check: 'every-step',
    misreport: undefined,
    elapsedMsMax: millis(3_600_000),
  }
}

function populationFrom(random: Prng): Population {
  return chance(random, 400) ? { ...referencePopulation, budget: [20, random.between(40, 400)] } : referencePopulation
}

/** Small bounds, so that markets of a dozen run into them. */
function rulesFrom(random: Prng): Rules {
  const viewMax = random.between(1, 8)
  const tight = { participantsMax: random.between(2, 6), offersMax: random.between(2, 6) }
  return { ...oneOf(random, [lanRules, internetRules]), viewMax, ...(chance(random, 250) && tight) }
}

function networkFrom(random: Prng): NetworkOptions {
  const latencyMsMin = millis(random.between(1, 50))
  return {
    latencyMsMin,
    latencyMsMax: millis(latencyMsMin + random.between(0, 300)),
    jitterMs: millis(sometimes(random, 100)),
    lossPerMille: sometimes(random, 300),
    duplicatePerMille: sometimes(random, 300),
    reorderPerMille: sometimes(random, 300),
    reorderMsMax: millis(random.between(1, 3_000)),
    slowPerMille: sometimes(random, 200),
    slowMs: millis(random.between(100, 3_000)),
    clockSkewMsMax: millis(sometimes(random, 30_000)),
    gossip: { degree: 2 * random.between(1, 3), hopMs: millis(random.between(0, 5)) },
  }
}

function faultsFrom(random: Prng): FaultOptions {
  const crashFromMs = millis(random.between(0, 5_000))
  const downMsMin = millis(random.between(1, 2_000))
  return {
    crashPerMille: sometimes(random, 600),
    crashFromMs,
    crashToMs: millis(crashFromMs + random.between(0, 30_000)),
    downMsMin,
    downMsMax: millis(downMsMin + oneOf(random, [0, 5_000, 30_000, 150_000])),
    powerLossPerMille: sometimes(random, 1_000),
    partitions: Array.from({ length: oneOf(random, [0, 0, 1, 2]) }, () => partitionFrom(random)),
  }
}

const partitionFrom = (random: Prng): Partition => ({
  atMs: millis(random.between(0, 20_000)),
  forMs: millis(random.between(500, 40_000)),
  groups: random.between(2, 3),
})

/** Nothing half of the time, else up to `most`. */
const sometimes = (random: Prng, most: number): number => (chance(random, 500) ? 0 : random.between(1, most))

const chance = (random: Prng, perMille: number): boolean => random.below(1_000) < perMille

const oneOf = <T>(random: Prng, choices: readonly T[]): T => choices[random.below(choices.length)]!
