import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import type { StoreContents } from '../../src/ports/store.js'
import { StoreMark } from './mark.js'
import { Seal, sealKey } from './seal.js'

/** Puts LevelDB's own files in order, as far as they can be read. @throws what LevelDB says. */
export async function repairDatabase(store: string): Promise<void> {
  try {
    await ClassicLevel.repair(store)
  } catch (error) {
    throw ((error as Error).cause as Error | undefined) ?? error
  }
}

/**
 * Puts a new store with these records in the place of `store`. `commits` is more than any copy of it ever counted, so that
 * none can be put back unnoticed.
 */
export async function rebuildStore(
  store: string,
  { contents, commits }: { readonly contents: StoreContents; readonly commits: number },
): Promise<void> {
  const [fresh, old] = [`${store}.fresh`, `${store}.old`]
  for (const folder of [fresh, old]) await rm(folder, { recursive: true, force: true })
  const seal = new Seal({ commits })
  const operations = contents.map(({ key, value }) => ({ type: 'put' as const, key, value: JSON.stringify(value) }))
  for (const { key, value } of operations) seal.set(key, value)
  const database = new ClassicLevel<string, string>(fresh)
  await database.open()
  const sealed = { type: 'put' as const, key: sealKey, value: JSON.stringify(seal.record) }
  await database.batch([...operations, sealed], { sync: true })
  await database.close()
  if (existsSync(store)) await rename(store, old)
  await rename(fresh, store)
  StoreMark.open(store, commits).close()
  await rm(old, { recursive: true, force: true })
}
