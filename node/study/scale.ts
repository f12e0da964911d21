import { shardsFor } from '../../src/sim/options.js'
import { lineCharts } from './chart.js'
import { referenceMarket } from './reference.js'
import { summaryRows } from './rows.js'
import type { Row, Study } from './study.js'

/** Cost per person must not grow with the market. */
export const scale: Study = {
  name: 'scale',
  question: 'Does the cost of a person grow with the market, from 100 buyers to 100 000?',
  seeds: { full: 3, quick: 2 },
  points: (extent) => {
    const sizes = extent === 'full' ? [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000] : [20, 60]
    return sizes.map((buyers) => {
      const market = referenceMarket(buyers)
      const sharding = shardsFor(market.sellers)
      return {
        at: { buyers, shards: sharding.shards },
        options: { ...market, ...sharding },
        ...(buyers >= 10_000 && { seedsMax: 1 }),
      }
    })
  },
  rows: (points) =>
    summaryRows(points, [
      'welfareShare',
      'bidsPerBuyer',
      'sellersPerBuyer',
      'directMessagesPerNode',
      'gossipMessagesPerNode',
      'lastTradeSeconds',
    ]),
  shown: ['buyers', 'shards', 'runs', 'welfareShare', 'bidsPerBuyer', 'directMessagesPerNode', 'gossipMessagesPerNode'],
  charts: (rows) => {
    const x = { field: 'buyers', title: 'buyers', log: true, format: '~s', ticks: decadesIn(rows) }
    const common = { subtitle: '', rows, x }
    return [
      {
        name: 'cost',
        spec: lineCharts({
          title: 'Cost per person against the size of the market',
          subtitle:
            'Mean over seeds with 95 % intervals, one seed for large markets; shards of gossip in proportion to the sellers',
          panels: [
            {
              ...common,
              title: 'bids',
              y: { field: 'bidsPerBuyer', title: 'bids per buyer', domain: fromZero(rows, 'bidsPerBuyerHigh') },
            },
            {
              ...common,
              title: 'direct messages',
              y: {
                field: 'directMessagesPerNode',
                title: 'messages per node',
                domain: fromZero(rows, 'directMessagesPerNodeHigh'),
              },
            },
            {
              ...common,
              title: 'gossip',
              y: {
                field: 'gossipMessagesPerNode',
                title: 'messages per node',
                format: '~s',
                domain: fromZero(rows, 'gossipMessagesPerNodeHigh'),
              },
            },
          ],
        }),
      },
      {
        name: 'welfare',
        spec: lineCharts({
          title: 'Welfare and time against the size of the market',
          subtitle: 'Mean over seeds with 95 % intervals, one seed for large markets',
          panels: [
            {
              ...common,
              title: 'welfare',
              y: { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
            },
            {
              ...common,
              title: 'time',
              y: {
                field: 'lastTradeSeconds',
                title: 'market time until the last trade, s',
                domain: fromZero(rows, 'lastTradeSecondsHigh'),
              },
            },
          ],
        }),
      },
    ]
  },
}

/** The powers of ten among the sizes, or all of these where there are none: what lies between has no room for its label. */
function decadesIn(rows: readonly Row[]): readonly number[] {
  const sizes = rows.map(({ buyers }) => Number(buyers))
  const decades = sizes.filter((size) => 10 ** Math.round(Math.log10(size)) === size)
  return decades.length === 0 ? sizes : decades
}

/** A cost that does not grow looks flat only where nothing is cut off. */
const fromZero = (rows: readonly Row[], field: string): readonly [number, number] => [
  0,
  Math.max(...rows.map((row) => Number(row[field]))) * 1.1,
]
