import type { Command } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
Shows the open auction with every bid and what it would get now, the bids that stand elsewhere, and every receipt.
Prices are currency per GB. overage receipts export has the proofs.
${helpWith('overage sales', 'overage sales --json')}`

export function addSales(program: Command): void {
  asking(program.command('sales').description('what a running node is selling and buying, and what it sold and bought'))
    .addHelpText('after', help)
    .action(async (options: AskingOptions) => {
      const { printSales } = await import('../report-node.js')
      await answer(
        options,
        async (client) => {
          const [{ auctions }, { bids }, { receipts }] = await Promise.all([
            client.auctions(),
            client.bids(),
            client.receipts(),
          ])
          return { auctions, bids, receipts: receipts.map(({ proof: _, ...receipt }) => receipt) }
        },
        printSales,
      )
    })
}
