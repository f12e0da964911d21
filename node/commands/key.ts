import type { Command } from 'commander'
import type { KeyAct, KeyFlags } from '../key.js'

const help = `
FOLDER is a node's folder, .overage/<name> unless it was told otherwise. The key in it is the node: whoever has the key can
sell and buy as you. Under a passphrase it is an age file, which other age programs open as well.

Passphrases come from --passphrase-file (the first line), from OVERAGE_PASSPHRASE, or are asked for at a terminal; a new one
comes from --new-passphrase-file, from OVERAGE_NEW_PASSPHRASE, or it is asked for twice. They are never taken from the command line.

Examples:
  $ overage key show .overage/ann
  $ overage key encrypt .overage/ann
  $ overage key change .overage/ann --passphrase-file old.txt --new-passphrase-file new.txt
  $ age --decrypt .overage/ann/identity.key | wc -c        the same without overage`

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description("look at a node's key, and guard it with a passphrase")
    .addHelpText('after', help)
  const add = (act: KeyAct, why: string): Command =>
    key
      .command(`${act} <folder>`)
      .description(why)
      .option('--passphrase-file <file>', 'a file whose first line is the passphrase')
      .action(async (folder: string, flags: KeyFlags) => {
        const { runKey } = await import('../key.js')
        await runKey(act, { folder, ...flags })
      })
  const renews = (command: Command): Command =>
    command.option('--new-passphrase-file <file>', 'a file whose first line is the new passphrase')
  add('show', 'say whose key it is, and whether it is encrypted')
  renews(add('encrypt', 'put a bare key under a passphrase'))
  renews(add('change', 'put an encrypted key under another passphrase'))
  add('decrypt', 'take the passphrase off')
}
