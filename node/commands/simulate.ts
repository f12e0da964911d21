import { type Command, Option } from 'commander'
import { policyNames } from '../../src/mechanism/reserve.js'
import { strategyNames } from '../../src/mechanism/strategy.js'
import type { SimulateFlags } from '../simulate/flags.js'

const help = `
The shipped agents in virtual time, with nothing but the network, the clock and the disk replaced: equal flags give
equal markets, message for message, and an equal digest, on every machine. People are drawn from the seed as in
'overage swarm'; without flags it is a market of 200 buyers and 80 sellers across the internet. A market of eight
thousand people or more runs on several cores; how many --threads carry it changes nothing but the time.

Times are written 250ms, 1.5s, 2min (a bare number is ms), shares 1% or 0.5%, ranges 20..200. Faults:
  --loss 5%  --duplicate 2%  --reorder 5%@500ms   messages: lost, twice, held back by up to 500 ms
  --slow 10%@300ms  --skew 500ms                  nodes: late to look at messages, clocks wrong by up to 500 ms
  --crash 20% --down 1s..10s --power-loss 50%     nodes end once, for so long; half of them lose what was not synced
  --partition 10s@5s/3                            for 10 s from the fifth on, three groups; may be repeated

Exit codes: 0 done; 1 a law was broken or the market did not end; 2 wrong usage; 130 interrupted.

Examples:
  $ overage simulate
  $ overage simulate --buyers 60 --lan --seeds 10
  $ overage simulate --loss 5% --crash 20% --partition 10s@5s --seed storm
  $ overage simulate --buyers 10000 --shards auto --fast --json report.json
  $ overage simulate --buyers 20 --trace traces && overage replay traces
  $ overage simulate --rules calmRounds=3 --rules roundsMax=10 --view 8`

const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('run a market in virtual time from a seed: any size, any network, any faults')
    .option('--buyers <count>', 'draw this many buyers (default: 200)')
    .option('--sellers <count>', 'draw this many sellers (default: 0.4 for each buyer)')
    .option('--supply-ratio <ratio>', 'total stock over total demand (default: 0.8)')
    .option('-s, --seed <text>', 'fixes everything that happens', 'demo')
    .option('--seeds <count>', 'hold so many markets, with seeds SEED-1, SEED-2, …, and report on all of them')
    .option('--view <offers>', 'offers that a buyer looks at (default: 6)')
    .option('--epsilon <currency>', 'the fee for a purchase, and the least gain worth a bid (default: 1)')
    .addOption(new Option('--strategy <name>', 'how buyers bid (default: minimal-pool)').choices(strategyNames))
    .addOption(new Option('--reserve-policy <name>', 'how reserves move (default: tracking)').choices(policyNames))
    .option('--budget <range>', "each buyer's budget is drawn from this range of currency, such as 40..400")
    .option('--rules <rule=value>', 'a rule, or a JSON file of rules; may be repeated', repeatable)
    .option('--lan', 'rules, latency and no loss as on one LAN')
    .option('--latency <range>', 'one-way delay between two nodes (default: 20..180)')
    .option('--jitter <time>', 'up to so much more for each message (default: 20)')
    .option('--loss <share>', 'messages lost (default: 1%)')
    .option('--duplicate <share>', 'messages that arrive twice')
    .option('--reorder <share[@time]>', 'messages held back, by up to 500ms unless said')
    .option('--slow <share[@time]>', 'nodes that look at messages late, by 300ms unless said')
    .option('--skew <time>', "how far nodes' clocks may be wrong, either way")
    .option('--partition <for@at[/groups]>', 'part the nodes for a while; may be repeated', repeatable)
    .option('--crash <share>', 'nodes that crash once')
    .option('--down <range>', 'how long a crashed node is away (default: 1s..10s)')
    .option('--power-loss <share>', 'of the crashes, those that lose what was not synced')
    .option('--shards <count>', "shards of the offers' gossip, or 'auto': in proportion to the sellers (default: 1)")
    .option('--shards-heard <count>', 'shards that a buyer listens to (default: 2)')
    .option('--fast', 'pass messages as objects: the same market sooner, without counting bytes')
    .addOption(new Option('--check <when>', 'when the laws are checked').choices(['every-step', 'end']).default('end'))
    .option('--time-limit <time>', 'market time after which it is given up', '1h')
    .option('--workers <count>', 'markets held at once with --seeds (default: one a core)')
    .option('--threads <count>', 'threads that carry one market (default: one a core, if it is large)')
    .option('--trace <folder>', "where each node's trace goes, for overage replay; earlier traces there are replaced")
    .option('--json [file]', 'write the report as JSON: to a file, or to standard output instead of the tables')
    .option('-q, --quiet', 'no tables and no progress: problems only')
    .addHelpText('after', help)
    .action(async (flags: SimulateFlags) => {
      const [{ runSimulate }, { simulateRequestOf }] = await Promise.all([
        import('../simulate/run.js'),
        import('../simulate/request.js'),
      ])
      await runSimulate(await simulateRequestOf(flags))
    })
}
