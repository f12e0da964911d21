import { policyNames } from '../../src/mechanism/reserve.js'
import { dotChart, heatMap } from './chart.js'
import { referenceMarket, withRules } from './reference.js'
import { summaryRows } from './rows.js'
import type { Point, Study } from './study.js'

/** MECHANISM §6: how a seller's reserve moves, and how fast `tracking` rises and falls. */
export const reserve: Study = {
  name: 'reserve',
  question: 'What do the reserve policies earn, and how fast should a tracking reserve move?',
  seeds: { full: 10, quick: 4 },
  points: (extent) => {
    const market = referenceMarket(extent === 'full' ? 200 : 30)
    const rises = extent === 'full' ? [300, 500, 700, 900, 1_000] : [300, 700, 1_000]
    const falls = extent === 'full' ? [30, 60, 100, 200, 300] : [30, 100, 300]
    const policies = policyNames.map(
      (policy): Point => ({ at: { part: 'policies', policy, rise: null, fall: null }, options: { ...market, policy } }),
    )
    const sweep = rises.flatMap((rise) =>
      falls.map((fall): Point => {
        const rules = { reserveRisePerMille: rise, reserveFallPerMille: fall }
        return { at: { part: 'sweep', policy: 'tracking', rise, fall }, options: withRules(market, rules) }
      }),
    )
    return [...policies, ...sweep]
  },
  rows: (points) => summaryRows(points, ['welfareShare', 'priceShare', 'revenue', 'bidsPerBuyer', 'lastTradeSeconds']),
  shown: ['policy', 'rise', 'fall', 'runs', 'welfareShare', 'priceShare', 'revenue', 'lastTradeSeconds'],
  charts: (rows) => [
    {
      name: 'policies',
      spec: dotChart({
        title: 'Reserve policies: welfare, price and revenue',
        subtitle: 'Mean over seeds with 95 % intervals; price as a share of where demand would meet supply',
        rows: rows.filter(({ part }) => part === 'policies'),
        name: 'policy',
        panels: [
          { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
          { field: 'priceShare', title: 'mean price / clearing price', format: '.0%' },
          { field: 'revenue', title: 'revenue of all sellers, currency', format: '.3s' },
        ],
      }),
    },
    {
      name: 'sweep',
      spec: heatMap({
        title: 'How fast a tracking reserve rises and falls',
        subtitle:
          'Moves in one round; mean over seeds; the further from grey, the better, for prices: the better for sellers',
        rows: rows.filter(({ part }) => part === 'sweep'),
        x: { field: 'fall', title: 'fall, ‰ of itself' },
        y: { field: 'rise', title: 'rise, ‰ of the way' },
        maps: [
          { field: 'welfareShare', title: 'share of the optimal welfare', format: '.2%', best: 'high' },
          { field: 'priceShare', title: 'mean price / clearing price', format: '.0%', best: 'high' },
          { field: 'lastTradeSeconds', title: 'market time until the last trade, s', format: '.0f', best: 'low' },
        ],
      }),
    },
  ],
}
