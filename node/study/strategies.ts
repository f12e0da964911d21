import { strategyNames } from '../../src/mechanism/strategy.js'
import { millis } from '../../src/units.js'
import { dotChart } from './chart.js'
import { referenceMarket } from './reference.js'
import { summaryRows } from './rows.js'
import type { Study } from './study.js'

/** Literal readings of the draft may go on for ever; this is twenty times what the default takes. */
const elapsedMsMax = millis(1_200_000)

/** MECHANISM §5: where bids go. */
export const strategies: Study = {
  name: 'strategies',
  question: 'What do the ways to spread bids over sellers achieve, and what do they cost?',
  seeds: { full: 10, quick: 4 },
  points: (extent) =>
    strategyNames.map((strategy) => ({
      at: { strategy },
      options: { ...referenceMarket(extent === 'full' ? 200 : 30), strategy, elapsedMsMax },
    })),
  rows: (points) => summaryRows(points, ['welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'directMessagesPerNode']),
  shown: ['strategy', 'runs', 'ended', 'welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'directMessagesPerNode'],
  charts: (rows) => [
    {
      name: 'compared',
      spec: dotChart({
        title: 'Strategies compared: welfare, bids and sellers',
        subtitle: 'Mean over seeds with 95 % intervals; everybody bids the same way',
        rows,
        name: 'strategy',
        panels: [
          { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
          { field: 'bidsPerBuyer', title: 'bids per buyer', format: '.1f' },
          { field: 'sellersPerBuyer', title: 'sellers per buyer', format: '.2f' },
        ],
      }),
    },
  ],
}
