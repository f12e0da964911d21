/** `overage simulate` and `overage study` as people run them, from the build. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type * as Parallel from '../../node/simulation/parallel.js'
import type * as Runner from '../../node/study/runner.js'
import { defaultSimulation, shardsFor, simulate } from '../../src/sim/simulation.js'
import { type Ended, endAll, start } from './command.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-simulate-'))
})
afterEach(endAll)
afterAll(() => rm(folder, { recursive: true }))

const overage = (...args: readonly string[]): Promise<Ended> => start(args).ended

/** Threads are started from the build alone. */
const built = <Module>(file: string): Promise<Module> =>
  import(pathToFileURL(join('dist', file)).href) as Promise<Module>

const small = ['simulate', '--buyers', '12', '--sellers', '5', '--lan']

describe('overage simulate', () => {
  it('gives the same market for the same seed, and another for another', async () => {
    const seeds = ['one', 'one', 'two']
    const runs = await Promise.all(seeds.map((seed) => overage(...small, '--seed', seed, '--json')))
    const digests = runs.map(({ code, out, err }) => {
      expect({ code, err }).toEqual({ code: 0, err: '' })
      return (JSON.parse(out) as { digest: string }).digest
    })
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests[1]).toBe(digests[0])
    expect(digests[2]).not.toBe(digests[0])
  })

  it('says for programs how good the market was and what it cost, in numbers, and what repeats it', async () => {
    const file = join(folder, 'report.json')
    const { code, out } = await overage(...small, '--loss', '5%', '--json', file)
    expect(code).toBe(0)
    expect(out).toContain('no law broken')
    const report = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const names = ['welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'directMessagesPerNode', 'gossipMessagesPerNode']
    const more = [
      'maxRegretOverEpsilon',
      'violations',
      'realMs',
      'virtualMs',
      'soldShare',
      'meanPrice',
      'clearingPrice',
    ]
    for (const name of [...names, ...more, 'directBytesPerNode']) expect(report[name]).toEqual(expect.any(Number))
    expect(report['options']).toMatchObject({ buyers: 12, network: { lossPerMille: 50 } })
    const command = String(report['command'])
    expect(command).toBe('overage simulate --seed demo --buyers 12 --sellers 5 --lan --loss 5%')
    const again = await overage(...command.split(' ').slice(1), '--json')
    expect(JSON.parse(again.out)).toMatchObject({ digest: report['digest'] })
  })

  it('keeps a trace of every node that replays identically, and changes nothing by it', async () => {
    const traces = join(folder, 'traces')
    const [plain, traced] = await Promise.all([
      overage(...small, '--json'),
      overage(...small, '--json', '--trace', traces),
    ])
    const digests = [plain!, traced!].map(({ out }) => (JSON.parse(out) as { digest: string }).digest)
    expect(digests[0]).toBe(digests[1])
    const { code, out } = await overage('replay', traces, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ identical: true, traces: 17 })
  })

  it('holds a market for each seed, whatever the number of threads', async () => {
    const many = [...small, '--fast', '--seeds', '3', '--json']
    const [one, two] = await Promise.all([overage(...many, '--workers', '1'), overage(...many, '--workers', '2')])
    const [first, second] = [one!, two!].map(({ code, out }) => {
      expect(code).toBe(0)
      return JSON.parse(out) as { runs: { digest: string }[]; summary: unknown }
    })
    expect(first!.runs.map(({ digest }) => digest)).toEqual(second!.runs.map(({ digest }) => digest))
    expect(first!.summary).toEqual(second!.summary)
    expect(first!.summary).toMatchObject({ welfareShare: { count: 3 } })
  })

  it.each([[], ['--fast']])('comes to the same on one thread and on two (%j)', async (...flags) => {
    const market = [...small, ...flags, '--crash', '30%', '--partition', '2s@1s', '--json']
    const [one, two] = await Promise.all(['1', '2'].map((threads) => overage(...market, '--threads', threads)))
    const [first, second] = [one!, two!].map(({ code, out }) => {
      expect(code).toBe(0)
      return { ...(JSON.parse(out) as { ended: boolean }), realMs: 0 }
    })
    expect(second).toEqual(first)
    expect(first).toMatchObject({ ended: true })
  })

  it('stops at once whatever its threads wait for', async () => {
    const { ParallelSimulation } = await built<typeof Parallel>('node/simulation/parallel.js')
    const simulation = new ParallelSimulation(2)
    const options = { ...defaultSimulation, buyers: 2_000, sellers: 800, ...shardsFor(800), fast: true }
    const run = simulation.run(options, { onProgress: () => void simulation.stop() })
    await expect(run).rejects.toMatchObject({ name: 'InterruptedError' })
    await expect(simulation.run(options)).rejects.toMatchObject({ name: 'InterruptedError' })
  })

  it("holds a study's large markets on several threads, small ones on one, and gives what one thread gives", async () => {
    const { StudyRunner } = await built<typeof Runner>('node/study/runner.js')
    const runs = [8, 24].map((buyers) => ({ ...defaultSimulation, buyers, sellers: 6, ...shardsFor(6), fast: true }))
    const runner = new StudyRunner({ workers: 2, runs, threadsOf: ({ buyers }) => (buyers > 10 ? 2 : 1) })
    try {
      expect(runs.map((market) => runner.isLarge(market))).toEqual([false, true])
      for (const market of runs) expect((await runner.run(market)).report).toEqual(simulate(market))
    } finally {
      await runner.stop()
    }
    await expect(runner.run(runs[1]!)).rejects.toMatchObject({ name: 'InterruptedError' })
  })

  it('exits with 1 when the market does not end in time', async () => {
    const { code, out, err } = await overage(...small, '--time-limit', '1s', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ ended: false })
    expect(err).toContain('seed "demo": the market did not end in time')
  })

  it('exits with 2 when it was asked wrongly, naming the flag', async () => {
    const { code, out, err } = await overage(...small, '--latency', 'fast')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(
      'error: command line: --latency: must be a range of times up to 1h, such as 20..200 or 1ms..5ms, got "fast"\n',
    )
  })

  it.each(['simulate', 'study'])('explains %s with examples', async (command) => {
    const { code, out } = await overage(command, '--help')
    expect(code).toBe(0)
    expect(out).toContain('Examples:')
  })

  it('stops on Ctrl-C and exits with 130', async () => {
    const { child, ended } = start(['study', 'strategies', '--quick', '--out', join(folder, 'stopped')])
    // The first line of progress: markets are being held.
    child.stderr?.once('data', () => child.kill('SIGINT'))
    const { code, err } = await ended
    expect(code).toBe(130)
    expect(err).toContain('the same command goes on from there')
    expect(await readFile(join(folder, 'stopped', 'runs.jsonl'), 'utf8')).toContain('"welfareShare"')
  })
})

describe('overage study', () => {
  it('writes table and pictures, the same from the runs that it kept as from those that it made', async () => {
    const out = join(folder, 'studies')
    const read = async () => {
      const names = (await readdir(out)).sort()
      return Promise.all(names.map(async (name) => [name, await readFile(join(out, name), 'utf8')]))
    }
    const study = ['study', 'epsilon', '--quick', '--seeds', '2', '--out', out]
    const made = await overage(...study)
    expect(made.code).toBe(0)
    expect(made.err).toContain('6/6 runs')
    const files = await read()
    expect(files.map(([name]) => name)).toEqual([
      'epsilon-bids.svg',
      'epsilon-welfare.svg',
      'epsilon.csv',
      'epsilon.json',
      'runs.jsonl',
    ])
    const kept = await overage(...study)
    expect(kept).toEqual({ code: 0, out: made.out, err: '' })
    expect(await read()).toEqual(files)
  })

  it('names the studies that there are, and exits with 2 for another', async () => {
    const [list, unknown] = await Promise.all([overage('study', 'list'), overage('study', 'astrology')])
    expect(list.out).toMatch(/truthfulness +What does a buyer gain/)
    expect(unknown.code).toBe(2)
    expect(unknown.err).toContain('no such study: astrology')
  })
})
