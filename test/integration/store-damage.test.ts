/** What no crash may do to a store, done to it: the store is refused, never taken for an empty or a shorter one. */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LevelStore } from '../../node/store-level.js'

const records = 200
/** Large enough that the log has many blocks; LevelDB drops a whole block where a bit is wrong. */
const padding = 'x'.repeat(1_000)

let pristine: string
let parent: string
let folder: string

beforeAll(async () => {
  pristine = await mkdtemp(join(tmpdir(), 'overage-pristine-'))
  // Twice, so that one half is in a table and the other in the log.
  for (const half of [0, 1]) {
    const store = await LevelStore.open(join(pristine, 'store'))
    for (let index = 0; index < records / 2; index++) await put(store, `sale/${half}-${index}`, true)
    await store.close()
  }
})
afterAll(() => rm(pristine, { recursive: true }))
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'overage-damage-'))
  folder = join(parent, 'store')
  cpSync(pristine, parent, { recursive: true })
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const damages: Readonly<Record<string, () => void>> = {
  'whose log lost its tail': () => truncateSync(last(/\.log$/), statSync(last(/\.log$/)).size - 700),
  'whose log is garbled in the middle': () => garble(last(/\.log$/), 40_000),
  'whose log is garbled at its end': () => garble(last(/\.log$/), statSync(last(/\.log$/)).size - 300),
  'whose log is gone': () => rmSync(last(/\.log$/)),
  'whose CURRENT is gone': () => rmSync(join(folder, 'CURRENT')),
  'whose CURRENT is empty': () => writeFileSync(join(folder, 'CURRENT'), ''),
  'whose MANIFEST is gone': () => rmSync(last(/^MANIFEST/)),
  'whose MANIFEST is garbled': () => garble(last(/^MANIFEST/), 10),
  'whose table is garbled': () => garble(last(/\.ldb$/), 1_000),
  'whose table is gone': () => rmSync(last(/\.ldb$/)),
  'that is gone': () => rmSync(folder, { recursive: true }),
  'whose mark is gone': () => rmSync(`${folder}.mark`),
}

describe('a store', () => {
  for (const [which, damage] of Object.entries(damages)) {
    it(`${which} is refused with a way out, and left as it was found`, async () => {
      damage()
      const before = filesIn(parent)
      await expect(LevelStore.open(folder)).rejects.toMatchObject({
        name: expect.stringMatching(/^Store(Open|Missing|Damaged|Outdated)Error$/),
        message: expect.stringContaining(`overage doctor ${parent}`),
      })
      expect(filesIn(parent)).toEqual(before)
    })
  }

  it('that is an old copy is refused, and says what it lacks', async () => {
    const copy = join(parent, 'copy')
    cpSync(folder, copy, { recursive: true })
    const store = await LevelStore.open(folder)
    for (const key of ['a', 'b', 'c']) await put(store, key, true)
    await store.close()
    rmSync(folder, { recursive: true })
    renameSync(copy, folder)
    await expect(LevelStore.open(folder)).rejects.toMatchObject({
      name: 'StoreOutdatedError',
      message: expect.stringContaining('lacks the last 3 writes'),
    })
  })

  it('that lost only what was not synced is taken as it is', async () => {
    const store = await LevelStore.open(folder)
    await put(store, 'synced', true)
    const { size } = statSync(last(/\.log$/))
    await put(store, 'seller/bid/x', false)
    await store.close()
    truncateSync(last(/\.log$/), size)
    const again = await LevelStore.open(folder)
    const keys = (await again.contents()).map(({ key }) => key)
    expect(keys).toContain('synced')
    expect(keys).not.toContain('seller/bid/x')
    expect(keys).toHaveLength(records + 1)
    await again.close()
  })

  it('that is removed while it is open acknowledges no synced write any more', async () => {
    const store = await LevelStore.open(folder)
    await put(store, 'before', true)
    rmSync(folder, { recursive: true })
    await expect(put(store, 'after', true)).rejects.toThrow('removed or replaced')
    await expect(put(store, 'later', false)).rejects.toThrow('removed or replaced')
    await store.close()
  })
})

const put = (store: LevelStore, key: string, sync: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    store.write([{ key, value: { padding } }], { sync }, (error) => (error ? reject(error) : resolve()))
  })

const last = (pattern: RegExp): string =>
  join(
    folder,
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort()
      .at(-1)!,
  )

function garble(file: string, at: number): void {
  const bytes = readFileSync(file)
  for (let index = at; index < at + 8; index++) bytes[index]! ^= 0x5a
  writeFileSync(file, bytes)
}

/** Names and contents, but for what LevelDB notes for programmers and locks. */
function filesIn(top: string): ReadonlyMap<string, string> {
  const names = readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((name) => !/LOG|LOCK/.test(name))
  return new Map(
    names
      .sort()
      .filter((name) => statSync(join(top, name)).isFile())
      .map((name) => [name, readFileSync(join(top, name), 'base64')]),
  )
}
