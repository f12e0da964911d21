/** A look into a store that leaves it as it is, and does not mind what is wrong with it. */
import { existsSync } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Json, StoreContents } from '../../src/ports/store.js'
import { readMark } from './mark.js'
import { Seal, sealFrom, sealKey } from './seal.js'
import { Snapshot } from './snapshot.js'

export interface Inspection {
  /** `absent`: there is neither a store nor a sign of one. */
  readonly state: 'absent' | 'in use' | 'cannot be opened' | 'opened'
  /** What was wrong on the way: with the opening, the seal or the mark. */
  readonly problems: readonly string[]
  /** Synced writes by its own count, and by the mark beside it. */
  readonly commits: number
  readonly mark: number | undefined
  readonly contents: StoreContents
  /** Keys whose values are not JSON. */
  readonly unreadable: readonly string[]
}

const nothing = { commits: 0, contents: [], unreadable: [] } as const

/** @throws what the file system says when no snapshot can be taken. */
export async function inspectStore(store: string): Promise<Inspection> {
  const mark = readMark(store)
  if (!existsSync(store)) {
    if ((mark ?? 0) === 0) return { ...nothing, state: 'absent', problems: [], mark }
    return { ...nothing, state: 'cannot be opened', problems: ['the store is gone'], mark }
  }
  if (!existsSync(join(store, 'CURRENT')))
    return { ...nothing, state: 'cannot be opened', problems: ['its index, the file CURRENT, is gone'], mark }
  const snapshot = await Snapshot.take(store, `${store}.look-${process.pid}`)
  try {
    // The lock is that of the store: whoever has the store open has the snapshot locked as well.
    await link(join(store, 'LOCK'), join(snapshot.folder, 'LOCK')).catch(() => {})
    return await inspectFolder(snapshot.folder, mark)
  } finally {
    await rm(snapshot.folder, { recursive: true, force: true })
  }
}

/** As it is found in `folder`, which nobody else uses. */
export async function inspectFolder(folder: string, mark: number | undefined): Promise<Inspection> {
  const database = new ClassicLevel<string, string>(folder, { createIfMissing: false })
  try {
    await database.open()
  } catch (error) {
    const cause = ((error as Error).cause ?? error) as { code?: unknown; message: string }
    if (cause.code === 'LEVEL_LOCKED') return { ...nothing, state: 'in use', problems: [], mark }
    return { ...nothing, state: 'cannot be opened', problems: [cause.message], mark }
  }
  try {
    return { state: 'opened', mark, ...(await read(database, mark)) }
  } catch (error) {
    const cause = ((error as Error).cause ?? error) as Error
    return { ...nothing, state: 'cannot be opened', problems: [cause.message], mark }
  } finally {
    await database.close()
  }
}

async function read(database: ClassicLevel<string, string>, mark: number | undefined) {
  const seal = new Seal()
  const contents: { key: string; value: Json }[] = []
  const unreadable: string[] = []
  let written: string | undefined
  for await (const [key, text] of database.iterator()) {
    if (key === sealKey) {
      written = text
      continue
    }
    seal.set(key, text)
    try {
      contents.push({ key, value: JSON.parse(text) as Json })
    } catch {
      unreadable.push(key)
    }
  }
  const problems: string[] = []
  const found = written === undefined ? undefined : sealFrom(written)
  if (written !== undefined && found === undefined) problems.push('its seal cannot be read')
  const wrong = found && seal.continueFrom(found)
  if (wrong !== undefined) problems.push(wrong)
  if (found !== undefined && mark === undefined) problems.push('its mark, the file beside it, is missing')
  const lacking = (mark ?? 0) - seal.commits
  if (lacking > 0) problems.push(`it lacks the last ${lacking} writes that this node relied on, as an old copy would`)
  return { problems, commits: seal.commits, contents, unreadable }
}
