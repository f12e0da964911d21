import type { Command } from 'commander'
import { ticksPerUnitPrice } from '../../src/units.js'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
It says how much to sell from now on, whatever was sold before; awards on their way count to it. An offer that is open is
closed for the new one. The node remembers it across restarts, until overage withdraw, or until it is started with
another plan in its configuration.
${helpWith('overage sell 5GB --floor 8', 'overage sell 500MB --floor 6.50 --policy fixed --for 2h')}`

interface SellOptions extends AskingOptions {
  readonly floor?: string
  readonly policy?: string
  readonly for?: string
}

export function addSell(program: Command): void {
  asking(program.command('sell').description('have a running node sell so much from now on'))
    .argument('<quantity>', 'such as 5GB or 500MB')
    .requiredOption('--floor <price>', 'the lowest price, in currency per GB')
    .option('--policy <name>', 'how the reserve follows demand: tracking (default), fixed, loser, clearing')
    .option('--for <time>', 'how long the offer stays open, such as 30min or 2h; default: a day')
    .addHelpText('after', help)
    .action(runSell)
}

async function runSell(quantity: string, { floor, policy, for: time, ...options }: SellOptions): Promise<void> {
  const { numberOf, valueIn } = await import('../flag-values.js')
  const { durationField, quantityField } = await import('../notation.js')
  const { policyField, unitPriceField } = await import('../fields.js')
  const { printTold } = await import('../report-node.js')
  const openMs = { min: 1_000, max: 31 * 86_400_000, said: 'from 1s to 744h, in whole seconds' }
  const plan = {
    gb: valueIn({ given: quantity, flag: 'quantity', schema: quantityField }) / 1_000,
    floor: numberOf({ given: floor, flag: '--floor', schema: unitPriceField }) / ticksPerUnitPrice,
    ...(policy !== undefined && { policy: valueIn({ given: policy, flag: '--policy', schema: policyField }) }),
    ...(time !== undefined && {
      closesAfterSeconds: Math.ceil(
        valueIn({ given: time, flag: '--for', schema: durationField('2h', openMs) }) / 1_000,
      ),
    }),
  }
  await answer(options, (client) => client.sell(plan), printTold)
}
