import { policyNames } from '../../src/mechanism/reserve.js'
import type { Figures } from '../simulation/figures.js'
import { lineChart } from './chart.js'
import { gainColumns, misreportBuyers, otherCommitRules, scarceRatio, truth, withMisreport } from './misreport.js'
import { referenceMarket, withRules } from './reference.js'
import type { Point, PointRuns, Row, Study } from './study.js'

/** Pairs under other rules than the default ones, of which the most is asked. */
const othersSeedsMax = 120

/** MECHANISM §8: pairs of runs that differ in one buyer's declared valuation alone. */
export const truthfulness: Study = {
  name: 'truthfulness',
  question: 'What does a buyer gain from declaring its value wrongly, by reserve policy, commit rule and scarcity?',
  seeds: { full: 400, quick: 8 },
  points: (extent) => {
    const declared = extent === 'full' ? [500, 750, 900, 1_100, 1_330, 2_000] : [500, 2_000]
    const market = referenceMarket(misreportBuyers)
    const policies = (extent === 'full' ? policyNames : (['tracking', 'fixed'] as const)).map((policy) => ({
      at: { variant: policy, policy, calmRounds: market.rules.calmRounds, roundsMax: market.rules.roundsMax },
      options: { ...market, policy },
    }))
    const rules = (extent === 'full' ? otherCommitRules : []).map(({ name, ...rule }) => ({
      at: { variant: `tracking, ${name}`, policy: 'tracking', ...rule },
      options: withRules(market, rule),
    }))
    const { calmRounds, roundsMax } = market.rules
    const scarce = (extent === 'full' ? [scarceRatio] : []).map((supplyRatio) => ({
      at: { variant: 'tracking, scarce', policy: 'tracking', calmRounds, roundsMax },
      options: { ...market, supplyRatio },
    }))
    return [...policies, ...rules, ...scarce].flatMap(({ at, options }) =>
      [truth, ...declared].map(
        (perMille): Point => ({
          at: { ...at, perMille },
          options: withMisreport(options, perMille),
          ...(at.variant !== market.policy && { seedsMax: othersSeedsMax }),
        }),
      ),
    )
  },
  rows: (points) =>
    points
      .filter(({ at }) => at['perMille'] !== truth)
      .flatMap((point) => rowsOf(point, points.find((other) => isTruthOf(other, point))?.runs ?? [])),
  shown: ['variant', 'k', 'pairs', 'gain', 'gainLow', 'gainHigh'],
  charts: (rows) => {
    const subtitle =
      'Gain of one buyer, share of its utility, with 95 % intervals; all others truthful; 60 buyers, 24 sellers'
    const series = { field: 'variant', label: String }
    const x = {
      field: 'k',
      title: 'declared value over true value',
      ticks: [0.5, 0.75, 1, 1.33, 2],
      log: true,
      format: '.2~f',
    }
    const y = { field: 'gain', title: 'gain from the misreport', format: '+.0%' }
    const nothing = { label: '', points: [0.5, 2].map((k) => ({ x: k, y: 0 })) }
    const drawn = (name: string, title: string, chosen: readonly Row[]) => ({
      name,
      spec: lineChart({ title, subtitle, rows: chosen, x, y, series, references: [nothing] }),
    })
    const commits = rows.filter(({ policy }) => policy === 'tracking')
    return [
      drawn('policies', 'What a misreport gains, by reserve policy', rows.filter(isPolicy)),
      ...(commits.length > rows.filter(isPolicy).filter(({ policy }) => policy === 'tracking').length
        ? [drawn('commits', 'What a misreport gains, by when sellers commit and how scarce data is', commits)]
        : []),
    ]
  },
}

const isPolicy = ({ variant, policy }: Row): boolean => variant === policy

const isTruthOf = ({ at }: PointRuns, { at: other }: PointRuns): boolean =>
  at['variant'] === other['variant'] && at['perMille'] === truth

function rowsOf({ at, runs }: PointRuns, truthful: readonly Figures[]): readonly Row[] {
  const gain = gainColumns(truthful, runs)
  const { perMille, ...rest } = at
  return gain === undefined ? [] : [{ ...rest, k: Number(perMille) / 1_000, ...gain }]
}
