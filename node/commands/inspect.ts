import type { Command } from 'commander'
import type { AnswerFlags } from '../inspect/answers.js'
import type { InspectFlags } from '../inspect/run.js'

const sources = `
Where from:
  nothing said   the only node that runs under .overage
  --name, --peer, --api, --node   one running node, by its name, peer id, API or folder
  --swarm NAME   all running nodes of a swarm, merged by time
  -r PATH        captures, or folders of them, merged by time; '-': standard input
                 overage node --capture FOLDER and overage swarm --capture FOLDER make them`

const help = `
On a terminal this is a full-screen view; press ? in it for its keys. In a pipe it is JSON Lines, one event a line, and can be
read again with -r. docs/inspect.md has the events and the language of filters.
${sources}

Filters:
  topic~offers & kind=msg & peer=12D3…      & | ! ( ), = != ~ (contains) < <= > >=; * and … stand for any text
  bid & price>=8.5 & quantity>2GB           a kind alone stands for kind=; delay>250ms, bytes>2KB
  (graft | prune) & node=maya               names stand for peer ids where they are known

Examples:
  $ overage inspect
  $ overage inspect --swarm demo 'verdict & !duplicate'
  $ overage inspect -r seen/maya.0001.jsonl 'auction' | jq .message
  $ overage inspect stats -r seen --expect 'delay.p99<250ms,delivery=100%,dup<3'
  $ overage inspect msg 7f3a -r seen
  $ overage inspect offer maya/1 -r seen
  $ overage inspect export seen/maya.0001.jsonl --to pcapng --output maya.pcapng`

export function addInspect(program: Command): void {
  const command = withSources(
    program
      .command('inspect')
      .description('see what nodes do on the network: live, or from captures')
      .argument('[filter]', 'which events'),
  )
    .option('--raw', 'with the bytes of every RPC in base64 (JSON Lines only)')
    .option('--json', 'JSON Lines, also on a terminal')
    .addHelpText('after', help)
    .action(async (filter: string | undefined, flags: InspectFlags) => {
      const { runInspect } = await import('../inspect/run.js')
      await runInspect(filter ?? '', flags)
    })
  addStatistics(command)
  addMessage(command)
  addOffer(command)
  addExport(command)
}

const withSources = (command: Command): Command =>
  command
    .option('-r, --read <path>', 'a capture, or a folder of them; may be said again', listed)
    .option('--swarm <name>', 'all running nodes of a swarm, by its seed or folder')
    .option('--name <name>', 'a running node by its name')
    .option('--peer <id>', 'a running node by its peer id')
    .option('--api <url>', 'a running node by where its API answers')
    .option('--node <folder>', 'a running node by its folder')

const listed = (path: string, before: readonly string[] = []): readonly string[] => [...before, path]

const answering = (command: Command): Command =>
  withSources(command)
    .option('--for <time>', 'how long running nodes are watched (default: 10s)')
    .option('--json', 'print the result as JSON')

function addStatistics(inspect: Command): void {
  answering(
    inspect.command('stats').description('what a capture comes to: deliveries, delays, duplicates, bandwidth, offers'),
  )
    .option('--expect <list>', "what must hold, such as 'delay.p99<250ms,delivery=100%,dup<3'")
    .addHelpText(
      'after',
      `
A message is due at every node that listened to its topic when it was published and was captured for half a second after.

What can be expected: delivery (%), delay.p50 … (mean, p50, p90, p95, p99, max), dup and dup.p99 …, control (% of bytes), bytes,
published, rejected, ignored, refused, late, lost, stale.p99 …, nodes, events.lost; with = != < <= > >=.

Exit codes: 0 done; 1 something expected does not hold, and which is said; 2 wrong usage or no capture.

Examples:
  $ overage inspect stats -r seen
  $ overage inspect stats -r seen --expect 'delay.p99<250ms,delivery=100%,dup<3' --json
  $ overage inspect stats --swarm demo --for 30s`,
    )
    .action(async (_: AnswerFlags, command: Command) => {
      const { runStatistics } = await import('../inspect/answers.js')
      await runStatistics(command.optsWithGlobals())
    })
}

function addMessage(inspect: Command): void {
  answering(
    inspect.command('msg').description('the way of one message across the nodes, as a tree with its duplicates'),
  )
    .argument('<id>', "the message's id, or how it begins")
    .addHelpText(
      'after',
      '\nExamples:\n  $ overage inspect msg 7f3a -r seen\n  $ overage inspect msg 7f3a --swarm demo --for 30s',
    )
    .action(async (id: string, _: AnswerFlags, command: Command) => {
      const { runMessage } = await import('../inspect/answers.js')
      await runMessage(id, command.optsWithGlobals())
    })
}

function addOffer(inspect: Command): void {
  answering(
    inspect
      .command('offer')
      .description('the life of one offer on one time line: versions, bids, quotes, awards, receipts'),
  )
    .argument('<id>', "the offer's id, or its seller's name and a number, such as maya/1")
    .addHelpText(
      'after',
      '\nExamples:\n  $ overage inspect offer maya/1 -r seen\n  $ overage inspect offer 12D3…zHnPT/1 -r seen --json',
    )
    .action(async (id: string, _: AnswerFlags, command: Command) => {
      const { runOffer } = await import('../inspect/answers.js')
      await runOffer(id, command.optsWithGlobals())
    })
}

function addExport(inspect: Command): void {
  inspect
    .command('export')
    .description('write captures in the format of another tool')
    .argument('<path...>', 'captures, or folders of them')
    .requiredOption('--to <format>', 'tracestat or pcapng')
    .option('-o, --output <file>', "where to; '-': standard output", '-')
    .addHelpText(
      'after',
      `
tracestat: delimited trace.proto events of go-libp2p-pubsub, which its tracestat and others read.
pcapng: every RPC of gossipsub and every message of the auction protocol, decrypted, for Wireshark and tshark.

Examples:
  $ overage inspect export seen --to tracestat --output seen.trace && tracestat seen.trace
  $ overage inspect export seen/maya.0001.jsonl --to pcapng --output maya.pcapng`,
    )
    .action(async (paths: readonly string[], flags: { readonly to: string; readonly output: string }) => {
      const { runExport } = await import('../inspect/export.js')
      await runExport(paths, flags)
    })
}
