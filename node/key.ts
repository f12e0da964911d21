/** `overage key`: what a person does with the key of a node. */
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { CommandError, UsageError } from './errors.js'
import { identityFileOf } from './identity.js'
import { isEncrypted, type KeyBytes, keyBytesOf, keyIn, readKeyFile, replaceKeyFile } from './key-file.js'
import { askedPassphrase, chosenPassphrase, type PassphraseSource, passphraseSource } from './passphrase.js'

export interface KeyFlags {
  readonly passphraseFile?: string
  readonly newPassphraseFile?: string
}

export type KeyAct = 'show' | 'encrypt' | 'decrypt' | 'change'

interface KeyRequest extends KeyFlags {
  readonly folder: string
}

/** @throws UsageError when the key is not there, cannot be read, or the passphrase is wrong; nothing was changed then. */
export async function runKey(act: KeyAct, { folder, passphraseFile, newPassphraseFile }: KeyRequest): Promise<void> {
  const file = identityFileOf(folder)
  const bytes = await keyBytesIn(file, folder)
  const encrypted = isEncrypted(bytes)
  if (act === 'encrypt' && encrypted)
    throw new UsageError(`${file} is encrypted already`, {
      advice: `to choose another passphrase: overage key change ${folder}`,
    })
  if ((act === 'decrypt' || act === 'change') && !encrypted)
    throw new UsageError(`${file} is not encrypted`, { advice: `to encrypt it: overage key encrypt ${folder}` })
  const source = passphraseSource(passphraseFile)
  const key = await keyIn(bytes, { file, passphrase: () => askedPassphrase(source, file) }).catch(refuse)
  if (act !== 'show')
    await rewrite(key, {
      file,
      passphrase: act === 'decrypt' ? undefined : await newPassphrase(newPassphraseFile, file),
    })
  const state = act === 'decrypt' || (act === 'show' && !encrypted) ? 'not encrypted' : 'encrypted'
  process.stdout.write(`${peerIdFromPrivateKey(key)}  ${file}  ${state}\n`)
  if (act === 'encrypt') process.stdout.write('Older copies, backups and the disk itself may still hold it bare.\n')
}

async function keyBytesIn(file: string, folder: string): Promise<KeyBytes> {
  const bytes = await readKeyFile(file).catch(refuse)
  if (bytes === undefined)
    throw new UsageError(`${file}: no such file`, { advice: `${folder} is not the folder of a node that ever ran` })
  return bytes
}

/** What is wrong with a file is for a person to mend, and no fault of ours. */
function refuse(error: Error): never {
  throw error instanceof CommandError ? error : new UsageError(error.message, { cause: error })
}

const newPassphrase = (newFile: string | undefined, file: string): Promise<string> => {
  const source: PassphraseSource = {
    file: newFile,
    flag: '--new-passphrase-file',
    variable: 'OVERAGE_NEW_PASSPHRASE',
    environment: process.env,
  }
  return chosenPassphrase(source, `${file} from now on`)
}

async function rewrite(
  key: Ed25519PrivateKey,
  { file, passphrase }: { readonly file: string; readonly passphrase: string | undefined },
): Promise<void> {
  const bytes = await keyBytesOf(key, passphrase)
  // Read back before the only copy is replaced.
  const again = await keyIn(bytes, { file, passphrase: async () => passphrase! })
  if (!again.equals(key)) throw new Error('the key was not the same when it was read back')
  await replaceKeyFile(file, bytes)
}
