import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  generateKeyPair,
  generateKeyPairFromSeed,
  privateKeyFromProtobuf,
  privateKeyToProtobuf,
} from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'

const fileName = 'identity.key'

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

/**
 * The identity that is kept in `folder`, made on first use; the folder too. The file is libp2p's own encoding of a
 * private key and is only for its owner's eyes.
 *
 * @throws IdentityCorruptError, IdentityPermissionsError, or what the file system says.
 */
export async function loadIdentity(folder: string): Promise<Ed25519PrivateKey> {
  const file = join(folder, fileName)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return (await readKey(file)) ?? (await createKey(folder, file))
}

/** The identity of a seed of 32 bytes: for swarms that can be repeated, never for a real person. */
export function identityFromSeed(seed: Uint8Array): Promise<Ed25519PrivateKey> {
  if (seed.byteLength !== 32) throw new RangeError(`not a seed of 32 bytes: ${seed.byteLength}`)
  return generateKeyPairFromSeed('Ed25519', seed)
}

async function readKey(file: string): Promise<Ed25519PrivateKey | undefined> {
  let mode: number
  try {
    mode = (await stat(file)).mode & 0o777
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Windows has no such modes and reports 666 for every file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new IdentityPermissionsError(file, mode)
  const bytes = await readFile(file)
  try {
    const key = privateKeyFromProtobuf(bytes)
    if (key.type === 'Ed25519') return key
  } catch (error) {
    throw new IdentityCorruptError(file, error)
  }
  throw new IdentityCorruptError(file)
}

/**
 * Written beside its place, then linked into it: the file is whole or absent after a crash, and of two processes that
 * start at once both end with the one key that came first.
 */
async function createKey(folder: string, file: string): Promise<Ed25519PrivateKey> {
  const key = await generateKeyPair('Ed25519')
  const draft = join(folder, `.${fileName}.${randomUUID()}`)
  try {
    await writeSynced(draft, privateKeyToProtobuf(key))
    await link(draft, file)
    await syncFolder(folder)
    return key
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await readKey(file) : undefined
    if (other === undefined) throw error
    return other
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name in a folder survives a loss of power only when the folder was synced too. Windows cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
