/**
 * `npm run soak`: small markets under random adversity, one a seed, on every core. Whatever breaks a law, does not come to
 * rest, or leaves an accept unanswered is printed and kept in test/fixtures/scenarios, which the tests run from then on.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Command, InvalidArgumentError } from 'commander'
import { keepScenario, keptScenario } from './kept.js'
import { type Verdict, verdictOn, verdictOnSeed } from './verdict.js'

const wholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number, 0 or more.')
  return number
}

const { seeds, from, seed, scenario } = new Command('soak')
  .description('Run small markets under random faults and check every law at every step.')
  .option('--seeds <n>', 'how many seeds to run', wholeNumber, 2_000)
  .option('--from <k>', 'the first seed', wholeNumber, 0)
  .option('--seed <text>', 'run this seed alone')
  .option('--scenario <file>', 'run a kept scenario alone')
  .parse()
  .opts<{ seeds: number; from: number; seed?: string; scenario?: string }>()

const verdicts = await chosen()
const failed = verdicts.filter(({ failures }) => failures.length > 0).length
const sumOf = (count: 'steps' | 'sales') => verdicts.reduce((sum, verdict) => sum + verdict[count], 0)
console.log(`${verdicts.length} markets, ${sumOf('steps')} steps, ${sumOf('sales')} sales, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function chosen(): Promise<readonly Verdict[]> {
  if (scenario !== undefined) return told(verdictOn(keptScenario(scenario).options))
  if (seed !== undefined) return told(verdictOnSeed(seed))
  return runAll(Array.from({ length: seeds }, (_, index) => String(from + index)))
}

function told(verdict: Verdict): readonly Verdict[] {
  tell(verdict)
  return [verdict]
}

/** Shares the seeds out among the cores, one at a time. */
async function runAll(all: readonly string[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  let next = 0
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url))
      const give = () => (next < all.length ? worker.postMessage(all[next++]) : worker.postMessage(undefined))
      worker.on('message', (verdict: Verdict) => {
        verdicts.push(verdict)
        tell(verdict)
        progress(verdicts.length, all.length)
        give()
      })
      worker.on('error', reject)
      worker.on('exit', () => resolve())
      give()
    })
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), all.length) }, work))
  return verdicts
}

function tell({ options, failures }: Verdict): void {
  if (failures.length === 0) return
  const file = keepScenario({ options, failures })
  console.log(`\nseed ${options.seed} failed:`)
  for (const failure of failures) console.log(`  ${failure}`)
  console.log(`  its options: ${JSON.stringify(options)}`)
  console.log(`  kept in ${file}; run it alone: npm run soak -- --scenario ${file}`)
}

function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r${done} of ${all} markets${done === all ? '\n' : ''}`)
}
