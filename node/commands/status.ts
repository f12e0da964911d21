import type { Command } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

export function addStatus(program: Command): void {
  asking(program.command('status').description('how a running node stands: what it sells, wants, sold and bought'))
    .addHelpText('after', helpWith('overage status', 'overage status --node .overage/ann --json'))
    .action(async (options: AskingOptions) => {
      const { printStatus } = await import('../report-node.js')
      await answer(
        options,
        (client) => client.status(),
        (status) => printStatus(status, Date.now()),
      )
    })
}
