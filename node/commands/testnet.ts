import type { Command } from 'commander'
import type { BootstrapFlags } from '../testnet/bootstrap.js'
import type { InitFlags } from '../testnet/init.js'

const help = `
A bundle is one file that holds all a stranger needs: the market, what its nodes must agree on, and peers to begin with.
The network's id is a hash of what must agree: whoever changes any of it is in another network.

A testnet in three lines, on one or several machines:
  $ overage testnet init lab
  $ overage testnet bootstrap --bundle lab.testnet.json --write
  $ overage join lab.testnet.json --name ann --sell 5GB --floor 8`

const initHelp = `
Examples:
  $ overage testnet init lab
  $ overage testnet init lab --currency EUR --epsilon 0.5 --round 500ms
  $ overage testnet init office --lan --private --bootstrap /ip4/10.0.0.5/tcp/4001/p2p/12D3Koo…
  $ overage testnet init big --shards 8 --heard-shards 2 --rule acceptMsMax=20000

'overage testnet show' names every rule. Exit codes: 0 written; 2 wrong usage.`

const bootstrapHelp = `
It needs an address that others can dial. Behind a forwarded port or with a host name, say so:
  $ overage testnet bootstrap --bundle lab.testnet.json --listen /ip4/0.0.0.0/tcp/4001 --announce /dns4/boot.example.org/tcp/4001 --write

Nobody needs it once they know each other; run two or three on different machines, with the same bundle, so that newcomers
always find one. Its identity stays in its folder: keep that, and its addresses stay valid.

Exit codes: 0 stopped; 1 failed while running; 2 wrong usage or bundle; 3 did not start; 130 interrupted.`

export function addTestnet(program: Command): void {
  const testnet = program
    .command('testnet')
    .description('make a network of its own, describe one, or run its first peer')
    .addHelpText('after', help)
  testnet
    .command('init')
    .description('write the bundle of a new network')
    .argument('<name>', 'the name of its market')
    .option('--currency <text>', 'what money is counted in', 'HK$')
    .option('--epsilon <amount>', 'fee of each completed purchase, in currency (default: 1)')
    .option('--round <time>', 'length of an auction round (default: 1s, with --lan 250ms)')
    .option('--shards <count>', 'parts of the offers, for thousands of sellers', '1')
    .option('--heard-shards <count>', 'how many of them each person hears (default: 2, or all)')
    .option('--lan', 'the short rounds of a local network')
    .option('--rule <name=value>', 'any other rule; may be given again', collect, [])
    .option('--bootstrap <addresses>', 'multiaddrs of peers that usually run, comma-separated')
    .option('--private', 'make a pre-shared key, without which nobody connects')
    .option('-o, --out <file>', 'where to write it (default: NAME.testnet.json)')
    .option('--force', 'replace the file')
    .option('--json', 'print the bundle instead of what to do next')
    .addHelpText('after', initHelp)
    .action(async (name: string, flags: InitFlags) => {
      const { initTestnet } = await import('../testnet/init.js')
      await initTestnet(name, flags)
    })
  testnet
    .command('show')
    .description('explain a bundle')
    .argument('<bundle>', "a file, a URL, or '-': standard input")
    .option('--json', 'print it as JSON, without its key')
    .action(async (source: string, flags: { json?: boolean }) => {
      const { showTestnet } = await import('../testnet/show.js')
      await showTestnet(source, flags)
    })
  testnet
    .command('bootstrap')
    .description('run a peer that others find first: it trades nothing, introduces, relays, and tells offers it heard')
    .requiredOption('-b, --bundle <file>', 'the network')
    .option('--listen <addresses>', 'multiaddrs to listen on', '/ip4/0.0.0.0/tcp/4001')
    .option('--announce <addresses>', 'multiaddrs under which others can dial it, if not those')
    .option('--folder <path>', 'its identity and what it remembers (default: .overage/bootstrap-<market>)')
    .option('--write', 'write its addresses into the bundle')
    .option('--no-multicast', 'do not show itself on the local network')
    .option('--local', 'all peers are on this machine')
    .option('--api <address>', 'where its HTTP API listens, or off (default: 127.0.0.1:0)')
    .option('--log-level <level>', 'error, warn, info, debug, trace, silent (default: info)')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', bootstrapHelp)
    .action(async (flags: BootstrapFlags) => {
      const { runBootstrap } = await import('../testnet/bootstrap.js')
      await runBootstrap(flags)
    })
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
