/** A simulated market as a person reads it: how good it was, what it cost, what prices did, and how to go on. */
import pc from 'picocolors'
import type { PersonOutcome, PricePoint, SimulationReport } from '../../src/sim/report.js'
import { bar, counted, gb, grouped, money, percent, seconds, unitPrice } from '../format.js'
import { tableOf } from '../table.js'
import { type ReportedRun, type ReportedRuns, summariesOf } from './json.js'

const barWidth = 32
/** Lines that a picture of the course of prices takes. */
const spansMax = 16
/** Broken laws and unsound seeds that are named. */
const namedMax = 20

export function printSimulation(run: ReportedRun): string {
  const { report, options } = run
  const { buyers, sellers, seed } = options
  const parts = [
    `${pc.bold('The market')}  ${grouped(buyers)} buyers, ${grouped(sellers)} sellers, seed "${seed}"\n${marketTable(run)}`,
    ...(report.prices.length === 0 ? [] : [`${pc.bold('Prices')}  per GB, and what was sold\n${pricesDrawn(report)}`]),
    `${pc.bold('Sellers per buyer')}\n${partnersDrawn(report.people)}`,
    `${pc.bold('Regret')}  what a buyer could still gain at the end, in bid fees (ε)\n${regretDrawn(report)}`,
    verdict(run),
  ]
  return `${parts.join('\n\n')}\n`
}

/** Rows of a name and what is to be said of it. */
const factTable = (rows: readonly (readonly [string, string])[]): string =>
  tableOf([{ title: '' }, { title: '' }], rows)
    .split('\n')
    .slice(1)
    .join('\n')

function marketTable({ report, options, realMs }: ReportedRun): string {
  const { welfareShare, welfare, optimum, soldShare, meanPrice, clearingPrice, steps } = report
  const budgets = options.population.budget === undefined ? '' : '; the optimum knows no budgets'
  return factTable([
    ['welfare', `${percent(welfareShare)} of the optimum, ${money(welfare, 2)} of ${money(optimum, 2)}`],
    ['', pc.dim(`seen by this observer alone: no node knows either${budgets}`)],
    ['sold', `${percent(soldShare)} of what was offered`],
    ['price', `${unitPrice(meanPrice, 2)} on average; demand would meet supply at ${unitPrice(clearingPrice, 2)}`],
    ['bids per buyer', report.bidsPerBuyer.toFixed(1)],
    ['sellers per buyer', report.sellersPerBuyer.toFixed(1)],
    ['rounds per seller', report.roundsPerSeller.toFixed(1)],
    ['direct', `${traffic(report.directMessagesPerNode, report.directBytesPerNode)} a node`],
    ['gossip', `${traffic(report.gossipMessagesPerNode, report.gossipBytesPerNode)} a node`],
    ['market time', `${seconds(report.virtualMs)}, the last trade after ${seconds(report.lastTradeMs)}`],
    ['real time', `${seconds(realMs)}, ${counted(steps, 'step')}`],
    ['digest', report.digest],
  ])
}

const traffic = (messages: number, bytes: number | undefined): string => {
  const sent = `${grouped(Math.round(messages))} messages`
  return bytes === undefined ? sent : `${sent}, ${(bytes / 1_000).toFixed(1)} kB`
}

/** A line for each span of time: the bar is the price, against the clearing price where it is the longer. */
function pricesDrawn({ prices, clearingPrice }: SimulationReport): string {
  const spans = merged(prices)
  const max = Math.max(clearingPrice, ...spans.map(({ meanPrice }) => meanPrice ?? 0))
  const mark = Math.round((clearingPrice / max) * barWidth)
  const rows = spans.map(({ fromMs, quantity, meanPrice }) => [
    seconds(fromMs),
    meanPrice === undefined ? '' : unitPrice(meanPrice, 2),
    withMark(bar(meanPrice ?? 0, { max, width: barWidth }), mark),
    quantity === 0 ? '' : gb(quantity),
  ])
  const columns = [{ title: 'from' }, { title: 'price' }, { title: '' }, { title: 'sold' }]
  const table = tableOf(
    columns.map((column, index) => ({ ...column, align: index === 2 ? 'left' : 'right' })),
    rows,
  )
  return `${table}\n ${pc.dim(`│ ${unitPrice(clearingPrice, 2)}, where demand would meet supply`)}`
}

/** The clearing price's mark, in or behind a bar. */
function withMark(drawn: string, mark: number): string {
  const cells = [...drawn.padEnd(barWidth + 1)]
  cells[mark] = '│'
  return cells.join('')
}

/** Neighbouring spans put together, so that the picture fits a screen. */
function merged(points: readonly PricePoint[]): readonly PricePoint[] {
  const size = Math.ceil(points.length / spansMax)
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const group = points.slice(index * size, (index + 1) * size)
    const quantity = group.reduce((sum, point) => sum + point.quantity, 0)
    const charge = group.reduce((sum, point) => sum + point.quantity * (point.meanPrice ?? 0), 0)
    return { fromMs: group[0]!.fromMs, quantity, meanPrice: quantity === 0 ? undefined : charge / quantity }
  })
}

function partnersDrawn(people: readonly PersonOutcome[]): string {
  const buyers = people.filter(({ utility }) => utility !== undefined)
  const classes: readonly (readonly [string, (partners: number) => boolean])[] = [
    ['bought nothing', (partners) => partners === 0],
    ['1 seller', (partners) => partners === 1],
    ['2 sellers', (partners) => partners === 2],
    ['3 sellers', (partners) => partners === 3],
    ['more', (partners) => partners > 3],
  ]
  return sharesDrawn(
    classes.map(([title, within]) => {
      const count = buyers.filter(({ partners }) => within(partners)).length
      return [title, count / Math.max(1, buyers.length)]
    }),
  )
}

