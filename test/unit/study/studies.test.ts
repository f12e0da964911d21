import { describe, expect, it } from 'vitest'
import { csvOf } from '../../../node/study/csv.js'
import { optionsDigest } from '../../../node/study/digest.js'
import { epsilon } from '../../../node/study/epsilon.js'
import { frontier } from '../../../node/study/frontier.js'
import { planOf, resultsOf, runsOf } from '../../../node/study/plan.js'
import { printStudies, printStudy } from '../../../node/study/report.js'
import { reserve } from '../../../node/study/reserve.js'
import { scale } from '../../../node/study/scale.js'
import { studies } from '../../../node/study/studies.js'
import type { PointRuns } from '../../../node/study/study.js'
import { truthfulness } from '../../../node/study/truthfulness.js'
import { figuresFor, sampleOf } from './samples.js'

describe.each(studies)('the study $name', (study) => {
  it.each(['full', 'quick'] as const)('tells its points apart, by their coordinates (%s)', (extent) => {
    const points = study.points(extent)
    expect(new Set(points.map(({ at }) => JSON.stringify(at))).size).toBe(points.length)
    expect(new Set(points.flatMap(({ at }) => Object.keys(at).join())).size).toBe(1)
  })

  it('shows columns that its table has', () => {
    const { rows } = sampleOf(study)
    expect(rows.length).toBeGreaterThan(0)
    for (const column of study.shown) expect(Object.keys(rows[0]!)).toContain(column)
    expect(printStudy(study, rows, ['a.csv'])).toContain(study.question)
  })

  it('gives a table without holes', () => {
    const [head, ...lines] = csvOf(sampleOf(study).rows).trim().split('\r\n')
    const commas = (line: string) => line.replace(/"[^"]*"/g, '').split(',').length
    for (const line of lines) {
      expect(commas(line)).toBe(commas(head!))
      expect(line).not.toMatch(/NaN|Infinity|undefined/)
    }
  })
})

describe('what studies share', () => {
  it('is listed with what each asks', () => {
    for (const { name, question } of studies)
      expect(printStudies()).toMatch(new RegExp(`${name} +${question.slice(0, 20)}`))
  })

  it('runs the first seed of every point before the second of any, and large markets with fewer seeds', () => {
    const runs = runsOf(planOf(epsilon, { extent: 'quick', seeds: 2 }))
    expect(runs.map(({ seed }) => seed)).toEqual(['seed-1', 'seed-1', 'seed-1', 'seed-2', 'seed-2', 'seed-2'])
    const { points } = planOf(scale, { extent: 'full', seeds: 5 })
    expect(points.map(({ markets }) => markets.length)).toEqual([5, 5, 5, 5, 1, 1, 1])
  })

  it('holds one market once, in whichever study it appears', () => {
    const digests = [reserve, epsilon].map(
      (study) => new Set(runsOf(planOf(study, { extent: 'full', seeds: 1 })).map(optionsDigest)),
    )
    expect([...digests[0]!].filter((digest) => digests[1]!.has(digest))).toHaveLength(1)
  })
})

describe('truthfulness', () => {
  const utilities = (perMille: number, gains: readonly number[]): PointRuns => {
    const point = truthfulness.points('quick').find(({ at }) => at['perMille'] === perMille)!
    const run = figuresFor({ ...point.options, seed: 'any' })
    return { ...point, runs: gains.map((gain) => ({ ...run, firstBuyerUtility: 100 + gain })) }
  }

  it('is the mean gain over pairs of the same seed, as a share of what the truth earns', () => {
    const [row] = truthfulness.rows([utilities(1_000, [-10, 0, 10]), utilities(2_000, [-15, -5, 5])])
    // Every pair loses 5 of 100: no doubt is left.
    expect(row).toMatchObject({ variant: 'tracking', k: 2, pairs: 3, gain: -0.05, gainLow: -0.05, gainHigh: -0.05 })
  })

  it('differs in nothing but what one buyer declares', () => {
    const { points } = planOf(truthfulness, { extent: 'quick', seeds: 2 })
    const tracking = points.filter(({ at }) => at['variant'] === 'tracking').flatMap(({ markets }) => markets)
    expect(new Set(tracking.map((market) => JSON.stringify({ ...market, misreport: undefined }))).size).toBe(2)
  })

  it('says nothing of a variant that has no truth to compare with', () => {
    expect(truthfulness.rows([utilities(2_000, [1, 2, 3])])).toEqual([])
  })
})

