/** A private key as a file: libp2p's own encoding, bare or in an age file under a passphrase, for its owner's eyes alone. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { armor, Decrypter, Encrypter } from 'age-encryption'
import { UsageError } from './errors.js'

/** The key file is not one that this program wrote. */
export class IdentityCorruptError extends Error {
  override readonly name = 'IdentityCorruptError'

  constructor(file: string, cause?: unknown) {
    super(`${file} holds no Ed25519 private key; restore it from a copy, or remove it to begin under a new identity`, {
      cause,
    })
  }
}

/** Others on this machine could read the key. */
export class IdentityPermissionsError extends Error {
  override readonly name = 'IdentityPermissionsError'

  constructor(file: string, mode: number) {
    super(`${file} can be read or changed by others (mode ${mode.toString(8)}); run: chmod 600 ${file}`)
  }
}

/** The passphrase does not open the key. */
export class PassphraseWrongError extends UsageError {
  constructor(file: string) {
    super(`the passphrase does not open ${file}`, {
      advice: 'try again; nobody can recover it. Without it, the node can only begin under a new identity',
    })
  }
}

const armorBegin = '-----BEGIN AGE ENCRYPTED FILE-----'

/** scrypt over 2^17 blocks of 1 kB: 128 MB and about a second for each guess, for a thief as for us. */
const workFactor = 17

export type KeyBytes = Uint8Array

/** @throws IdentityPermissionsError, or what the file system says; undefined where there is no file. */
export async function readKeyFile(file: string): Promise<KeyBytes | undefined> {
  let mode: number
  try {
    mode = (await stat(file)).mode & 0o777
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Windows has no such modes and reports 666 for every file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new IdentityPermissionsError(file, mode)
  return readFile(file)
}

export const isEncrypted = (bytes: KeyBytes): boolean =>
  Buffer.from(bytes.subarray(0, armorBegin.length)).toString('latin1') === armorBegin

/** The key in a file's bytes; `passphrase` is asked for only if need be. @throws IdentityCorruptError, PassphraseWrongError. */
export async function keyIn(
  bytes: KeyBytes,
  { file, passphrase }: { readonly file: string; readonly passphrase: () => Promise<string> },
): Promise<Ed25519PrivateKey> {
  const plain = isEncrypted(bytes) ? await decrypted(bytes, { file, passphrase: await passphrase() }) : bytes
  try {
    const key = privateKeyFromProtobuf(plain)
    if (key.type === 'Ed25519') return key
  } catch (error) {
    throw new IdentityCorruptError(file, error)
  }
  throw new IdentityCorruptError(file)
}

/** What a file is to hold: bare, or under a passphrase. */
export async function keyBytesOf(key: Ed25519PrivateKey, passphrase: string | undefined): Promise<KeyBytes> {
  const plain = privateKeyToProtobuf(key)
  if (passphrase === undefined) return plain
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(workFactor)
  return Buffer.from(`${armor.encode(await encrypter.encrypt(plain))}\n`)
}

async function decrypted(
  bytes: KeyBytes,
  { file, passphrase }: { readonly file: string; readonly passphrase: string },
): Promise<KeyBytes> {
  let sealed: Uint8Array
  try {
    sealed = armor.decode(Buffer.from(bytes).toString('latin1'))
  } catch (error) {
    throw new IdentityCorruptError(file, error)
  }
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  try {
    return await decrypter.decrypt(sealed)
  } catch (error) {
    // The library tells a passphrase that does not fit from a damaged file only by its words.
    if (/no identity matched/.test((error as Error).message)) throw new PassphraseWrongError(file)
    throw new IdentityCorruptError(file, error)
  }
}

/** Puts `bytes` in the place of what `file` held: the one or the other is there after a crash. */
export async function replaceKeyFile(file: string, bytes: KeyBytes): Promise<void> {
  const draft = `${file}.new`
  try {
    await rm(draft, { force: true })
    await writeSynced(draft, bytes)
    await rename(draft, file)
    await syncFolder(dirname(file))
  } finally {
    await rm(draft, { force: true })
  }
}

/** Writes a new file with mode 0600. @throws EEXIST where there is one. */
export async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name in a folder survives a loss of power only when the folder was synced too. Windows cannot, and need not. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
