import { type Command, Option } from 'commander'
import type { TestFlags } from '../scenario/run.js'
import type { AddFlags } from '../swarm/control-client.js'
import { isolations, processesMax, type SwarmFlags } from '../swarm/flags.js'
import { withPlanOptions } from './plan-options.js'

const help = `
A market comes from a file (--market), or is drawn from a seed (--buyers, --sellers, --supply-ratio; or --nodes,
of whom one in three sells; 12 unless said). A seed fixes the people drawn, every node's identity, and who dials whom.

Each node has a folder and a log under --folder, and a node.json that 'overage node --config' runs again by hand.
Everything listens on 127.0.0.1 only. At the end every receipt is checked from both sides' stores.

Exit codes: 0 done; 1 a law was broken, a node died by itself, or the market was not at rest in time; 2 wrong usage or market
file; 3 a node did not start; 130 interrupted. A second Ctrl-C ends everything at once.

Examples:
  $ overage swarm --market scripts/markets/exchange.json
  $ overage swarm --buyers 20 --sellers 8 --seed demo --json report.json
  $ overage swarm --nodes 100 --isolate none
  $ overage swarm --trace traces && overage replay traces
  $ overage swarm --capture seen && overage inspect stats -r seen
  $ overage swarm --market scripts/markets/exchange.json --keep      leave it running, to look at

Its first line is the address of a page that shows the market live (docs/dashboard.md). While that is open when the
market has ended, the nodes run on; --keep leaves them running in any case.`

const tellingHelp = `
NAME is what swarm.json calls it, the name of its folder, or the folder; the only one that runs where it is left out.
`

const testHelp = `
Exit codes: 0 all met; 1 an expectation failed; 2 a wrong file; 3 a swarm did not start; 130 interrupted.

Examples:
  $ overage swarm test scripts/scenarios/killed-seller.yaml
  $ overage swarm test scripts/scenarios/*.yaml --only joiner --junit results.xml
  $ overage swarm test scripts/scenarios/healed-partition.yaml --folder seen
  $ overage swarm test --schema > scenario.schema.json`

export function addSwarm(program: Command): void {
  const swarm = program
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
    .option('--keep', 'leave the nodes running after the report, until Ctrl-C, page or no page')
    .option(
      '--folder <path>',
      'where stores and logs go; an earlier swarm there is replaced (default: .overage/<seed>)',
    )
    .option('--trace <folder>', "where each node's trace goes, for overage replay; earlier traces there are replaced")
    .option('--capture <folder>', 'where what each node does on the network goes, for overage inspect -r')
    .option(
      '--dashboard <address>',
      'where the page to watch it on listens, or off; not served with --quiet',
      '127.0.0.1:0',
    )
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
  addTelling(swarm)
}

/** The commands that ask and tell a running swarm. */
function addTelling(swarm: Command): void {
  const client = () => import('../swarm/control-client.js')
  swarm
    .command('status [name]')
    .description('how a running swarm stands, node by node')
    .option('--json', 'print the answer of its API as JSON')
    .addHelpText('after', `${tellingHelp}\nExamples:\n  $ overage swarm status\n  $ overage swarm status demo --json`)
    .action(async (name: string | undefined, flags: object) => (await client()).showSwarm(name, flags))
  swarm
    .command('stop [name]')
    .description('end a running swarm in good order, wait for it, and print what came of it')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `${tellingHelp}\nExit codes: 0 stopped; 1 a law was broken, or a node had died by itself; 2 there is no such swarm.\n\nExamples:\n  $ overage swarm stop\n  $ overage swarm stop demo --json > report.json`,
    )
    .action(async (name: string | undefined, flags: object) => (await client()).stopSwarm(name, flags))
  const adding = swarm
    .command('add [swarm]')
    .description('start one more person in a running swarm')
    .requiredOption('--name <name>', 'of the newcomer')
  withPlanOptions(adding)
    .option('--json', 'print the answer of its API as JSON')
    .addHelpText(
      'after',
      `${tellingHelp}\nExamples:\n  $ overage swarm add --name zoe --sell 5GB --floor 6\n  $ overage swarm add demo --name max --buy 8GB --sigma 40 --budget 150`,
    )
    .action(async (name: string | undefined, flags: AddFlags) => (await client()).addToSwarm(name, flags))
  swarm
    .command('kill <name> [node]')
    .description('end the process of one node at once, as a crash would; with one name: in the only swarm that runs')
    .option('--json', 'print the answer of its API as JSON')
    .addHelpText('after', '\nExamples:\n  $ overage swarm kill maya\n  $ overage swarm kill demo maya')
    .action(async (name: string, node: string | undefined, flags: object) => {
      const { killInSwarm } = await client()
      await (node === undefined ? killInSwarm(undefined, name, flags) : killInSwarm(name, node, flags))
    })
  swarm
    .command('test [files...]')
    .description('play scenarios on real swarms: faults, attackers, newcomers, and what is expected of the rest')
    .option('--only <text>', 'those with this in their name')
    .option('--list', 'say what they would do, and do nothing')
    .option('--junit <file>', 'write the results for a build server')
    .option('--json <file>', "write the results as JSON; '-': to standard output, instead of the lines")
    .option(
      '--folder <path>',
      'keep the stores, logs and captures there, a folder a scenario; earlier ones are replaced (default: only those of scenarios that fail are kept, in a temporary folder)',
    )
    .option('--schema', 'print the JSON Schema of a scenario, for editors')
    .addHelpText('after', testHelp)
    .action(async (files: readonly string[], flags: TestFlags) => {
      const { testSwarm } = await import('../scenario/run.js')
      await testSwarm(files, flags)
    })
}
