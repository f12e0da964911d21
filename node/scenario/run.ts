/** `overage swarm test` from its files to its exit code. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { z } from 'zod'
import { exitCodes, UsageError } from '../errors.js'
import { assertWritable } from '../flag-values.js'
import { seconds } from '../format.js'
import { Interruption } from '../interruption.js'
import type { Swarm } from '../swarm/swarm.js'
import { junitOf } from './junit.js'
import { play, type ScenarioResult, type StepResult, sentenceOf } from './play.js'
import { readScenario, type Scenario } from './read.js'
import { scenarioSchema } from './schema.js'

export interface TestFlags {
  readonly only?: string
  readonly list?: boolean
  readonly schema?: boolean
  readonly junit?: string
  readonly json?: string
}

/** Sets the exit code. @throws UsageError before anything runs, NodeStartError when a swarm does not start. */
export async function testSwarm(
  files: readonly string[],
  { only, list, schema, junit, json }: TestFlags,
): Promise<void> {
  const say = (text: string): void => void process.stdout.write(text)
  if (schema) {
    say(`${JSON.stringify(z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }), undefined, 2)}\n`)
    return
  }
  if (files.length === 0)
    throw new UsageError('no scenario: name a file', { advice: 'such as scripts/scenarios/killed-seller.yaml' })
  const all = await Promise.all(files.map((file) => readScenario(file)))
  const chosen = all.filter(({ name }) => only === undefined || name.includes(only))
  if (chosen.length === 0)
    throw new UsageError(`no scenario is called ${only}`, { advice: all.map(({ name }) => name).join(', ') })
  if (list) {
    for (const { name, file, steps } of chosen)
      say(`${name}  ${pc.dim(file)}\n${steps.map((step) => `  ${sentenceOf(step)}\n`).join('')}`)
    return
  }
  for (const file of [junit, json]) if (file !== undefined) await assertWritable(file)
  const results = await playAll(chosen, say)
  if (results === undefined) {
    process.exitCode = exitCodes.interrupted
    return
  }
  if (junit !== undefined) await writeFile(junit, junitOf(results))
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`)
  process.exitCode = results.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed
}

/** Undefined when interrupted. */
async function playAll(scenarios: readonly Scenario[], say: (text: string) => void) {
  let swarm: Swarm | undefined
  const interruption = new Interruption({ stop: async () => swarm?.stop(), kill: () => swarm?.kill() })
  const results: ScenarioResult[] = []
  try {
    for (const scenario of scenarios) {
      const folder = join(await mkdtemp(join(tmpdir(), 'overage-scenario-')), 'swarm')
      say(`${pc.bold(scenario.name)}  ${pc.dim(folder)}\n`)
      const result = await play(scenario, {
        folder,
        onStep: (step) => say(lineOf(step, folder)),
        onSwarm: (started) => {
          swarm = started
        },
      })
      if (interruption.happened) return undefined
      results.push(result)
    }
    return results
  } catch (error) {
    if (interruption.happened) return undefined
    throw error
  } finally {
    interruption.end()
  }
}

function lineOf({ what, atMs, tookMs, misses }: StepResult, folder: string): string {
  const isMet = misses.length === 0
  const head = `  ${isMet ? pc.green('✔') : pc.red('✘')} ${seconds(atMs).padStart(7)}  ${what}${tookMs > 500 ? pc.dim(`  took ${seconds(tookMs)}`) : ''}\n`
  const lines = misses.map(({ expected, seen }) => `      expected ${expected}; seen: ${seen}\n`)
  return isMet ? head : `${head}${lines.join('')}      logs: ${folder}/*.jsonl\n`
}
