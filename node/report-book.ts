/** One auction as a person reads it: the book, the ladder a newcomer would face, the totals. */
import pc from 'picocolors'
import type { Award } from '../src/mechanism/auction.js'
import type { Ask, Bid, Ladder } from '../src/mechanism/bid.js'
import { ladderFor } from '../src/mechanism/ladder.js'
import { cost, type Megabytes, megabytes } from '../src/units.js'
import { bar, counted, gb, grouped, label, money, unitPrice } from './format.js'
import { tableOf } from './table.js'

/** Rows and rungs drawn; `--json` has them all. */
const rowsMax = 40
const barWidth = 32

export interface ClearedBook {
  readonly ask: Ask
  readonly bids: readonly Bid[]
  readonly awards: readonly Award[]
  readonly unsold: Megabytes
}

export function printBook(book: ClearedBook): string {
  const { ask, bids } = book
  const opening = `${counted(bids.length, 'bid')} for ${gb(ask.stock)} at ${unitPrice(ask.reserve)} per GB or more`
  return `${[opening, bookTable(book), ladderDrawn(ladderFor(ask, bids)), totals(book)].join('\n\n')}\n`
}

function bookTable({ ask, bids, awards }: ClearedBook): string {
  if (bids.length === 0) return pc.dim('nobody bids')
  const byPrice = bids
    .map((bid, index) => ({ bid, award: awards[index] as Award }))
    .sort((a, b) => b.bid.price - a.bid.price || b.award.quantity - a.award.quantity)
  const rows = byPrice.slice(0, rowsMax).map(({ bid, award }) => rowOf(bid, award, ask))
  const table = tableOf(
    [
      { title: 'buyer' },
      { title: 'bids per GB', align: 'right' },
      { title: 'ticks', align: 'right' },
      { title: 'wants', align: 'right' },
      { title: 'gets', align: 'right' },
      { title: 'charge', align: 'right' },
      { title: 'pays per GB', align: 'right' },
      { title: '' },
    ],
    rows,
  )
  return bids.length > rowsMax
    ? `${table}\n ${pc.dim(`… ${counted(bids.length - rowsMax, 'more bid')}; --json lists all`)}`
    : table
}

function rowOf(bid: Bid, award: Award, ask: Ask): string[] {
  const won = award.quantity > 0
  const mark =
    bid.price < ask.reserve ? 'below the reserve' : !won ? 'outbid' : award.quantity < bid.quantity ? 'in part' : ''
  return [
    label(bid.buyer),
    unitPrice(bid.price),
    pc.dim(grouped(bid.price)),
    gb(bid.quantity),
    won ? gb(award.quantity) : '–',
    won ? money(award.charge) : '–',
    won ? unitPrice(award.charge / award.quantity) : '–',
    pc.dim(mark),
  ]
}

/** The rungs with bars as long as the price; quantities add up on the right. */
function ladderDrawn(ladder: Ladder): string {
  const title = 'What a newcomer would pay, cheapest first:'
  const max = Math.max(...ladder.slice(0, rowsMax).map(({ price }) => price), 0)
  let total = 0
  const rows = ladder.slice(0, rowsMax).map(({ price, quantity }) => {
    total += quantity
    return [unitPrice(price), pc.dim(grouped(price)), bar(price, { max, width: barWidth }), gb(quantity), gb(total)]
  })
  const table = tableOf(
    [
      { title: 'per GB', align: 'right' },
      { title: 'ticks', align: 'right' },
      { title: '' },
      { title: 'rung', align: 'right' },
      { title: 'up to', align: 'right' },
    ],
    rows,
  )
  const more = ladder.length > rowsMax ? `\n ${pc.dim(`… ${counted(ladder.length - rowsMax, 'more rung')}`)}` : ''
  return `${title}\n${table}${more}`
}

function totals({ ask, awards, unsold }: ClearedBook): string {
  const winners = awards.filter(({ quantity }) => quantity > 0).length
  const charged = awards.reduce((sum, { charge }) => sum + charge, 0)
  const sold = megabytes(ask.stock - unsold)
  const paid = sold === 0 ? '' : `, ${unitPrice(charged / sold)} per GB on average`
  const atReserve = money(cost(ask.reserve, sold))
  return [
    `sold     ${gb(sold)} to ${counted(winners, 'buyer')}, ${gb(unsold)} left`,
    `charged  ${money(charged)}${paid} (${atReserve} at the reserve)`,
  ].join('\n')
}
