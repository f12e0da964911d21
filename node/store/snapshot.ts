import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isProcessRunning } from '../processes.js'

const suffix = '.before-'
/** Not part of what a store holds. */
const untouched = new Set(['LOCK', 'LOG', 'LOG.old'])

/**
 * A LevelDB folder as it was before it was opened. To open one is to rewrite it: what cannot be read of its log is thrown
 * away for good. LevelDB writes new files and never changes old ones, so links to them cost nothing.
 */
export class Snapshot {
  readonly #store: string
  readonly folder: string

  private constructor(store: string, folder: string) {
    this.#store = store
    this.folder = folder
  }

  /** Of `store`, which must exist. @throws what the file system says. */
  static async take(store: string, folder = `${store}${suffix}${process.pid}`): Promise<Snapshot> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { mode: 0o700 })
    for (const name of await readdir(store)) {
      if (!untouched.has(name)) await linkOrCopy(join(store, name), join(folder, name))
    }
    return new Snapshot(store, folder)
  }

  /** Puts it back in the place of what the opening made of it. */
  async restore(): Promise<void> {
    const opened = `${this.folder}-opened`
    await rename(this.#store, opened)
    await rename(this.folder, this.#store)
    await rm(opened, { recursive: true, force: true })
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Puts back, or removes, what a process left that was stopped while it opened `store`. */
export async function mendSnapshots(store: string): Promise<void> {
  const names = await readdir(dirname(store)).catch((): string[] => [])
  const prefix = `${basename(store)}${suffix}`
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10)
    if (pid === process.pid || isProcessRunning(pid)) continue
    const left = join(dirname(store), name)
    if (!names.includes(basename(store)) && !name.endsWith('-opened')) await rename(left, store)
    else await rm(left, { recursive: true, force: true })
  }
}

/** Where links cannot be made, as on FAT, a copy does. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Removed by whoever has the store open, since it was listed: then the lock will say so.
    if (code === 'ENOENT') return
    if (code === 'ENOSPC' || code === 'EACCES') throw error
    await copyFile(from, to)
  }
}
