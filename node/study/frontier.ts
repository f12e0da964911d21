import { policyNames } from '../../src/mechanism/reserve.js'
import { dotChart } from './chart.js'
import { optionsDigest } from './digest.js'
import { gainColumns, misreportBuyers, otherCommitRules, scarceRatio, truth, withMisreport } from './misreport.js'
import { type Market, referenceMarket, withRules } from './reference.js'
import { summaryRows } from './rows.js'
import type { Extent, Point, PointRuns, Row, Study } from './study.js'
import { truthfulness } from './truthfulness.js'

/** Rise and fall of a tracking reserve in a round, in ‰, besides the default one: sellers who ask for more, and for less. */
const paces = [
  { rise: 1_000, fall: 30 },
  { rise: 300, fall: 300 },
] as const

/** Seeds of markets that the study of truthfulness does not hold; of the others, as many as there. */
const othersSeedsMax = 36

/** What is read off the market in which all say the truth. */
const figures = [
  'welfareShare',
  'revenue',
  'priceShare',
  'bidsPerBuyer',
  'directMessagesPerNode',
  'lastTradeSeconds',
] as const

/** MECHANISM §6, §8: what sellers, buyers and the network get of each set of rules, and how well the truth does under it. */
export const frontier: Study = {
  name: 'frontier',
  question: 'What do reserve policy and commit rule trade between revenue, welfare, messages and truthful bids?',
  seeds: { full: 400, quick: 8 },
  points: (extent) => {
    const factors = extent === 'full' ? [900, 1_100, 2_000] : [500, 2_000]
    const elsewhere = new Map(truthfulness.points(extent).map((point) => [digestOf(point), point.seedsMax]))
    return sellersOf(extent).flatMap(({ at, market }) =>
      [truth, ...factors].map((perMille): Point => {
        const point = { at: { ...at, perMille }, options: withMisreport(market, perMille) }
        const digest = digestOf(point)
        const seedsMax = elsewhere.has(digest) ? elsewhere.get(digest) : othersSeedsMax
        return { ...point, ...(seedsMax !== undefined && { seedsMax }) }
      }),
    )
  },
  rows: (points) =>
    points
      .filter(({ at }) => at['perMille'] === truth)
      .flatMap((truthful) => {
        const misreports = points.filter((point) => isMisreportTo(truthful, point))
        return rowsOf(truthful, misreports)
      }),
  shown: ['supplyRatio', 'sellers', 'pairs', 'k', 'gain', 'priceShare', 'welfareShare', 'directMessagesPerNode'],
  charts: (rows) =>
    [...new Set(rows.map(({ supplyRatio }) => supplyRatio))].map((supplyRatio) => ({
      name: `supply-${supplyRatio}`,
      spec: dotChart({
        title: `What sellers' rules trade where stock is ${supplyRatio} of demand`,
        subtitle: [
          'Reserve policy (rise/fall in ‰), calm rounds of most rounds before a commit; mean over seeds with 95 % intervals;',
          `${misreportBuyers} buyers; gain: what one gets by declaring k times its value, at the k that gains the most`,
        ],
        rows: rows.filter((row) => row['supplyRatio'] === supplyRatio),
        name: 'sellers',
        panels: [
          { field: 'gain', title: 'greatest gain from a misreport', format: '+.1%' },
          { field: 'priceShare', title: 'revenue: price / clearing price', format: '.0%' },
          { field: 'welfareShare', title: 'share of the optimal welfare', format: '.1%' },
          { field: 'directMessagesPerNode', title: 'direct messages per node', format: '.1f' },
        ],
      }),
    })),
}

const digestOf = ({ options }: Point): string => optionsDigest({ ...options, seed: '' })

interface Sellers {
  readonly at: Row
  readonly market: Market
}

/** Every policy under every commit rule, and every pace under the default one; where data nearly suffices, and where it is scarce. */
function sellersOf(extent: Extent): readonly Sellers[] {
  const market = referenceMarket(misreportBuyers)
  const [{ calmRounds, roundsMax }, full] = [market.rules, extent === 'full']
  const usual = { calmRounds, roundsMax }
  const policies = full ? policyNames : (['tracking', 'fixed'] as const)
  const commits = full ? [usual, ...otherCommitRules.map(({ name: _, ...rule }) => rule)] : [usual]
  const crossed = policies.flatMap((policy) =>
    commits.map((rule) => ({ reserve: policy, rule, market: withRules({ ...market, policy }, rule) })),
  )
  const paced = (full ? paces : []).map(({ rise, fall }) => ({
    reserve: `tracking ${rise}/${fall}`,
    rule: usual,
    market: withRules(market, { reserveRisePerMille: rise, reserveFallPerMille: fall }),
  }))
  const ratios = full ? [market.supplyRatio, scarceRatio] : [market.supplyRatio]
  return ratios.flatMap((supplyRatio) =>
    [...crossed, ...paced].map(({ reserve, rule, market }) => ({
      at: { supplyRatio, sellers: `${reserve}, ${rule.calmRounds} of ${rule.roundsMax}`, reserve, ...rule },
      market: { ...market, supplyRatio },
    })),
  )
}

const isMisreportTo = ({ at }: Point, { at: other }: Point): boolean =>
  other['sellers'] === at['sellers'] && other['supplyRatio'] === at['supplyRatio'] && other['perMille'] !== truth

/** One row: the market in which all say the truth, and the misreport that gains the most on average. */
function rowsOf(truthful: PointRuns, misreports: readonly PointRuns[]): readonly Row[] {
  const gains = misreports.flatMap(({ at, runs }) => {
    const columns = gainColumns(truthful.runs, runs)
    return columns === undefined ? [] : [{ k: Number(at['perMille']) / 1_000, columns }]
  })
  if (gains.length === 0) return []
  const best = gains.reduce((most, one) => (Number(one.columns['gain']) > Number(most.columns['gain']) ? one : most))
  const each = gains.map(({ k, columns }) => ({ [`gainAt${k}`]: columns['gain']! }))
  return summaryRows([truthful], figures).map(({ perMille: _, ...row }) => ({
    ...row,
    k: best.k,
    ...best.columns,
    ...Object.assign({}, ...each),
  }))
}
