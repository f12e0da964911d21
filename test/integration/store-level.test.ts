import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelDatastore } from 'datastore-level'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LevelStore } from '../../node/store-level.js'
import { storeCompliance } from '../compliance/store.js'

storeCompliance('LevelDB', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'overage-store-'))
  const folder = join(parent, 'store')
  let last: LevelStore | undefined
  return {
    open: async () => {
      last = await LevelStore.open(folder)
      const store = last
      return { store, contents: () => store.contents(), close: () => store.close() }
    },
    settle: async () => {
      await last?.contents()
      await new Promise(setImmediate)
    },
    remove: () => rm(parent, { recursive: true }),
  }
})

describe('a LevelDB store', () => {
  let parent: string
  let folder: string

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'overage-store-'))
    folder = join(parent, 'store')
  })

  afterEach(() => rm(parent, { recursive: true }))

  it('that is open already is refused, and says by whom', async () => {
    const store = await LevelStore.open(folder)
    await expect(LevelStore.open(folder)).rejects.toMatchObject({
      name: 'StoreLockedError',
      message: expect.stringContaining(`in use by this process, ${process.pid}`),
    })
    await store.close()
    const again = await LevelStore.open(folder)
    await again.close()
  })

  it('that cannot be opened is refused by name', async () => {
    const file = join(parent, 'file')
    await writeFile(file, 'not a folder')
    await expect(LevelStore.open(file)).rejects.toMatchObject({ name: 'StoreOpenError' })
  })

  it('with a value that is not JSON says where', async () => {
    const datastore = new LevelDatastore(folder)
    await datastore.db.put<string, string>('offer/1', '{"stock":', { valueEncoding: 'utf8' })
    await datastore.close()
    const store = await LevelStore.open(folder)
    await expect(store.contents()).rejects.toMatchObject({
      name: 'StoreCorruptError',
      message: expect.stringContaining('offer/1'),
    })
    await store.close()
  })
})
