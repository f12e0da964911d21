/**
 * `npm run soak`: small markets under random adversity, one a seed, on every core. Whatever breaks a law, does not come to
 * rest, or leaves an accept unanswered is printed and kept in test/fixtures/scenarios, which the tests run from then on.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Command, InvalidArgumentError } from 'commander'
import { keepScenario } from './kept.js'
import { type Verdict, verdictOn } from './verdict.js'

const wholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('Give a whole number, 0 or more.')
  return number
}

const options = new Command('soak')
  .description('Run small markets under random faults and check every law at every step.')
  .option('--seeds <n>', 'how many seeds to run', wholeNumber, 2_000)
  .option('--from <k>', 'the first seed', wholeNumber, 0)
  .option('--seed <text>', 'run this seed alone')
  .parse()
  .opts<{ seeds: number; from: number; seed?: string }>()

const seeds =
  options.seed === undefined
    ? Array.from({ length: options.seeds }, (_, index) => String(options.from + index))
    : [options.seed]
const { failed, sales, steps } = seeds.length === 1 ? total([verdictOn(seeds[0]!)]) : total(await runAll(seeds))
console.log(`${seeds.length} markets, ${steps} steps, ${sales} sales, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function total(verdicts: readonly Verdict[]) {
  let [failed, sales, steps] = [0, 0, 0]
  for (const verdict of verdicts) {
    if (verdict.failures.length > 0) failed += 1
    sales += verdict.sales
    steps += verdict.steps
  }
  if (verdicts.length === 1) tell(verdicts[0]!)
  return { failed, sales, steps }
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

function tell({ options: scenario, failures }: Verdict): void {
  if (failures.length === 0) return
  const { seed } = scenario
  const file = keepScenario({ options: scenario, failures })
  console.log(`\nseed ${seed} failed:`)
  for (const failure of failures) console.log(`  ${failure}`)
  console.log(`  its options: ${JSON.stringify(scenario)}`)
  console.log(`  kept in ${file}; run it alone: npm run soak -- --seed ${JSON.stringify(seed)}`)
}

function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r${done} of ${all} markets${done === all ? '\n' : ''}`)
}
