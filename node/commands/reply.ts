import { type Command, Option } from 'commander'
import { z } from 'zod'
import { lanRules } from '../../src/agent/rules.js'
import type { Ladder } from '../../src/mechanism/bid.js'
import type { OfferView, Situation } from '../../src/mechanism/reply.js'
import { type StrategyName, strategies, strategyNames } from '../../src/mechanism/strategy.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { megabytes, megabytesMax, micros, microsMax } from '../../src/units.js'
import { currencyField, gigabytesOrNoneField, idField, megabytesField, ticksField } from '../fields.js'
import { checkInput, readInput } from '../input.js'
import { valuationField } from '../person.js'
import { printReply } from '../report-reply.js'

const example = 'overage reply scripts/markets/reply.json'

const help = `
Input (valuation, owned, budget and epsilon in GB and currency; ladders in MB and ticks, cheapest first):
  {"valuation":{"kind":"alpha-fair","sigma":40,"alpha":0.5,"delta":1,"demand":30},
   "owned":0, "budget":500, "epsilon":0.5,
   "offers":[{"offer":"s1","ladder":[{"price":1000,"quantity":20000}]}]}
  kinds  {"kind":"alpha-fair","sigma":…,"alpha":…,"delta":…,"demand":…}   delta is 1 unless given
         {"kind":"logarithmic","sigma":…,"delta":…,"demand":…}            delta is 1 unless given
         {"kind":"parabolic","qbar":…,"pbar":…}
         {"kind":"linear","unitValue":…,"demand":…}
  Unless given: owned is 0, the budget (what is left to spend) unlimited, epsilon 1, what exchanges charge a purchase.

Output with --json (MB; ticks, 1 tick = 0.001 currency per GB; micros, 1 currency = 1 000 000 micros):
  {"supremum":…, "quantity":…, "price":…, "charge":…, "bids":[{"offer":"s1","quantity":…,"price":…}]}
  supremum is the ideal reply z, quantity what is asked for after the value decrement v, price the one unit price w
  that is bid at every seller of the pool, charge what the ladders ask for these bids.

Example:
  $ ${example}`

/** Offers in one view. A node looks at six. */
const offersMax = 10_000
/** Rungs of one ladder. A quote carries at most 64. */
const rungsMax = 1_000_000

const rungField = z.strictObject({ price: ticksField, quantity: megabytesField })

const ladderField: z.ZodType<Ladder, unknown> = z
  .array(rungField)
  .min(1, { error: 'must have at least one rung' })
  .max(rungsMax, { error: `must have at most ${rungsMax} rungs` })
  .superRefine((ladder, context) => {
    let total = 0
    for (const [index, { price, quantity }] of ladder.entries()) {
      total += quantity
      const below = ladder[index - 1]
      if (below !== undefined && price <= below.price) {
        const message = `must be above the price of the rung before it (${below.price}), got ${price}: cheapest first`
        context.addIssue({ code: 'custom', path: [index, 'price'], message })
      }
      if (total > megabytesMax) {
        const message = `takes the ladder to ${total} MB, where at most ${megabytesMax} can be for sale`
        context.addIssue({ code: 'custom', path: [index, 'quantity'], message })
        return
      }
    }
  })

/** What the command reads. */
export const situationSchema = z
  .strictObject({
    valuation: valuationField,
    owned: gigabytesOrNoneField.default(megabytes(0)),
    budget: currencyField.default(micros(microsMax)),
    epsilon: currencyField.default(lanRules.epsilon),
    offers: z
      .array(z.strictObject({ offer: idField, ladder: ladderField }))
      .max(offersMax, { error: `must hold at most ${offersMax} offers` }),
  })
  .superRefine(({ offers }, context) => {
    const seen = new Map<string, number>()
    for (const [index, { offer }] of offers.entries()) {
      const first = seen.get(offer)
      if (first === undefined) seen.set(offer, index)
      else {
        const message = `${JSON.stringify(offer)} is already offers[${first}]; an offer has one ladder`
        context.addIssue({ code: 'custom', path: ['offers', index, 'offer'], message })
      }
    }
  })

/** Reads a buyer's situation, computes its reply (MECHANISM §5), and prints what it would bid and why. */
async function runReply(
  file: string | undefined,
  { json, strategy }: { readonly json: boolean; readonly strategy: StrategyName },
): Promise<void> {
  const input = checkInput(await readInput(file, { example }), situationSchema)
  const view: readonly OfferView[] = input.offers
  const situation: Situation = {
    buyer: 'buyer',
    valuation: valuationOf(input.valuation),
    owned: input.owned,
    budgetLeft: input.budget,
    epsilon: input.epsilon,
    loyalty: lanRules.loyaltyPerMille,
    view,
  }
  const reply = strategies[strategy](situation)
  const { supremum, quantity, price, charge, bids } = reply
  if (json) {
    const listed = bids.map((bid) => ({ offer: bid.offer, quantity: bid.quantity, price: bid.price }))
    process.stdout.write(`${JSON.stringify({ supremum, quantity, price, charge, bids: listed })}\n`)
  } else process.stdout.write(printReply({ situation, reply, strategy }))
}

export function addReply(program: Command): void {
  program
    .command('reply')
    .description("compute a buyer's best reply to the offers it sees: how much, at what price, at which sellers")
    .argument('[file]', "JSON with the valuation and the offers; '-' or absent: standard input")
    .option('--json', 'print the result as JSON')
    .addOption(new Option('--strategy <name>', 'how to reply').choices([...strategyNames]).default('minimal-pool'))
    .addHelpText('after', help)
    .action((file: string | undefined, { json, strategy }: { json?: boolean; strategy: StrategyName }) =>
      runReply(file, { json: json === true, strategy }),
    )
}
