/** `overage simulate` from its request to its exit code. */
import { writeFile } from 'node:fs/promises'
import type { SimulationProgress } from '../../src/sim/simulation.js'
import { exitCodes } from '../errors.js'
import { counted, grouped, percent, seconds } from '../format.js'
import { Interruption } from '../interruption.js'
import { LiveLine } from '../live-line.js'
import { type Figures, figuresOf, isSound } from '../simulation/figures.js'
import type { FinishedRun } from '../simulation/messages.js'
import { ParallelSimulation } from '../simulation/parallel.js'
import { InterruptedError, SimulationPool, type SimulationRunner } from '../simulation/pool.js'
import { layOutTraces } from '../trace-file.js'
import { jsonOf, manyJsonOf } from './json.js'
import { printMany, printSimulation } from './report.js'
import type { SimulateRequest } from './request.js'

/** Sets the exit code. @throws CommandError when the machine does not carry the market. */
export async function runSimulate(request: SimulateRequest): Promise<void> {
  const { runs, workers, threads, trace } = request
  if (trace !== undefined) layOutTraces(trace)
  const runner = threads > 1 ? new ParallelSimulation(threads) : new SimulationPool({ threads: workers, runs })
  const interruption = new Interruption(runner)
  const line = new LiveLine(process.stderr)
  try {
    const sound = request.many ? await runMany(request, runner, line) : await runOne(request, runner, line)
    process.exitCode = sound ? exitCodes.done : exitCodes.failed
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
  } finally {
    line.end()
    await runner.stop()
    interruption.end()
    if (interruption.happened) process.exitCode = exitCodes.interrupted
  }
}

async function runOne(request: SimulateRequest, runner: SimulationRunner, line: LiveLine): Promise<boolean> {
  const options = request.runs[0]!
  const started = performance.now()
  const run = await runner.run(options, {
    onProgress: (progress) => {
      if (!request.quiet) line.show(progressLine(progress, performance.now() - started))
    },
    trace: request.trace,
  })
  line.end()
  if (request.quiet) complain([{ seed: options.seed, figures: figuresOf(run) }])
  else process.stdout.write(printSimulation({ ...run, options, command: request.command, trace: request.trace }))
  await write(jsonOf({ ...run, options, command: request.command }), request.json)
  return isSound(figuresOf(run))
}

function progressLine({ elapsedMs, offers, offersOpen, soldShare, steps }: SimulationProgress, realMs: number) {
  return [
    `${seconds(elapsedMs)} of market time`,
    `offers open ${grouped(offersOpen)}/${grouped(offers)}`,
    `sold ${percent(soldShare)}`,
    `${grouped(Math.round((steps * 1_000) / Math.max(1, realMs)))} steps/s`,
    seconds(realMs),
  ]
}

async function runMany(request: SimulateRequest, runner: SimulationRunner, line: LiveLine): Promise<boolean> {
  const { runs } = request
  let done = 0
  const started = performance.now()
  const show = (): void => {
    if (request.quiet) return
    line.show([`${done}/${counted(runs.length, 'market')}`, seconds(performance.now() - started)])
  }
  show()
  const ticking = setInterval(show, 100)
  try {
    const all = await Promise.all(
      runs.map(async (options) => {
        const run: FinishedRun = await runner.run(options)
        done += 1
        return { seed: options.seed, figures: figuresOf(run) }
      }),
    )
    line.end()
    const realMs = Math.round(performance.now() - started)
    const report = { runs: all, options: runs[0]!, command: request.command, realMs }
    if (request.quiet) complain(all)
    else process.stdout.write(printMany(report))
    await write(manyJsonOf(report), request.json)
    return all.every(({ figures }) => isSound(figures))
  } finally {
    clearInterval(ticking)
  }
}

/** What is said even when nothing should be. */
function complain(runs: readonly { readonly seed: string; readonly figures: Figures }[]): void {
  for (const { seed, figures } of runs) {
    if (!figures.ended) process.stderr.write(`seed "${seed}": the market did not end in time\n`)
    if (figures.violations > 0)
      process.stderr.write(`seed "${seed}": ${counted(figures.violations, 'broken law')}; run it alone to see which\n`)
  }
}

async function write(value: unknown, file: string | undefined): Promise<void> {
  const text = `${JSON.stringify(value, undefined, 2)}\n`
  if (file === '-') process.stdout.write(text)
  else if (file !== undefined) await writeFile(file, text)
}
