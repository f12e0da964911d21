import type { Command } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
Prices are currency per GB. "looked at" are the few that the node's buyer weighs; "bid" shows what stands there.
${helpWith('overage offers', 'overage offers --all --json')}`

export function addOffers(program: Command): void {
  asking(program.command('offers').description('the offers that a running node heard of, and its own'))
    .option('--all', 'also those that are closed and not yet forgotten')
    .addHelpText('after', help)
    .action(async ({ all = false, ...options }: AskingOptions & { readonly all?: boolean }) => {
      const { printOffers } = await import('../report-node.js')
      await answer(
        options,
        (client) => client.offers(all ? 'all' : 'open'),
        (offers) => printOffers(offers, Date.now()),
      )
    })
}