const sharesDrawn = (shares: readonly (readonly [string, number])[]): string =>
  tableOf(
    [{ title: '' }, { title: '', align: 'right' }, { title: '' }],
    shares.map(([title, share]) => [title, percent(share), bar(share, { max: 1, width: barWidth })]),
  )
    .split('\n')
    .slice(1)
    .join('\n')

function regretDrawn({ regret }: SimulationReport): string {
  const { median, p90, p99, max, withinTwoEpsilon } = regret
  const most = Math.max(2, max)
  const rows = [
    ['half of the buyers', median],
    ['9 of 10', p90],
    ['99 of 100', p99],
    ['every buyer', max],
  ].map(([title, value]) => [
    `${title}`,
    'at most',
    Number(value).toFixed(2),
    bar(Number(value), { max: most, width: barWidth }),
  ])
  const table = tableOf([{ title: '' }, { title: '' }, { title: '', align: 'right' }, { title: '' }], rows)
  return `${table.split('\n').slice(1).join('\n')}\n ${percent(withinTwoEpsilon)} of the buyers within 2`
}

/** The last word: whether it ended, what was checked and did not hold, and what to do next. */
function verdict({ report, options, command, trace }: ReportedRun): string {
  const { violations, ended, sales } = report
  const lines = violations.slice(0, namedMax).map(({ law, who, detail }) => `${pc.red('✘')} ${law}: ${who}, ${detail}`)
  if (violations.length > namedMax) lines.push(`  … and ${violations.length - namedMax} more; --json has all`)
  if (!ended) {
    const given = seconds(options.elapsedMsMax)
    lines.push(`${pc.red('✘')} the market had not ended after ${given} of market time; --time-limit gives it more`)
  }
  if (violations.length > 0) lines.push(`${counted(violations.length, 'broken law')}`)
  else lines.push(`${pc.green('✔')} ${counted(sales, 'sale')} checked from both stores: no law broken`)
  const replay =
    trace === undefined ? 'keep traces to replay: add --trace traces' : `replay its nodes: overage replay ${trace}`
  lines.push(pc.dim(`again, exactly: ${command}`), pc.dim(`over ten seeds: add --seeds 10   ${replay}`))
  return lines.join('\n')
}

export function printMany({ runs, options, command, realMs }: ReportedRuns): string {
  const summaries = summariesOf(runs)
  const { buyers, sellers } = options
  const row = (
    title: string,
    name: keyof typeof summaries,
    { show, worst }: { readonly show: (value: number) => string; readonly worst: 'min' | 'max' },
  ): string[] => {
    const { mean, interval95, [worst]: extreme } = summaries[name]
    return [title, show(mean), runs.length < 2 ? '' : `± ${show(interval95)}`, show(extreme)]
  }
  const plain = (value: number): string => value.toFixed(2)
  const whole = (value: number): string => grouped(Math.round(value))
  const rows = [
    row('welfare, share of the optimum', 'welfareShare', { show: fine, worst: 'min' }),
    row('sold, share of what was offered', 'soldShare', { show: fine, worst: 'min' }),
    row('price, share of the clearing price', 'priceShare', { show: fine, worst: 'min' }),
    row('bids per buyer', 'bidsPerBuyer', { show: plain, worst: 'max' }),
    row('sellers per buyer', 'sellersPerBuyer', { show: plain, worst: 'max' }),
    row('direct messages per node', 'directMessagesPerNode', { show: plain, worst: 'max' }),
    row('gossip messages per node', 'gossipMessagesPerNode', { show: whole, worst: 'max' }),
    row('rounds per seller', 'roundsPerSeller', { show: plain, worst: 'max' }),
    row('largest regret over ε', 'maxRegretOverEpsilon', { show: plain, worst: 'max' }),
    row('buyers within 2 ε', 'withinTwoEpsilon', { show: fine, worst: 'min' }),
    row('market time until the last trade', 'lastTradeMs', { show: seconds, worst: 'max' }),
    row('market time until the end', 'virtualMs', { show: seconds, worst: 'max' }),
  ]
  const right = (title: string) => ({ title, align: 'right' as const })
  const table = tableOf([{ title: '' }, right('mean'), right('95 %'), right('worst')], rows)
  const opening = `${grouped(buyers)} buyers, ${grouped(sellers)} sellers, ${counted(runs.length, 'seed')}`
  return `${pc.bold('The markets')}  ${opening}, in ${seconds(realMs)}\n${table}\n\n${manyVerdict(runs, command)}\n`
}

/** Thousandths matter where everything is near one. */
const fine = (share: number): string => `${(share * 100).toFixed(2)} %`

function manyVerdict(runs: ReportedRuns['runs'], command: string): string {
  const unsound = runs.filter(({ figures: { ended, violations } }) => !ended || violations > 0)
  const lines = unsound.slice(0, namedMax).map(({ seed, figures: { ended, violations } }) => {
    const faults = [
      ...(ended ? [] : ['did not end in time']),
      ...(violations === 0 ? [] : [counted(violations, 'broken law')]),
    ]
    return `${pc.red('✘')} seed "${seed}": ${faults.join(', ')}; --seed ${seed} without --seeds shows it`
  })
  if (unsound.length > namedMax) lines.push(`  … and ${unsound.length - namedMax} more`)
  if (unsound.length === 0) lines.push(`${pc.green('✔')} all ended, no law broken`)
  const worst = runs.reduce((least, run) => (run.figures.welfareShare < least.figures.welfareShare ? run : least))
  lines.push(pc.dim(`the seed with the least welfare: ${worst.seed}   again, exactly: ${command}`))
  return lines.join('\n')
}
