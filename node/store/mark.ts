import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Beside the store, so that it is not put back together with an old copy of it. */
export const markFileOf = (store: string): string => `${store}.mark`

const title = 'overage store mark\n'
/** A count in decimal, twice, and a line end: a torn line is recognised. */
const lineBytes = 34
const bytes = title.length + 2 * lineBytes

/**
 * How many synced writes a store has seen, outside of it: a store with fewer is an old copy, or lost its end. Two lines
 * take turns, so that one is whole whenever the machine stops. Written after the store and not synced: it may lag behind
 * the store, and never runs ahead.
 */
export class StoreMark {
  readonly #descriptor: number
  #turn = 0

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Takes up the mark of `store`, and makes it where it is missing. @throws what the file system says. */
  static open(store: string, commits: number): StoreMark {
    const file = markFileOf(store)
    const isNew = readMark(store) === undefined
    const mark = new StoreMark(openSync(file, isNew ? 'w+' : 'r+', 0o600))
    if (isNew) writeSync(mark.#descriptor, title, 0)
    // Both lines, and its place on disk: from here on raising it needs no space.
    mark.raise(commits)
    mark.raise(commits)
    if (isNew) {
      fsyncSync(mark.#descriptor)
      syncFolderOf(file)
    }
    return mark
  }

  /** @throws what the file system says. */
  raise(commits: number): void {
    const count = String(commits).padStart(16, '0')
    writeSync(this.#descriptor, `${count} ${count}\n`, title.length + this.#turn * lineBytes)
    this.#turn = 1 - this.#turn
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** A new name survives a loss of power only when its folder was synced too. Windows cannot, and need not. */
function syncFolderOf(file: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(dirname(file), 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What the mark of `store` says; undefined where there is none, or none that can be read. */
export function readMark(store: string): number | undefined {
  let descriptor: number
  try {
    descriptor = openSync(markFileOf(store), 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const buffer = Buffer.alloc(bytes)
    const text = buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, bytes, 0))
    const counts = [...text.matchAll(/^(\d{16}) \1$/gm)].map(([, count]) => Number(count))
    return counts.length === 0 ? undefined : Math.max(...counts)
  } finally {
    closeSync(descriptor)
  }
}
