import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinishedRun } from '../../../node/simulation/messages.js'
import { Archive } from '../../../node/study/archive.js'
import { codeDigest, optionsDigest } from '../../../node/study/digest.js'
import { planOf } from '../../../node/study/plan.js'
import { completeRuns } from '../../../node/study/run.js'
import type { Study } from '../../../node/study/study.js'
import { defaultSimulation, type SimulationOptions } from '../../../src/sim/options.js'
import { simulate } from '../../../src/sim/simulation.js'
import { figuresFor } from './samples.js'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-archive-'))
  file = join(folder, 'runs.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

const market = (seed: string): SimulationOptions => ({ ...defaultSimulation, seed })

describe('runs that are kept', () => {
  it('are there again for equal options, whatever the order of their fields', () => {
    new Archive(file).add(market('a'), figuresFor(market('a')))
    const reordered = Object.fromEntries(Object.entries(market('a')).reverse()) as unknown as SimulationOptions
    expect(new Archive(file).find(reordered)).toEqual(figuresFor(market('a')))
    expect(new Archive(file).find(market('b'))).toBeUndefined()
  })

  it('are not taken for those of other code', () => {
    new Archive(file, 'then').add(market('a'), figuresFor(market('a')))
    const now = new Archive(file, 'now')
    expect(now.find(market('a'))).toBeUndefined()
    expect(now.outdated).toBe(1)
  })

  it('survive a line that was cut off, which is run again', async () => {
    const archive = new Archive(file)
    for (const seed of ['a', 'b']) archive.add(market(seed), figuresFor(market(seed)))
    await truncate(file, (await readFile(file)).length - 30)
    const restored = new Archive(file)
    expect(restored.find(market('a'))).toBeDefined()
    expect(restored.find(market('b'))).toBeUndefined()
    restored.add(market('b'), figuresFor(market('b')))
    expect(new Archive(file).find(market('b'))).toBeDefined()
  })

  it('are read past lines that are no runs', async () => {
    await appendFile(file, 'not JSON\n{}\n')
    expect(new Archive(file).find(market('a'))).toBeUndefined()
  })
})

describe('digests', () => {
  it('tell options apart, and say nothing of what is not there', () => {
    expect(optionsDigest(market('a'))).not.toBe(optionsDigest(market('b')))
    const { misreport: _, ...rest } = market('a')
    expect(optionsDigest(rest as SimulationOptions)).toBe(optionsDigest(market('a')))
  })

  it('name the code that decides what a simulation does', () => {
    expect(codeDigest()).toMatch(/^[0-9a-f]{64}$/)
    expect(codeDigest()).toBe(codeDigest())
  })
})

describe('a study', () => {
  const tiny: Study = {
    name: 'tiny',
    question: 'Does it go on where it stopped?',
    seeds: { full: 2, quick: 2 },
    points: () =>
      [2, 3].map((buyers) => {
        const { seed: _, ...options } = { ...defaultSimulation, buyers, sellers: 1, fast: true }
        return { at: { buyers }, options }
      }),
    rows: () => [],
    shown: [],
    charts: () => [],
  }
  const plan = planOf(tiny, { extent: 'quick', seeds: undefined })

  it('keeps what was done when it is interrupted, and does only the rest', async () => {
    const ran: string[] = []
    const said: string[] = []
    const output = { isTTY: false, columns: 80, write: (text: string) => said.push(text) }
    const running =
      (left: number) =>
      async (options: SimulationOptions): Promise<FinishedRun> => {
        if (ran.length >= left) throw new Error('interrupted')
        ran.push(optionsDigest(options))
        return { report: simulate(options), realMs: 1 }
      }
    const isLarge = () => false
    const first = completeRuns(plan, { archive: new Archive(file), run: running(3), isLarge, output })
    await expect(first).rejects.toThrow('interrupted')
    await completeRuns(plan, { archive: new Archive(file), run: running(Number.POSITIVE_INFINITY), isLarge, output })
    expect(ran).toHaveLength(4)
    expect(new Set(ran).size).toBe(4)
    expect(said.at(-1)).toContain('tiny   1/1 run   3 kept from before')
    const archive = new Archive(file)
    for (const options of plan.points.flatMap(({ markets }) => markets))
      expect(archive.find(options)).toMatchObject({ digest: simulate(options).digest, violations: 0 })
  })

  it('holds small markets side by side, and large ones alone, after them', async () => {
    let running = 0
    const beside: string[] = []
    const run = async (options: SimulationOptions): Promise<FinishedRun> => {
      running += 1
      beside.push(`${options.buyers} with ${running - 1}`)
      await Promise.resolve()
      running -= 1
      return { report: simulate(options), realMs: 1 }
    }
    const output = { isTTY: false, columns: 80, write: () => {} }
    await completeRuns(plan, { archive: new Archive(file), run, isLarge: ({ buyers }) => buyers === 2, output })
    expect(beside).toEqual(['3 with 0', '3 with 1', '2 with 0', '2 with 0'])
  })
})
