import type { Command } from 'commander'
import { z } from 'zod'
import { clear } from '../../src/mechanism/auction.js'
import type { Ask } from '../../src/mechanism/bid.js'
import { ticks } from '../../src/units.js'
import { idField, megabytesField, ticksField } from '../fields.js'
import { checkInput, readInput } from '../input.js'
import { printBook } from '../report-book.js'

const example = `echo '{"stock":100,"bids":[{"buyer":"ann","quantity":20,"price":4000}]}' | overage clear`

const help = `
Input (MB; ticks, 1 tick = 0.001 currency per GB):
  {"stock":100, "reserve":0, "bids":[{"buyer":"a","quantity":20,"price":4}, …]}
  reserve is 0 unless given; one bid a buyer. Read from standard input where FILE is '-' or absent.

Output with --json (MB; charges in micros, 1 currency = 1 000 000 micros), buyers in input order:
  {"awards":[{"buyer":"a","quantity":20,"charge":0}],"unsold":80}

Example:
  $ ${example}`

/** Bids in one book: ten times what one could clear and read in a sitting. */
const bidsMax = 5_000_000

/** What the command reads. */
export const bookSchema = z
  .strictObject({
    stock: megabytesField,
    reserve: ticksField.default(ticks(0)),
    bids: z.array(z.strictObject({ buyer: idField, quantity: megabytesField, price: ticksField })).max(bidsMax, {
      error: `must hold at most ${bidsMax} bids`,
    }),
  })
  .superRefine(({ bids }, context) => {
    const seen = new Map<string, number>()
    for (const [index, { buyer }] of bids.entries()) {
      const first = seen.get(buyer)
      if (first === undefined) seen.set(buyer, index)
      else {
        const message = `${JSON.stringify(buyer)} already bids at bids[${first}]; a buyer has one bid in a book`
        context.addIssue({ code: 'custom', path: ['bids', index, 'buyer'], message })
      }
    }
  })

/** Reads a book, clears it (MECHANISM §3), and prints who gets what. */
async function runClear(file: string | undefined, options: { readonly json: boolean }): Promise<void> {
  const { stock, reserve, bids } = checkInput(await readInput(file, { example }), bookSchema)
  const ask: Ask = { stock, reserve }
  const { awards, unsold } = clear(ask, bids)
  if (options.json) {
    const listed = awards.map(({ buyer, quantity, charge }) => ({ buyer, quantity, charge }))
    process.stdout.write(`${JSON.stringify({ awards: listed, unsold })}\n`)
  } else process.stdout.write(printBook({ ask, bids, awards, unsold }))
}

export function addClear(program: Command): void {
  program
    .command('clear')
    .description('clear one auction: who is awarded how much, and what each is charged')
    .argument('[file]', "JSON with the stock, the reserve and the bids; '-' or absent: standard input")
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action((file: string | undefined, options: { json?: boolean }) => runClear(file, { json: options.json === true }))
}
