import type { Command } from 'commander'
import { settings } from '../settings.js'
import type { JoinFlags } from '../testnet/join-config.js'
import { withPlanOptions } from './plan-options.js'

const help = `
It says step by step what happened, and where it went wrong if it did: the bundle, the identity (made once, kept in the folder),
the peers reached, whether they belong to the same network, how far this machine's clock is off against several of them,
the offers known, and from where this node can be dialled. Then it trades until Ctrl-C, which withdraws offer and bids.

The bundle and the identity stay in the folder: the next time 'overage join --name phone-7' is enough, and it finds the peers it
remembers even when no bootstrap peer runs.

Examples:
  $ overage join lab.testnet.json --name phone-7 --sell 5GB --floor 8
  $ overage join https://example.org/lab.testnet.json --buy 12GB --sigma 40 --alpha 0.5 --budget 200
  $ overage join http://127.0.0.1:7700/v1/bundle --token-file .overage/ann/api.token --name ben
  $ overage join --name phone-7 --json

--sigma is what the first GB is worth to you, about, in the network's currency; --alpha, from 0 to 1 without them, how fast further
ones lose value.

Exit codes: 0 stopped; 1 failed while running; 2 wrong usage or bundle; 3 did not join; 130 interrupted.`

const flagsOfNodes = ['name', 'folder', 'listen', 'bootstrap', 'local', 'api', 'log-file', 'log-level', 'trace']

export function addJoin(program: Command): void {
  const joining = program
    .command('join')
    .description('join a network of peers from its bundle, and trade there')
    .argument('[bundle]', 'a file or a URL (default: the one of the last time, in the folder)')
  const command = withPlanOptions(joining)
    .option('--announce <addresses>', 'multiaddrs under which others can dial it, behind a forwarded port')
    .option('--no-multicast', 'do not look for peers on the local network')
    .option('--wait <time>', 'how long to look for a first peer (default: 15s)')
    .option('--any-clock', "go on even if this machine's clock is off by more than others put up with")
    .option('--token-file <file>', 'what the API of a running node asks for, where the bundle comes from one')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', help)
  for (const { flag, reads, why } of settings.filter((setting) => flagsOfNodes.includes(setting.flag)))
    command.option(reads === 'switch' ? `--${flag} [true|false]` : `--${flag} <${reads}>`, why)
  command.action(async (bundle: string | undefined, flags: JoinFlags) => {
    const { joinTestnet } = await import('../testnet/join.js')
    await joinTestnet(bundle, flags)
  })
}
