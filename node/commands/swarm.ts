import { type Command, Option } from 'commander'
import { isolations, processesMax, type SwarmFlags } from '../swarm/flags.js'

const help = `
A market comes from a file (--market), or is drawn from a seed (--buyers, --sellers, --supply-ratio; or --nodes,
of whom one in three sells; 12 unless said). A seed fixes the people drawn, every node's identity, and who dials whom.

Each node has a folder and a log under --folder, and a node.json that 'overage node --config' runs again by hand.
Everything listens on 127.0.0.1 only. At the end every receipt is checked from both sides' stores.

Exit codes: 0 done; 1 a law was broken, a node died, or the market was not at rest in time; 2 wrong usage or market
file; 3 a node did not start; 130 interrupted. A second Ctrl-C ends everything at once.

Examples:
  $ overage swarm --market scripts/markets/exchange.json
  $ overage swarm --buyers 20 --sellers 8 --seed demo --json report.json
  $ overage swarm --nodes 100 --isolate none
  $ overage swarm --trace traces && overage replay traces
  $ overage swarm --capture seen && overage inspect stats -r seen
  $ overage swarm --market scripts/markets/exchange.json --keep      leave it running, to look at`

export function addSwarm(program: Command): void {
  program
    .command('swarm')
    .description('run a whole market of real nodes on this machine, to its end')
    .option('-m, --market <file>', "the people, as JSON; '-': standard input")
    .option('--nodes <count>', 'draw a market of this many people')
    .option('--buyers <count>', 'draw this many buyers')
    .option('--sellers <count>', 'draw this many sellers')
    .option('--supply-ratio <ratio>', 'total stock over total demand of a drawn market (default: 0.8)')
    .option('-s, --seed <text>', 'fixes people, identities and wiring', 'demo')
    .addOption(
      new Option(
        '--isolate <how>',
        `one operating-system process per node, or none (default: process up to ${processesMax} nodes)`,
      ).choices(isolations),
    )
    .option('--json <file>', "write the report as JSON; '-': to standard output, instead of the tables")
    .option('--keep', 'leave the nodes running after the report, until Ctrl-C')
    .option(
      '--folder <path>',
      'where stores and logs go; an earlier swarm there is replaced (default: .overage/<seed>)',
    )
    .option('--trace <folder>', "where each node's trace goes, for overage replay; earlier traces there are replaced")
    .option('--capture <folder>', 'where what each node does on the network goes, for overage inspect -r')
    .option('--no-api', 'no local API, neither of the nodes nor of the swarm: nothing can watch or tell it')
    .option('--time-limit <seconds>', 'how long trading may take', '300')
    .option('-q, --quiet', 'no tables and no progress: problems only')
    .addHelpText('after', help)
    .action(async (flags: SwarmFlags) => {
      const [{ runSwarm }, { swarmRequestOf }] = await Promise.all([
        import('../swarm/run.js'),
        import('../swarm/request.js'),
      ])
      await runSwarm(await swarmRequestOf(flags))
    })
}
