import { join } from 'node:path'
import type { StoreContents } from '../../src/ports/store.js'
import type { Desk } from './workspace.js'

/** What the store of a node that does not run holds. */
export async function storedIn({ folder }: Desk): Promise<StoreContents> {
  const { LevelStore } = await import('../store-level.js')
  const store = await LevelStore.open(join(folder, 'store'))
  try {
    return await store.contents()
  } finally {
    await store.close()
  }
}