describe('the frontier', () => {
  const [first] = frontier.points('quick')
  const pointFor = (perMille: number, gains: readonly number[], changes: object = {}): PointRuns => {
    const point = { at: { ...first!.at, perMille, ...changes }, options: first!.options }
    const run = figuresFor({ ...point.options, seed: 'any' })
    return { ...point, runs: gains.map((gain) => ({ ...run, firstBuyerUtility: 100 + gain })) }
  }

  it('names the misreport that gains the most, beside what the truth brings', () => {
    const [row, ...none] = frontier.rows([
      pointFor(1_000, [-10, 10]),
      pointFor(500, [-20, 0]),
      pointFor(2_000, [-8, 12]),
    ])
    expect(none).toEqual([])
    expect(row).toMatchObject({ pairs: 2, k: 2, gain: 0.02, 'gainAt0.5': -0.1, gainAt2: 0.02, revenue: 2_000 })
  })

  it('compares nobody with the truth under other rules', () => {
    expect(frontier.rows([pointFor(1_000, [0, 0]), pointFor(2_000, [50, 50], { sellers: 'others' })])).toEqual([])
  })

  it('holds what the study of truthfulness holds with as many seeds, so that it costs nothing', () => {
    const markets = (study: typeof frontier) =>
      planOf(study, { extent: 'full', seeds: undefined }).points.filter(({ at }) => at['perMille'] === 1_000)
    const there = new Map(markets(truthfulness).map(({ markets: all }) => [optionsDigest(all[0]!), all.length]))
    const shared = markets(frontier).filter(({ markets: [first] }) => there.has(optionsDigest(first!)))
    expect(shared).toHaveLength(there.size)
    for (const { markets: all } of shared) expect(all.length).toBe(there.get(optionsDigest(all[0]!)))
  })

  it('crosses every reserve policy with every commit rule, in both markets', () => {
    const crossed = frontier.points('full').filter(({ at }) => !String(at['reserve']).includes('/'))
    const pairs = crossed.map(({ at }) => `${at['supplyRatio']}: ${at['reserve']}, ${at['roundsMax']}`)
    expect(new Set(pairs).size).toBe(4 * 3 * 2)
    for (const { at, options } of crossed)
      expect([options.policy, options.rules.calmRounds, options.supplyRatio]).toEqual([
        at['reserve'],
        at['calmRounds'],
        at['supplyRatio'],
      ])
  })
})

describe('the law of ε', () => {
  it('is found as the slope of the logarithms', () => {
    const points = epsilon.points('quick').map((point) => ({
      ...point,
      runs: [{ ...figuresFor({ ...point.options, seed: 'a' }), bidsPerBuyer: 3 / Number(point.at['epsilon']) }],
    }))
    for (const row of epsilon.rows(points)) expect(row['logSlope']).toBeCloseTo(-1)
  })
})

describe('results', () => {
  it('do not depend on the order in which runs end', () => {
    const plan = planOf(epsilon, { extent: 'quick', seeds: 2 })
    const byDigest = new Map([...runsOf(plan)].reverse().map((run) => [optionsDigest(run), figuresFor(run)]))
    const rows = epsilon.rows(resultsOf(plan, (market) => byDigest.get(optionsDigest(market))!))
    expect(csvOf(rows)).toBe(csvOf(sampleOf(epsilon, 2).rows))
  })
})
