import { lineChart } from './chart.js'
import { referenceMarket, withRules } from './reference.js'
import { summaryRows } from './rows.js'
import type { Row, Study } from './study.js'

/** MECHANISM §5.1: a bounded view is no concession. */
export const views: Study = {
  name: 'views',
  question: 'How many offers must a buyer look at, and does that grow with the market?',
  seeds: { full: 10, quick: 4 },
  points: (extent) => {
    const sizes = extent === 'full' ? [50, 200, 800] : [20, 50]
    const seen = extent === 'full' ? [2, 3, 4, 5, 6, 8, 10, 12, 16] : [2, 4, 6, 10]
    return sizes.flatMap((buyers) =>
      seen.map((view) => ({
        at: { buyers, view },
        options: withRules(referenceMarket(buyers), { viewMax: view }),
        // A large market is its own average.
        ...(buyers > 200 && { seedsMax: 3 }),
      })),
    )
  },
  rows: (points) =>
    summaryRows(points, ['welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'directMessagesPerNode', 'endSeconds']),
  shown: ['buyers', 'view', 'runs', 'welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'directMessagesPerNode'],
  charts: (rows) => {
    const series = { field: 'buyers', label: (buyers: string | number) => `${buyers} buyers` }
    const x = { field: 'view', title: 'offers that a buyer looks at', ticks: [2, 4, 6, 8, 10, 12, 14, 16] }
    const subtitle = 'Mean over seeds with 95 % intervals; supply 0.8 of demand, internet latency'
    return [
      {
        name: 'welfare',
        spec: lineChart({
          title: `A view of ${sufficientView(rows)} offers is within half a percent of the best welfare`,
          subtitle,
          rows,
          x,
          y: { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
          series,
        }),
      },
      {
        name: 'messages',
        spec: lineChart({
          title: 'What a wider view costs: direct messages',
          subtitle,
          rows,
          x,
          y: { field: 'directMessagesPerNode', title: 'direct messages per node' },
          series,
        }),
      },
    ]
  },
}

/** The least view that is within half a percent of the best in every size of market. */
function sufficientView(rows: readonly Row[]): number {
  const sizes = [...new Set(rows.map(({ buyers }) => buyers))]
  const needed = sizes.map((size) => {
    const mine = rows.filter(({ buyers }) => buyers === size)
    const best = Math.max(...mine.map(({ welfareShare }) => Number(welfareShare)))
    return Math.min(
      ...mine.filter((row) => Number(row['welfareShare']) >= best - 0.005).map(({ view }) => Number(view)),
    )
  })
  return Math.max(...needed)
}
