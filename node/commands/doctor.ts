import type { Command } from 'commander'
import type { DoctorFlags } from '../doctor/run.js'

const help = `
FOLDER is a node's folder, .overage/<name> unless it was told otherwise. Nothing in it is changed without --repair.

--repair keeps a copy of the folder beside it, has LevelDB put its files in order, and drops records that cannot be read and
bind nobody. Where something may be lost that binds, it changes nothing and says so; --accept-loss goes on all the same.

Exit codes: 0 healthy, 1 something is wrong, 2 wrong usage.

Examples:
  $ overage doctor .overage/ann
  $ overage doctor .overage/ann --config node.json      compares what was traded with its plans too
  $ overage doctor .overage/ann --repair`

export function addDoctor(program: Command): void {
  program
    .command('doctor <folder>')
    .description("say what is wrong with a node's folder, and mend what can be mended")
    .option(
      '-c, --config <file>',
      "the node's configuration, to compare its plans; default: node.json in the folder, if there is one",
    )
    .option('--passphrase-file <file>', 'a file whose first line is the passphrase of an encrypted key')
    .option('--repair', 'mend the store, on a copy, as far as that is safe')
    .option('--accept-loss', 'with --repair: go on though something that binds may be lost')
    .option('--json', 'for programs')
    .addHelpText('after', help)
    .action(async (folder: string, flags: DoctorFlags) => {
      const { runDoctor } = await import('../doctor/run.js')
      await runDoctor(folder, flags)
    })
}
