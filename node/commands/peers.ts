import type { Command } from 'commander'
import { type AskingOptions, answer, asking, helpWith } from './asking.js'

export function addPeers(program: Command): void {
  asking(program.command('peers').description('whom a running node is connected to'))
    .addHelpText('after', helpWith('overage peers', 'overage peers --json'))
    .action(async (options: AskingOptions) => {
      const { printPeers } = await import('../report-node.js')
      await answer(
        options,
        (client) => client.peers(),
        (peers) => printPeers(peers, Date.now()),
      )
    })
}
