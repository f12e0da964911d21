import type { Command } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
It says how much to buy from now on, whatever was bought before; accepts on their way count to it. Bids that stand are
withdrawn for new ones. The node remembers it across restarts, until overage withdraw, or until it is started with
another plan in its configuration.

What data is worth stays on this node: the first GB is worth about --sigma, and each further one less, the faster the
higher --alpha is: the q-th GB is worth sigma · (1 + q / delta)^-alpha. --alpha 0 makes all of it worth the same.
${helpWith('overage buy 12GB --sigma 40 --alpha 0.5 --budget 200', 'overage buy 500MB --sigma 9 --alpha 0')}`

interface BuyOptions extends AskingOptions {
  readonly sigma?: string
  readonly alpha: string
  readonly delta?: string
  readonly budget?: string
  readonly strategy?: string
}

export function addBuy(program: Command): void {
  asking(program.command('buy').description('have a running node buy up to so much from now on'))
    .argument('<quantity>', 'such as 12GB or 500MB')
    .requiredOption('--sigma <value>', 'what the first GB is worth, in currency')
    .option('--alpha <number>', 'how fast further data is worth less: 0, or up to but not 1', '0.5')
    .option('--delta <GB>', 'after how much it begins to; default: 1')
    .option('--budget <amount>', 'the most that all of it may cost, in currency, fees not counted; default: no limit')
    .option('--strategy <name>', 'how to bid; default: minimal-pool')
    .addHelpText('after', help)
    .action(runBuy)
}

async function runBuy(
  quantity: string,
  { sigma, alpha, delta, budget, strategy, ...options }: BuyOptions,
): Promise<void> {
  const { numberOf, valueIn } = await import('../flag-values.js')
  const { quantityField } = await import('../notation.js')
  const { currencyField, realField } = await import('../fields.js')
  const { strategyField } = await import('../person.js')
  const { printTold } = await import('../report-node.js')
  const { microsPerCurrency } = await import('../../src/units.js')
  const gigabytesMax = 10_000
  // Which sigma goes with which alpha is for the node to say: it knows what its mechanism asks for.
  const wish = {
    gb: valueIn({ given: quantity, flag: 'quantity', schema: quantityField }) / 1_000,
    sigma: numberOf({ given: sigma, flag: '--sigma', schema: realField({ above: 0, max: 1_000_000_000 }) }),
    alpha: numberOf({ given: alpha, flag: '--alpha', schema: realField({ min: 0, max: 1 }) }),
    ...(delta !== undefined && {
      delta: numberOf({ given: delta, flag: '--delta', schema: realField({ above: 0, max: gigabytesMax }, 'GB') }),
    }),
    ...(budget !== undefined && {
      budget: numberOf({ given: budget, flag: '--budget', schema: currencyField }) / microsPerCurrency,
    }),
    ...(strategy !== undefined && {
      strategy: valueIn({ given: strategy, flag: '--strategy', schema: strategyField }),
    }),
  }
  await answer(options, (client) => client.buy(wish), printTold)
}
