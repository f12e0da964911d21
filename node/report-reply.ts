/** A reply as a person reads it: what is bid where, and how quantity and price came about. */
import pc from 'picocolors'
import { availableAt, costOf, mergeLadders, priceAt } from '../src/mechanism/ladder.js'
import type { Reply, Situation } from '../src/mechanism/reply.js'
import type { StrategyName } from '../src/mechanism/strategy.js'
import { microsMax } from '../src/units.js'
import { bar, counted, gb, label, money, unitPrice } from './format.js'
import { tableOf } from './table.js'

/** Rungs and offers drawn; `--json` lists every bid. */
const rowsMax = 30
const barWidth = 32

export interface ExplainedReply {
  readonly situation: Situation
  readonly reply: Reply
  readonly strategy: StrategyName
}

export function printReply(explained: ExplainedReply): string {
  const { reply } = explained
  const parts = [market(explained), steps(explained), reply.bids.length === 0 ? noBids : bids(explained)]
  return `${parts.join('\n\n')}\n`
}

const noBids = 'No bid: nothing in this market is worth more than it costs by the fee.'

/** The ladders of the view as one, each rung beside what the buyer's last MB there would be worth. */
function market({ situation }: ExplainedReply): string {
  const { view, valuation, owned } = situation
  const merged = mergeLadders(view)
  const shown = merged.slice(0, rowsMax)
  const max = Math.max(...shown.map(({ price }) => price), 0)
  let total = 0
  const rows = shown.map(({ offer, price, quantity }) => {
    total += quantity
    const left = valuation.marginal(owned + total)
    const worth = left === 0 ? '–' : unitPrice(left, 2)
    return [label(offer), unitPrice(price), bar(price, { max, width: barWidth }), gb(quantity), gb(total), worth]
  })
  const table = tableOf(
    [
      { title: 'offer' },
      { title: 'per GB', align: 'right' },
      { title: '' },
      { title: 'rung', align: 'right' },
      { title: 'up to', align: 'right' },
      { title: 'last GB worth', align: 'right' },
    ],
    rows,
  )
  const more = merged.length > rowsMax ? `\n ${pc.dim(`… ${counted(merged.length - rowsMax, 'more rung')}`)}` : ''
  return `What ${counted(view.length, 'offer')} would sell this buyer, cheapest first:\n${table}${more}`
}

function steps({ situation, reply, strategy }: ExplainedReply): string {
  const { valuation, owned, budgetLeft, epsilon } = situation
  const { supremum, quantity, price, charge, utility } = reply
  const budget = budgetLeft === microsMax ? 'without a budget' : `with ${money(budgetLeft)} to spend`
  const worthAt = (more: number): string => unitPrice(valuation.marginal(owned + more), 2)
  return tableOf(
    [{ title: 'step' }, { title: '', align: 'right' }, { title: 'because' }],
    [
      [
        'wants up to',
        gb(Math.max(0, valuation.demand - owned)),
        `${gb(valuation.demand)} in all, owns ${gb(owned)}, ${budget}`,
      ],
      ['ideal reply z', gb(supremum), whySupremum(situation, supremum)],
      [
        'asks for v',
        gb(quantity),
        `worth the fee of ${money(epsilon)} less than z: the quiet margin that lets the market rest`,
      ],
      ['bids w', unitPrice(price), `per GB, what the last GB is worth (${worthAt(quantity)}), above every rung used`],
      [
        'would pay',
        money(charge),
        quantity === 0 ? '' : `${unitPrice(charge / quantity, 3)} per GB: what the ladders ask, not what is bid`,
      ],
      ['would gain', money(utility, 2), `value less charge; strategy ${strategy}`],
    ],
  )
}

/** What ended the ideal reply: the wish, the market, the price, or the purse. */
function whySupremum({ valuation, owned, view }: Situation, supremum: number): string {
  const marginal = valuation.marginal(owned + supremum)
  const merged = mergeLadders(view)
  const forSale = merged.reduce((sum, { quantity }) => sum + quantity, 0)
  if (supremum >= valuation.demand - owned) return 'all that is still wanted, each GB worth more than it costs'
  if (supremum >= forSale) return 'all that is for sale, each GB worth more than it costs'
  if (priceAt(merged, supremum + 1) >= valuation.marginal(owned + supremum + 1))
    return `from there on a GB costs more than it is worth (${unitPrice(marginal, 2)})`
  return 'the budget ends there'
}

function bids({ situation, reply, strategy }: ExplainedReply): string {
  const ladders = new Map(situation.view.map(({ offer, ladder }) => [offer, ladder]))
  const rows = reply.bids.slice(0, rowsMax).map(({ offer, quantity, price }) => {
    const ladder = ladders.get(offer) ?? []
    const charge = costOf(ladder, quantity)
    return [label(offer), gb(quantity), unitPrice(price), gb(availableAt(ladder, price)), money(charge)]
  })
  const table = tableOf(
    [
      { title: 'seller' },
      { title: 'bid for', align: 'right' },
      { title: 'at, per GB', align: 'right' },
      { title: 'could get', align: 'right' },
      { title: 'would pay', align: 'right' },
    ],
    rows,
  )
  const more =
    reply.bids.length > rowsMax ? `\n ${pc.dim(`… ${counted(reply.bids.length - rowsMax, 'more bid')}`)}` : ''
  const sellers = `${reply.bids.length} of ${situation.view.length}`
  const title =
    strategy === 'minimal-pool' ? `The fewest sellers that can serve it (${sellers})` : `Sellers (${sellers})`
  return `${title}:\n${table}${more}`
}
