import type { Command } from 'commander'
import { exitCodes } from '../errors.js'
import type { ReplayedFile } from '../replay-files.js'

const help = `
A trace has everything that one node was given and all that it did: overage node --trace FILE writes it, overage swarm
--trace FOLDER one for each node. Replaying feeds a fresh node what is in its trace, with no network, no clock and no
other node there, and compares every effect byte by byte. A node that had used anything else would do otherwise.
Signatures are checked against their signers' public keys; no private key is in a trace. What a node would pay is.

Exit codes: 0 all identical; 1 a node did otherwise (the first difference is shown); 2 a file is no trace.

Output with --json:
  {"identical":true,"traces":12,"runs":12,"steps":…,"effects":…,"elapsedMs":…,"files":[{"file":…,"name":…,"result":"identical",
   "runs":1,"steps":…,"effects":…,"unfinished":false}, …]}
  A file whose result is "different" has "difference": line, run, step, now, event, what, and expected and actual where
  an effect differs; one that is "unreadable" has "line" and "reason".

Examples:
  $ overage swarm --trace traces && overage replay traces
  $ overage replay traces/maya.jsonl --json`

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('replay nodes from their traces alone, and compare everything they do')
    .argument('<trace...>', 'trace files, or folders of them')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action((paths: readonly string[], options: { json?: boolean }) =>
      runReplay(paths, { json: options.json === true }),
    )
}

async function runReplay(paths: readonly string[], { json }: { readonly json: boolean }): Promise<void> {
  const { replayFile, traceFilesOf } = await import('../replay-files.js')
  const { printReplay, replayAsJson } = await import('../report-replay.js')
  const names = await traceFilesOf(paths)
  const started = performance.now()
  const files: ReplayedFile[] = []
  for (const [index, name] of names.entries()) {
    showProgress(`replaying ${index + 1} of ${names.length}   ${name}`)
    files.push(await replayFile(name))
  }
  showProgress('')
  const replayed = { files, elapsedMs: Math.round(performance.now() - started) }
  process.stdout.write(json ? `${JSON.stringify(replayAsJson(replayed))}\n` : printReplay(replayed))
  process.exitCode = exitCodeOf(files)
}

function exitCodeOf(files: readonly ReplayedFile[]): number {
  if (files.some(({ finding }) => finding?.type === 'different')) return exitCodes.failed
  return files.some(({ finding }) => finding?.type === 'unreadable') ? exitCodes.usage : exitCodes.done
}

/** One line on a terminal that the next one takes the place of; nothing in a pipe. */
function showProgress(text: string): void {
  const { stderr } = process
  if (stderr.isTTY === true) stderr.write(`\r\x1b[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
}
