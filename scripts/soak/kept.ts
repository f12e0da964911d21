import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SimulationOptions } from '../../src/sim/simulation.js'

/** A market that once failed, and how: kept so that it is run for ever after. */
export interface KeptScenario {
  readonly options: SimulationOptions
  readonly failures: readonly string[]
}

const folder = join('test', 'fixtures', 'scenarios')

/** Writes the scenario, and returns where. Called from the root of the repository, as npm calls scripts. */
export function keepScenario(scenario: KeptScenario): string {
  mkdirSync(folder, { recursive: true })
  const name = `seed-${scenario.options.seed.replace(/[^a-z0-9-]+/gi, '-')}.json`
  const path = join(folder, name)
  writeFileSync(path, `${JSON.stringify(scenario, null, 2)}\n`)
  return path
}

/** @throws the file system's error, or a SyntaxError, when `path` holds no scenario. */
export function keptScenario(path: string): KeptScenario {
  return JSON.parse(readFileSync(path, 'utf8')) as KeptScenario
}
