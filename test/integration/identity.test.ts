import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identityFromSeed, loadIdentity } from '../../node/identity.js'

describe('an identity', () => {
  let parent: string
  let folder: string
  let file: string

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'overage-identity-'))
    folder = join(parent, 'node')
    file = join(folder, 'identity.key')
  })

  afterEach(() => rm(parent, { recursive: true }))

  it('is made once, kept in one file for its owner alone, and the same ever after', async () => {
    const key = await loadIdentity(folder)
    expect(key.type).toBe('Ed25519')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['identity.key'])
    expect((await loadIdentity(folder)).equals(key)).toBe(true)
  })

  it('is one, however many ask for it at once', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(folder)))
    expect(others.every((other) => other.equals(first!))).toBe(true)
    expect(await readdir(folder)).toEqual(['identity.key'])
  })

  it('is refused, and left as it is, when its file is damaged, cut short, or another kind of key', async () => {
    const whole = privateKeyToProtobuf(await loadIdentity(folder))
    const foreign = privateKeyToProtobuf(await generateKeyPair('secp256k1'))
    for (const bytes of [new Uint8Array(0), whole.subarray(0, 40), new Uint8Array(68).fill(255), foreign]) {
      await writeFile(file, bytes)
      await expect(loadIdentity(folder)).rejects.toMatchObject({
        name: 'IdentityCorruptError',
        message: expect.stringContaining(file),
      })
      expect((await stat(file)).size).toBe(bytes.byteLength)
    }
  })

  it.skipIf(process.platform === 'win32')('is refused while others can read it', async () => {
    await loadIdentity(folder)
    await chmod(file, 0o644)
    await expect(loadIdentity(folder)).rejects.toMatchObject({
      name: 'IdentityPermissionsError',
      message: expect.stringContaining(`chmod 600 ${file}`),
    })
  })

  it('of a seed is the same every time, and another for another seed', async () => {
    const seed = new Uint8Array(32).fill(1)
    const key = await identityFromSeed(seed)
    expect((await identityFromSeed(seed)).equals(key)).toBe(true)
    expect((await identityFromSeed(new Uint8Array(32).fill(2))).equals(key)).toBe(false)
    expect(() => identityFromSeed(new Uint8Array(31))).toThrow(RangeError)
  })
})
