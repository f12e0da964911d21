import { LevelDatastore } from 'datastore-level'
import type { Json, Store, StoreContents, StoreRecord } from '../src/ports/store.js'

/** Another process, or another store in this one, has the folder open. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'

  constructor(folder: string, cause: unknown) {
    super(`the store ${folder} is in use by another process; stop that one first, or give this node another folder`, {
      cause,
    })
  }
}

/** The folder cannot be used as a store: no permission, a full disk, or damage. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'

  constructor(folder: string, cause: unknown) {
    super(`the store ${folder} cannot be opened: ${messageOf(cause)}`, { cause })
  }
}

/** A stored value is not JSON. */
export class StoreCorruptError extends Error {
  override readonly name = 'StoreCorruptError'

  constructor(folder: string, key: string, cause: unknown) {
    super(
      `the store ${folder} is damaged at "${key}": ${messageOf(cause)}; restore the folder from a copy, or begin with an empty one`,
      { cause },
    )
  }
}

/** Something was written after the store was closed. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError'

  constructor(folder: string) {
    super(`the store ${folder} is closed`)
  }
}

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string }

interface Write {
  readonly operations: readonly Operation[]
  readonly sync: boolean
  readonly done: (error?: Error) => void
}

/** Values and keys as text; the datastore's own default is bytes. */
const text = { keyEncoding: 'utf8', valueEncoding: 'utf8' } as const

/**
 * A {@link Store} in a LevelDB folder. One batch is under way at a time, because LevelDB does not promise to apply
 * concurrent ones in call order; what is written meanwhile goes into the next batch together, so that a burst of
 * writes costs one flush to disk.
 */
export class LevelStore implements Store {
  readonly #folder: string
  readonly #datastore: LevelDatastore
  #waiting: Write[] = []
  #flushing: Promise<void> | undefined
  #closed = false

  private constructor(folder: string, datastore: LevelDatastore) {
    this.#folder = folder
    this.#datastore = datastore
  }

  /**
   * Opens the store in `folder`, which is created if absent.
   *
   * @throws StoreLockedError when it is open elsewhere.
   * @throws StoreOpenError when it cannot be opened for another reason.
   */
  static async open(folder: string): Promise<LevelStore> {
    const datastore = new LevelDatastore(folder)
    try {
      // Not the datastore's own `open`, which turns the cause into text.
      await datastore.db.open({ createIfMissing: true })
    } catch (error) {
      const cause = (error as Error).cause ?? error
      if ((cause as { code?: unknown }).code === 'LEVEL_LOCKED') throw new StoreLockedError(folder, cause)
      throw new StoreOpenError(folder, cause)
    }
    return new LevelStore(folder, datastore)
  }

  write(records: readonly StoreRecord[], { sync }: { readonly sync: boolean }, done: (error?: Error) => void): void {
    if (this.#closed) {
      queueMicrotask(() => done(new StoreClosedError(this.#folder)))
      return
    }
    this.#waiting.push({ operations: records.map(operationOf), sync, done })
    this.#flushing ??= this.#flush()
  }

  /**
   * All records, in the byte order of their keys as UTF-8; what was written before the call is in it.
   *
   * @throws StoreCorruptError when a value is not JSON.
   */
  async contents(): Promise<StoreContents> {
    await this.#flushing
    const contents: { key: string; value: Json }[] = []
    for await (const [key, value] of this.#datastore.db.iterator<string, string>(text)) {
      contents.push({ key, value: this.#parse(key, value) })
    }
    return contents
  }

  /** Lets what was written get in place, then gives the folder free. Safe to call again. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#flushing
    await this.#datastore.close()
  }

  async #flush(): Promise<void> {
    // Lets the writes of one turn share a batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const writes = this.#waiting
      this.#waiting = []
      const error = await this.#batch(writes)
      for (const { done } of writes) queueMicrotask(() => done(error))
    }
    this.#flushing = undefined
  }

  async #batch(writes: readonly Write[]): Promise<Error | undefined> {
    try {
      // The datastore's batch takes no options; the database under it, which it makes public, honours `sync`.
      await this.#datastore.db.batch<string, string>(
        writes.flatMap(({ operations }) => operations),
        { ...text, sync: writes.some(({ sync }) => sync) },
      )
      return undefined
    } catch (error) {
      return error as Error
    }
  }

  #parse(key: string, value: string): Json {
    try {
      return JSON.parse(value) as Json
    } catch (error) {
      throw new StoreCorruptError(this.#folder, key, error)
    }
  }
}

const operationOf = ({ key, value }: StoreRecord): Operation =>
  value === undefined ? { type: 'del', key } : { type: 'put', key, value: JSON.stringify(value) }

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
