import { type Command, Option } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
What was already awarded or accepted binds, and is still settled. The node forgets what it was told to sell or buy: it
does not begin again at its next start, unless its configuration says so.
${helpWith('overage withdraw', 'overage withdraw --only bids')}`

interface WithdrawOptions extends AskingOptions {
  readonly only: 'all' | 'offers' | 'bids'
}

export function addWithdraw(program: Command): void {
  asking(program.command('withdraw').description('have a running node take back its offer and its bids'))
    .addOption(new Option('--only <what>', 'offers or bids').choices(['all', 'offers', 'bids']).default('all'))
    .addHelpText('after', help)
    .action(async ({ only, ...options }: WithdrawOptions) => {
      const { printTold } = await import('../report-node.js')
      await answer(options, (client) => client.withdraw(only), printTold)
    })
}
