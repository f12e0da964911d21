/** `overage key`, and nodes whose key is under a passphrase, as people run them. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadIdentity } from '../../node/identity.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { type Ended, endAll, start } from './command.js'

let parent = ''
let folder = ''
let file = ''
let right = ''
let wrong = ''

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'overage-key-'))
  folder = join(parent, 'ann')
  file = join(folder, 'identity.key')
  right = join(parent, 'right.txt')
  wrong = join(parent, 'wrong.txt')
  await writeFile(right, 'correct horse\n')
  await writeFile(wrong, 'wrong horse\n')
})
afterEach(endAll)
afterAll(() => rm(parent, { recursive: true }))

const key = (...words: string[]): Promise<Ended> => start(['key', ...words]).ended

describe('a key under a passphrase', () => {
  it('is the same identity before, under it, and after, and in no other hands', async () => {
    const before = await loadIdentity(folder)
    const { id } = signerOf(before)
    const bare = await readFile(file)

    expect(await key('encrypt', folder, '--new-passphrase-file', right)).toMatchObject({ code: 0, err: '' })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const sealed = await readFile(file)
    expect(sealed.toString('latin1')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/)
    expect(sealed.includes(bare.subarray(-32))).toBe(false)

    const shown = await key('show', folder, '--passphrase-file', right)
    expect(shown).toMatchObject({ code: 0, err: '', out: expect.stringContaining(id) })
    const source = { file: right, flag: '', variable: '', environment: {} }
    const signature = signerOf(await loadIdentity(folder, source)).sign(new Uint8Array(3))
    expect(ed25519Verifier.verify(id, new Uint8Array(3), signature)).toBe(true)

    expect(await key('decrypt', folder, '--passphrase-file', right)).toMatchObject({ code: 0, err: '' })
    expect(await readFile(file)).toEqual(bare)
  })

  it('is refused to a wrong passphrase with exit code 2, by every command, and left as it is', async () => {
    await key('encrypt', folder, '--new-passphrase-file', right)
    const sealed = await readFile(file)
    const node = ['node', '--folder', folder, '--local', '--passphrase-file', wrong]
    const attempts = [
      await key('show', folder, '--passphrase-file', wrong),
      await key('change', folder, '--passphrase-file', wrong, '--new-passphrase-file', right),
      await start(node).ended,
    ]
    for (const { code, err } of attempts) {
      expect(code).toBe(2)
      expect(err).toContain(`the passphrase does not open ${file}`)
      expect(err).not.toContain('horse')
    }
    expect(await readFile(file)).toEqual(sealed)
    expect(await readFile(join(folder, 'log.jsonl'), 'utf8')).not.toContain('horse')
  })

  it('is asked for nowhere but at a terminal', async () => {
    const { code, err } = await key('show', folder)
    expect(code).toBe(2)
    expect(err).toContain('needs a passphrase, and none was given\nname a file that holds it with --passphrase-file')
  })
})
