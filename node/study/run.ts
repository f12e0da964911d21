/** `overage study` from its request to its exit code. */
import { join } from 'node:path'
import type { SimulationOptions } from '../../src/sim/options.js'
import { indivisibleBy } from '../../src/sim/part.js'
import { exitCodes } from '../errors.js'
import { counted } from '../format.js'
import { Interruption } from '../interruption.js'
import type { ProgressOutput } from '../live-line.js'
import { figuresOf } from '../simulation/figures.js'
import { threadsWorth } from '../simulation/parallel.js'
import { InterruptedError, type Runner } from '../simulation/pool.js'
import { Archive } from './archive.js'
import { writeStudy } from './output.js'
import { type Plan, planOf, resultsOf, runsOf } from './plan.js'
import { StudyProgress } from './progress.js'
import { printStudy } from './report.js'
import type { StudyRequest } from './request.js'
import { StudyRunner } from './runner.js'

/** Sets the exit code. What is done when a study is interrupted is kept, and not done again. */
export async function runStudies(request: StudyRequest): Promise<void> {
  const { folder, extent, seeds, workers } = request
  const archive = new Archive(join(folder, 'runs.jsonl'))
  if (archive.outdated > 0)
    process.stderr.write(`${counted(archive.outdated, 'run')} in ${folder} came from other code and are left out\n`)
  const plans = request.studies.map((study) => planOf(study, { extent, seeds }))
  const threadsOf = (market: SimulationOptions) =>
    indivisibleBy(market) === undefined ? threadsWorth(market, workers) : 1
  const runner = new StudyRunner({ workers, runs: plans.flatMap(runsOf), threadsOf })
  const interruption = new Interruption(runner)
  process.exitCode = exitCodes.done
  try {
    for (const plan of plans) {
      await completeRuns(plan, {
        archive,
        run: (market) => runner.run(market),
        isLarge: (market) => runner.isLarge(market),
        output: process.stderr,
      })
      const results = resultsOf(plan, (market) => archive.find(market)!)
      const rows = plan.study.rows(results)
      const files = await writeStudy(plan, { rows, folder, code: archive.code })
      process.stdout.write(`${printStudy(plan.study, rows, files)}\n`)
      const broken = brokenIn(plan, archive)
      for (const line of broken) process.stderr.write(`${line}\n`)
      if (broken.length > 0) process.exitCode = exitCodes.failed
    }
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    process.stderr.write('interrupted; what was done is kept: the same command goes on from there\n')
  } finally {
    await runner.stop()
    interruption.end()
    if (interruption.happened) process.exitCode = exitCodes.interrupted
  }
}

/** A line for each run in which a law was broken. */
function brokenIn({ study, points }: Plan, archive: Archive): readonly string[] {
  return points.flatMap(({ at, markets }) =>
    markets.flatMap((market) => {
      const { violations } = archive.find(market)!
      if (violations === 0) return []
      return [`${study.name} ${JSON.stringify(at)}, ${market.seed}: ${counted(violations, 'broken law')}`]
    }),
  )
}

export interface Completing {
  readonly archive: Archive
  readonly run: Runner
  /** Whether a market is to run alone. */
  readonly isLarge: (market: SimulationOptions) => boolean
  readonly output: ProgressOutput
}

/** Makes the runs of a plan that the archive does not have: small markets side by side, then large ones one by one. */
export async function completeRuns(plan: Plan, { archive, run, isLarge, output }: Completing): Promise<void> {
  const all = runsOf(plan)
  const missing = all.filter((market) => archive.find(market) === undefined)
  if (missing.length === 0) return
  const kept = all.length - missing.length
  const progress = new StudyProgress({ name: plan.study.name, runs: missing, kept, output })
  const ticking = setInterval(() => progress.show(), 200)
  const complete = async (market: SimulationOptions): Promise<void> => {
    archive.add(market, figuresOf(await run(market)))
    progress.finished(market)
  }
  try {
    await Promise.all(missing.filter((market) => !isLarge(market)).map(complete))
    for (const market of missing.filter(isLarge)) await complete(market)
  } finally {
    clearInterval(ticking)
    progress.end()
  }
}
