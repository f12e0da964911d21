import { type Command, Option } from 'commander'
import type { ApiClient } from '../api/client.js'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

const help = `
What was already awarded or accepted binds, and is still settled. The node forgets what it was told to sell or buy: it
does not begin again at its next start, unless its configuration says so.

An accept whose seller never answers holds its share of demand and budget. --accept lets go of one, named by the first digits of
its award; without an award it lists those that wait. The risk: the seller may have saved the sale in the moment before it went. If it comes
back, that purchase counts, and is to be paid, beside whatever was bought in its place. Hence --yes.
${helpWith('overage withdraw', 'overage withdraw --only bids', 'overage withdraw --accept', 'overage withdraw --accept 3f09c2 --yes')}`

interface WithdrawOptions extends AskingOptions {
  readonly only: 'all' | 'offers' | 'bids'
  readonly accept?: string | true
  readonly yes?: boolean
}

export function addWithdraw(program: Command): void {
  asking(program.command('withdraw').description('have a running node take back its offer and its bids'))
    .addOption(new Option('--only <what>', 'offers or bids').choices(['all', 'offers', 'bids']).default('all'))
    .option('--accept [award]', 'instead: let go of an accept that its seller never answers, or list those that wait')
    .option('--yes', 'with --accept: yes, it may be bought twice')
    .addHelpText('after', help)
    .action(async ({ only, accept, yes = false, ...options }: WithdrawOptions) => {
      const { printAccepts, printTold } = await import('../report-node.js')
      if (accept === true) await answer(options, (client) => client.accepts(), printAccepts)
      else if (accept === undefined) await answer(options, (client) => client.withdraw(only), printTold)
      else await answer(options, (client) => letGo(client, accept, yes), printTold)
    })
}

/** @throws UsageError when `named` is no accept that waits, or more than one, or the risk is not taken. */
async function letGo(client: ApiClient, named: string, yes: boolean) {
  const { UsageError } = await import('../errors.js')
  const { gb, money } = await import('../format.js')
  const { accepts } = await client.accepts()
  const found = accepts.filter(({ award }) => award.startsWith(named))
  const [accept] = found
  if (accept === undefined || found.length > 1)
    throw new UsageError(
      `${named}: ${accept === undefined ? 'no accept waits' : 'several accepts wait'} under such an award`,
      {
        advice: 'overage withdraw --accept lists those that wait',
      },
    )
  if (!yes)
    throw new UsageError(
      `${gb(accept.quantity)} for ${money(accept.charge)} may then be bought twice: ${accept.seller} may hold the sale and come back`,
      { advice: 'if that is a risk worth taking, say --yes; the safe way to want more is overage buy' },
    )
  return client.forget(accept.award)
}
