import { micros } from '../../src/units.js'
import { slopeOf } from '../statistics.js'
import { lineChart, type Reference } from './chart.js'
import { referenceMarket, withRules } from './reference.js'
import { rounded, summaryRows } from './rows.js'
import type { Row, Study } from './study.js'

/** Lazar and Semret bound the bids that a market needs by a multiple of 1/ε. */
export const epsilon: Study = {
  name: 'epsilon',
  question: 'How do bids and welfare depend on the bid fee ε, and is it 1/ε as the bound has it?',
  seeds: { full: 10, quick: 4 },
  points: (extent) => {
    const fees = extent === 'full' ? [0.03, 0.1, 0.3, 1, 3, 10, 30] : [0.1, 1, 10]
    return fees.map((fee) => ({
      at: { epsilon: fee },
      options: withRules(referenceMarket(extent === 'full' ? 200 : 30), { epsilon: micros(Math.round(fee * 1e6)) }),
    }))
  },
  rows: (points) => {
    const rows = summaryRows(points, ['bidsPerBuyer', 'welfareShare', 'regretMax', 'endSeconds'])
    const logSlope = rows.length < 2 ? null : rounded(slopeIn(rows))
    return rows.map((row) => ({ ...row, logSlope }))
  },
  shown: ['epsilon', 'runs', 'bidsPerBuyer', 'welfareShare', 'regretMax', 'logSlope'],
  charts: (rows) => {
    const subtitle = 'Mean over seeds with 95 % intervals; both axes logarithmic'
    const x = {
      field: 'epsilon',
      title: 'bid fee ε, currency',
      log: true,
      ticks: rows.map((row) => Number(row['epsilon'])),
    }
    const slope = rows.length < 2 ? 'unknown' : slopeIn(rows).toFixed(2).replace('-', '−')
    return [
      {
        name: 'bids',
        spec: lineChart({
          title: `Bids per buyer fall as ε to the power ${slope}; the bound falls as −1`,
          subtitle,
          rows,
          x,
          y: { field: 'bidsPerBuyer', title: 'bids per buyer', log: true, domain: bidsDomain(rows) },
          references: [inverseThrough(rows)],
        }),
      },
      {
        name: 'welfare',
        spec: lineChart({
          title: 'Welfare against the bid fee',
          subtitle: 'Mean over seeds with 95 % intervals; ε on a logarithmic axis',
          rows,
          x,
          y: { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
        }),
      },
    ]
  },
}

const slopeIn = (rows: readonly Row[]): number =>
  slopeOf(rows.map((row) => ({ x: Math.log(Number(row['epsilon'])), y: Math.log(Number(row['bidsPerBuyer'])) })))

/** Where the bids are, with room for a stretch of the bound. */
function bidsDomain(rows: readonly Row[]): readonly [number, number] {
  const bids = rows.map((row) => Number(row['bidsPerBuyer']))
  return [Math.min(...bids) / 2, Math.max(...bids) * 2]
}

/** `c/ε` through the point in the middle, as far as the picture reaches. */
function inverseThrough(rows: readonly Row[]): Reference {
  const middle = rows[Math.floor(rows.length / 2)]!
  const constant = Number(middle['epsilon']) * Number(middle['bidsPerBuyer'])
  const [low, high] = bidsDomain(rows)
  const fees = rows.map((row) => Number(row['epsilon']))
  const within = (fee: number): number => Math.min(Math.max(fee, Math.min(...fees)), Math.max(...fees))
  const ends = [within(constant / high), within(constant / low)]
  return { label: '∝ 1/ε', points: ends.reverse().map((x) => ({ x, y: constant / x })) }
}
