import { randomUUID } from 'node:crypto'
import { link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { keyBytesOf, keyIn, readKeyFile, syncFolder, writeSynced } from './key-file.js'
import { askedPassphrase, givenPassphrase, type PassphraseSource, passphraseSource } from './passphrase.js'

export { IdentityCorruptError, IdentityPermissionsError, PassphraseWrongError } from './key-file.js'

const fileName = 'identity.key'

/** The store belongs to another identity: under this one, what it sold and bought could not be settled. */
export class IdentityMismatchError extends Error {
  override readonly name = 'IdentityMismatchError'

  constructor(folder: string, { key, owner }: { readonly key: string; readonly owner: string | undefined }) {
    const whose = owner === undefined ? 'has a store but no key' : `has a store of ${owner} and the key of ${key}`
    super(`${folder} ${whose}; put the right ${fileName} back, or give this node another folder`)
  }
}

export const identityFileOf = (folder: string): string => join(folder, fileName)

/**
 * The identity that is kept in `folder`, made on first use; the folder too. A passphrase is asked for where the file is
 * encrypted; one that was given encrypts a new file, and is not needed for one that is bare.
 *
 * @throws IdentityCorruptError, IdentityPermissionsError, UsageError about the passphrase, or what the file system says.
 */
export async function loadIdentity(
  folder: string,
  source: PassphraseSource = passphraseSource(undefined),
): Promise<Ed25519PrivateKey> {
  const file = identityFileOf(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return (await readKey(file, source)) ?? (await createKey(folder, { file, source }))
}

/** The identity of a seed of 32 bytes: for swarms that can be repeated, never for a real person. */
export function identityFromSeed(seed: Uint8Array): Promise<Ed25519PrivateKey> {
  if (seed.byteLength !== 32) throw new RangeError(`not a seed of 32 bytes: ${seed.byteLength}`)
  return generateKeyPairFromSeed('Ed25519', seed)
}

async function readKey(file: string, source: PassphraseSource): Promise<Ed25519PrivateKey | undefined> {
  const bytes = await readKeyFile(file)
  return bytes && keyIn(bytes, { file, passphrase: () => askedPassphrase(source, file) })
}

/**
 * Written beside its place, then linked into it: the file is whole or absent after a crash, and of two processes that
 * start at once both end with the one key that came first.
 */
async function createKey(
  folder: string,
  { file, source }: { readonly file: string; readonly source: PassphraseSource },
): Promise<Ed25519PrivateKey> {
  const key = await generateKeyPair('Ed25519')
  const draft = join(folder, `.${fileName}.${randomUUID()}`)
  try {
    await writeSynced(draft, await keyBytesOf(key, await givenPassphrase(source)))
    await link(draft, file)
    await syncFolder(folder)
    return key
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await readKey(file, source) : undefined
    if (other === undefined) throw error
    return other
  } finally {
    await rm(draft, { force: true })
  }
}
