/** A swarm as a person reads it: who is there, who bought what from whom, what each got out of it, how good that is. */
import pc from 'picocolors'
import { counted, gb, grouped, label, money, percent, seconds, unitPrice } from './format.js'
import type { NodeLine, SwarmReport, TrafficLine } from './swarm/outcome.js'
import type { Member } from './swarm/swarm.js'
import { tableOf } from './table.js'

/** Rows of one table; `--json` and `swarm.json` have the rest. */
const rowsMax = 60

/** The nodes as they came up. */
export function printNodes(members: readonly Member[]): string {
  const rows = members.slice(0, rowsMax).map(({ desk, node }) => {
    const { sells, wants } = desk.person
    const selling = sells === undefined ? [] : [`sells ${gb(sells.stock)} from ${unitPrice(sells.floor)}`]
    const wanting = wants === undefined ? [] : [`wants ${gb(demandOf(wants.valuation) * 1_000)}`]
    const peer = `${node.peerId.slice(0, 4)}…${node.peerId.slice(-5)}`
    return [
      node.name,
      [...selling, ...wanting].join(', '),
      peer,
      pc.dim((node.addresses[0] ?? '').split('/p2p/')[0]!),
      pc.dim(desk.log),
    ]
  })
  const columns = ['name', 'sells or wants', 'peer', 'address', 'log'].map((title) => ({ title }))
  return `${tableOf(columns, rows)}${rest(members.length)}`
}

type Valuation = NonNullable<Member['desk']['person']['wants']>['valuation']
const demandOf = (valuation: Valuation): number => (valuation.kind === 'parabolic' ? valuation.qbar : valuation.demand)

const rest = (count: number): string =>
  count > rowsMax ? `\n ${pc.dim(`… ${counted(count - rowsMax, 'more row')}; --json has all`)}` : ''

export function printReport(report: SwarmReport): string {
  const { currency, sales, nodes } = report
  const buyers = nodes.filter(({ wants }) => wants !== undefined)
  const sellers = nodes.filter(({ sells }) => sells !== undefined)
  const parts = [
    `${pc.bold('Sales')}  prices in ${label(currency)} per GB\n${sales.length === 0 ? ' none' : salesTable(report)}`,
    ...(sellers.length === 0 ? [] : [`${pc.bold('Sellers')}\n${sellersTable(sellers, currency)}`]),
    ...(buyers.length === 0 ? [] : [`${pc.bold('Buyers')}\n${buyersTable(buyers, currency)}`]),
    `${pc.bold('The market')}\n${marketTable(report)}`,
    verdict(report),
  ]
  return `${parts.join('\n\n')}\n`
}

function salesTable({ sales }: SwarmReport): string {
  const rows = sales
    .slice(0, rowsMax)
    .map(({ buyer, seller, quantity, unitPrice: price, charge }) => [
      buyer,
      seller,
      gb(quantity),
      unitPrice(price, 2),
      money(charge, 2),
    ])
  const table = tableOf(
    [
      { title: 'buyer' },
      { title: 'bought from' },
      { title: 'quantity', align: 'right' },
      { title: 'per GB', align: 'right' },
      { title: 'charge', align: 'right' },
    ],
    rows,
  )
  return `${table}${rest(sales.length)}`
}

function sellersTable(nodes: readonly NodeLine[], currency: string): string {
  const rows = nodes.slice(0, rowsMax).map(({ name, sells }) => {
    const { stock, floor, sold, revenue, closed } = sells!
    const price = sold === 0 ? '–' : unitPrice(revenue / sold, 2)
    return [name, gb(stock), unitPrice(floor, 2), gb(sold), price, money(revenue, 2), pc.dim(closed ?? 'still open')]
  })
  const table = tableOf(
    [
      { title: 'seller' },
      { title: 'offered', align: 'right' },
      { title: 'floor', align: 'right' },
      { title: 'sold', align: 'right' },
      { title: 'per GB', align: 'right' },
      { title: `earned ${label(currency)}`, align: 'right' },
      { title: 'ended' },
    ],
    rows,
  )
  return `${table}${rest(nodes.length)}`
}

function buyersTable(nodes: readonly NodeLine[], currency: string): string {
  const rows = nodes.slice(0, rowsMax).map(({ name, wants }) => {
    const { demand, bought, charges, fees, utility, bids, sellers, budget } = wants!
    return [
      name,
      gb(demand),
      gb(bought),
      bought === 0 ? '–' : unitPrice(charges / bought, 2),
      money(charges, 2),
      budget === null ? '–' : money(budget, 2),
      money(fees, 2),
      money(utility, 2),
      grouped(bids),
      grouped(sellers),
    ]
  })
  const right = (title: string) => ({ title, align: 'right' as const })
  const columns = [
    { title: 'buyer' },
    ...['wanted', 'bought', 'per GB', `paid ${label(currency)}`, 'budget', 'fees', 'gained', 'bids', 'sellers'].map(
      right,
    ),
  ]
  return `${tableOf(columns, rows)}${rest(nodes.length)}`
}

function marketTable(report: SwarmReport): string {
  const { welfare, optimum, welfareShare, soldShare, meanPrice, optimumPrice, currency } = report
  const traffic = ({ messages, bytes }: TrafficLine): string =>
    `${counted(messages, 'message')}, ${(bytes / 1_000).toFixed(1)} kB a node`
  const nodesHaveBudgets = report.nodes.some(({ wants }) => wants !== undefined && wants.budget !== null)
  const money2 = (amount: number): string => `${label(currency)} ${money(amount, 2)}`
  return tableOf(
    [{ title: '' }, { title: '' }],
    [
      ['welfare', `${percent(welfareShare)} of the optimum, ${money2(welfare)} of ${money2(optimum)}`],
      [
        '',
        pc.dim(
          `seen by this observer alone: no node knows either${nodesHaveBudgets ? '; the optimum knows no budgets' : ''}`,
        ),
      ],
      ['sold', `${percent(soldShare)} of what was offered`],
      ['price', `${unitPrice(meanPrice, 2)} on average; demand would meet supply at ${unitPrice(optimumPrice, 2)}`],
      ['bids per buyer', report.bidsPerBuyer.toFixed(1)],
      ['sellers per buyer', report.sellersPerBuyer.toFixed(1)],
      ['gossip', traffic(report.gossipPerNode)],
      ['direct', traffic(report.directPerNode)],
      ['time', `${seconds(report.startMs)} to start, ${seconds(report.tradeMs)} to trade`],
    ],
  )
    .split('\n')
    .slice(1)
    .join('\n')
}

/** The last word: what was checked, and what did not hold. */
function verdict({ rest: end, sales, nodes, violations }: SwarmReport): string {
  const lines = violations.map(({ law, who, detail }) => `${pc.red('✘')} ${law}: ${who}, ${detail}`)
  for (const { name, death, killed } of nodes) {
    if (killed) lines.push(`${name} was killed on request`)
    else if (death !== null) lines.push(`${pc.red('✘')} ${name} died: ${death}`)
  }
  if (end === 'time limit') lines.push(`${pc.red('✘')} the market was not at rest when the time was up`)
  if (end === 'stopped') lines.push('stopped on request, before the market was at rest or after')
  if (end === 'all dead') lines.push(`${pc.red('✘')} no node is left`)
  const checked = `${counted(sales.length, 'receipt')} checked from both stores`
  if (violations.length === 0) lines.push(`${pc.green('✔')} ${checked}: no law broken`)
  else lines.push(`${checked}: ${counted(violations.length, 'violation')}`)
  return lines.join('\n')
}
