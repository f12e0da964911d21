/** `overage swarm test` from its files to its exit code. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pc from 'picocolors'
import { z } from 'zod'
import { exitCodes, UsageError } from '../errors.js'
import { assertWritable } from '../flag-values.js'
import { counted, seconds } from '../format.js'
import { Interruption } from '../interruption.js'
import { LiveLine } from '../live-line.js'
import type { Swarm } from '../swarm/swarm.js'
import { writeWhole } from '../whole-file.js'
import { junitOf } from './junit.js'
import { play } from './play.js'
import { readScenario, type Scenario } from './read.js'
import type { KeptResult, StepResult } from './result.js'
import { scenarioSchema } from './schema.js'
import { sentenceOf } from './sentence.js'

export interface TestFlags {
  readonly only?: string
  readonly list?: boolean
  readonly schema?: boolean
  readonly junit?: string
  readonly json?: string
  readonly folder?: string
}

/** Sets the exit code. @throws UsageError before anything runs, NodeStartError when a swarm does not start. */
export async function testSwarm(files: readonly string[], flags: TestFlags): Promise<void> {
  const { only, list, schema, junit, json, folder } = flags
  const print = (text: string): void => void process.stdout.write(text)
  if (schema) {
    print(`${JSON.stringify(z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }), undefined, 2)}\n`)
    return
  }
  if (files.length === 0)
    throw new UsageError('no scenario: name a file', { advice: 'such as scripts/scenarios/killed-seller.yaml' })
  const all = await Promise.all(files.map((file) => readScenario(file)))
  const chosen = all.filter(({ name }) => only === undefined || name.includes(only))
  if (chosen.length === 0)
    throw new UsageError(`no scenario is called ${only}`, { advice: all.map(({ name }) => name).join(', ') })
  if (folder !== undefined) assertApart(chosen)
  if (list) {
    for (const { name, file, steps } of chosen)
      print(`${name}  ${pc.dim(file)}\n${steps.map((step) => `  ${sentenceOf(step)}\n`).join('')}`)
    return
  }
  if (junit !== undefined) await assertWritable(junit, '--junit')
  if (json !== undefined && json !== '-') await assertWritable(json)
  const results: KeptResult[] = []
  const test = new Test({ folder, say: json === '-' ? () => {} : print })
  try {
    if (!(await test.run(chosen, results))) {
      process.exitCode = exitCodes.interrupted
      return
    }
  } finally {
    // Also when a swarm did not start: what is known by then is known. An interrupted run leaves no file.
    if (!test.interrupted) await writeResults(results, flags)
  }
  process.exitCode = results.every(({ passed }) => passed) ? exitCodes.done : exitCodes.failed
}

/** @throws UsageError when two scenarios would share a folder. */
function assertApart(scenarios: readonly Scenario[]): void {
  const names = scenarios.map(({ name }) => slugOf(name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new UsageError(`--folder: two scenarios would go to ${twice} there`, { advice: 'give them different names' })
}

async function writeResults(results: readonly KeptResult[], { junit, json }: TestFlags): Promise<void> {
  const text = `${JSON.stringify(results, undefined, 2)}\n`
  if (junit !== undefined) await writeWhole(junit, junitOf(results))
  if (json === '-') process.stdout.write(text)
  else if (json !== undefined) await writeWhole(json, text)
}

interface TestOptions {
  /** Where all stores and logs are kept, one folder a scenario; undefined: only those of what failed. */
  readonly folder: string | undefined
  readonly say: (text: string) => void
}

/** Scenarios played one after the other, until they are over or somebody has had enough. */
class Test {
  readonly #options: TestOptions
  readonly #ending = new AbortController()
  readonly #line = new LiveLine(process.stderr)
  #swarm: Swarm | undefined

  constructor(options: TestOptions) {
    this.#options = options
  }

  get interrupted(): boolean {
    return this.#ending.signal.aborted
  }

  /** Adds each result as it comes. False when interrupted. */
  async run(scenarios: readonly Scenario[], results: KeptResult[]): Promise<boolean> {
    const stop = async () => this.#ending.abort(new Error('interrupted'))
    const interruption = new Interruption({ stop, kill: () => this.#swarm?.kill() })
    try {
      for (const scenario of scenarios) results.push(await this.#play(scenario))
      this.#sum(results)
      return true
    } catch (error) {
      if (this.interrupted) return false
      throw error
    } finally {
      this.#line.end()
      interruption.end()
    }
  }

  async #play(scenario: Scenario): Promise<KeptResult> {
    const { folder: parent } = this.#options
    const slug = slugOf(scenario.name)
    const folder = join(parent ?? (await mkdtemp(join(tmpdir(), 'overage-scenario-'))), slug)
    let isWanted = parent !== undefined
    this.#say(`${pc.bold(scenario.name)}  ${pc.dim(scenario.file)}\n`)
    try {
      const result = await play(scenario, {
        folder,
        signal: this.#ending.signal,
        onWork: (what) => this.#line.show([scenario.name, what]),
        onStep: (step) => this.#say(lineOf(step)),
        onSwarm: (swarm) => {
          this.#swarm = swarm
        },
      })
      isWanted ||= !result.passed
      if (isWanted) this.#say(`    ${pc.dim(`stores and logs: ${folder}`)}\n`)
      return { ...result, folder: isWanted ? folder : null }
    } catch (error) {
      // A node that does not start is told of with where its log is.
      isWanted ||= !this.interrupted
      throw error
    } finally {
      this.#swarm = undefined
      if (!isWanted) await rm(dirname(folder), { recursive: true, force: true, maxRetries: 3 })
    }
  }

  #sum(results: readonly KeptResult[]): void {
    const failed = results.filter(({ passed }) => !passed)
    const names = failed.map(({ scenario }) => scenario).join(', ')
    const all = counted(results.length, 'scenario')
    this.#say(
      failed.length === 0
        ? `${pc.green('✔')} ${all}: all met\n`
        : `${pc.red('✘')} ${failed.length} of ${all} failed: ${names}\n`,
    )
  }

  #say(text: string): void {
    this.#line.end()
    this.#options.say(text)
  }
}

const slugOf = (name: string): string => name.replace(/[^\p{L}\p{N}_-]+/gu, '-')

function lineOf({ what, atMs, tookMs, misses }: StepResult): string {
  const mark = misses.length === 0 ? pc.green('✔') : pc.red('✘')
  const took = tookMs > 500 ? pc.dim(`  took ${seconds(tookMs)}`) : ''
  const lines = misses.map(({ expected, seen }) => `      expected ${expected}; seen: ${seen}\n`)
  return `  ${mark} ${seconds(atMs).padStart(7)}  ${what}${took}\n${lines.join('')}`
}
