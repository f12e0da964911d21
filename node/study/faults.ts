import { noFaults } from '../../src/sim/faults.js'
import { millis } from '../../src/units.js'
import { type LineChart, lineCharts } from './chart.js'
import { referenceMarket } from './reference.js'
import { summaryRows } from './rows.js'
import type { Point, Row, Study } from './study.js'

/** The three things that a network does to a market, each varied with the others as in the reference market. */
export const faults: Study = {
  name: 'faults',
  question: 'What do lost messages, long ways and nodes that come and go cost in welfare and time?',
  seeds: { full: 10, quick: 4 },
  points: (extent) => {
    const market = referenceMarket(extent === 'full' ? 200 : 30)
    const { network, rules } = market
    const quick = extent === 'quick'
    const losses = quick ? [0, 100] : [0, 10, 20, 50, 100, 200]
    const latencies = quick ? [50, 500] : [20, 100, 200, 400, 800, 1_600]
    const churns = quick ? [0, 300] : [0, 50, 100, 200, 300, 500]
    return [
      ...losses.map(
        (lossPerMille): Point => ({
          at: { fault: 'loss', value: lossPerMille / 10 },
          options: { ...market, network: { ...network, lossPerMille } },
        }),
      ),
      ...latencies.map(
        (most): Point => ({
          at: { fault: 'latency', value: most },
          options: {
            ...market,
            network: {
              ...network,
              latencyMsMin: millis(most / 10),
              latencyMsMax: millis(most),
              jitterMs: millis(most / 10),
            },
          },
        }),
      ),
      ...churns.map(
        (crashPerMille): Point => ({
          at: { fault: 'churn', value: crashPerMille / 10 },
          options: {
            ...market,
            faults: {
              ...noFaults,
              crashPerMille,
              crashFromMs: millis(2 * rules.roundMs),
              crashToMs: millis(20 * rules.roundMs),
              downMsMin: millis(1_000),
              downMsMax: millis(10_000),
              powerLossPerMille: 500,
            },
          },
        }),
      ),
    ]
  },
  rows: (points) => summaryRows(points, ['welfareShare', 'lastTradeSeconds', 'endSeconds', 'directMessagesPerNode']),
  shown: ['fault', 'value', 'runs', 'ended', 'violations', 'welfareShare', 'lastTradeSeconds', 'directMessagesPerNode'],
  charts: (rows) => [
    {
      name: 'welfare',
      spec: lineCharts({
        title: 'Welfare under faults',
        subtitle: 'Mean over seeds with 95 % intervals; each fault varied alone; rounds of 1 s',
        panels: panelsOf(rows, { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' }),
      }),
    },
    {
      name: 'time',
      spec: lineCharts({
        title: 'Time under faults',
        subtitle: 'Mean over seeds with 95 % intervals; each fault varied alone; rounds of 1 s',
        panels: panelsOf(rows, { field: 'lastTradeSeconds', title: 'market time until the last trade, s' }),
      }),
    },
  ],
}

const panels = [
  { fault: 'loss', title: 'loss', x: 'messages lost, %' },
  { fault: 'latency', title: 'latency', x: 'longest one-way delay, ms' },
  { fault: 'churn', title: 'churn', x: 'nodes that crash once, %' },
] as const

/** One scale for all, so that the panels can be compared. */
function panelsOf(rows: readonly Row[], y: LineChart['y']): readonly LineChart[] {
  const ends = rows.flatMap((row) => [Number(row[`${y.field}Low`]), Number(row[`${y.field}High`])])
  const margin = (Math.max(...ends) - Math.min(...ends)) / 20 || 0.01
  const domain = [Math.min(...ends) - margin, Math.max(...ends) + margin] as const
  return panels
    .map(({ fault, title, x }) => ({
      title,
      subtitle: '',
      rows: rows.filter((row) => row['fault'] === fault),
      x: { field: 'value', title: x },
      y: { ...y, domain },
    }))
    .filter((panel) => panel.rows.length > 0)
}
