import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LevelDatastore } from 'datastore-level'
import type { Json, Store, StoreContents, StoreRecord } from '../src/ports/store.js'
import {
  StoreClosedError,
  StoreCorruptError,
  StoreDamagedError,
  StoreLockedError,
  StoreMissingError,
  StoreOpenError,
  StoreOutdatedError,
  StoreWriteError,
} from './store/errors.js'
import { describeHolder, removeHolder, writeHolder } from './store/holder.js'
import { readMark, StoreMark } from './store/mark.js'
import { Seal, sealFrom, sealKey } from './store/seal.js'
import { mendSnapshots, Snapshot } from './store/snapshot.js'

export * from './store/errors.js'

interface Operation {
  readonly key: string
  /** undefined: removed. */
  readonly text: string | undefined
}

interface Write {
  readonly operations: readonly Operation[]
  readonly sync: boolean
  readonly done: (error?: Error) => void
}

/** Values and keys as text; the datastore's own default is bytes. */
const encoding = { keyEncoding: 'utf8', valueEncoding: 'utf8' } as const

/**
 * A {@link Store} in a LevelDB folder. One batch is under way at a time, because LevelDB does not promise to apply
 * concurrent ones in call order; what is written meanwhile goes into the next batch together, so that a burst of
 * writes costs one flush to disk.
 *
 * Beside the folder lie `<folder>.mark` ({@link StoreMark}) and, while it is open, `<folder>.holder`.
 */
export class LevelStore implements Store {
  readonly #folder: string
  readonly #datastore: LevelDatastore
  readonly #seal: Seal
  readonly #mark: StoreMark
  /** Where the lock file was when it was opened: the folder is still that one as long as this does not change. */
  readonly #place: number | undefined
  #waiting: Write[] = []
  #flushing: Promise<void> | undefined
  #failure: Error | undefined
  #closed = false

  private constructor(folder: string, { datastore, seal }: { datastore: LevelDatastore; seal: Seal }) {
    this.#folder = folder
    this.#datastore = datastore
    this.#seal = seal
    this.#mark = StoreMark.open(folder, seal.commits)
    this.#place = placeOf(folder)
    writeHolder(folder)
  }

  /**
   * Opens the store in `folder`, which is created if absent. A store that is refused is left as it was found.
   *
   * @throws StoreLockedError when it is open elsewhere.
   * @throws StoreMissingError, StoreDamagedError, StoreOutdatedError when it does not hold what was written to it.
   * @throws StoreOpenError when it cannot be opened for another reason.
   */
  static async open(folder: string): Promise<LevelStore> {
    try {
      return await LevelStore.#open(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      throw new StoreOpenError(folder, error)
    }
  }

  static async #open(folder: string): Promise<LevelStore> {
    await mendSnapshots(folder)
    const isStore = existsSync(join(folder, 'CURRENT'))
    const mark = readMark(folder)
    // LevelDB would begin anew in a folder without its index, and remove what lies there.
    if (!isStore && (holdsData(folder) || (mark ?? 0) > 0)) throw new StoreMissingError(folder)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const snapshot = await Snapshot.take(folder)
    const datastore = new LevelDatastore(folder)
    try {
      await openDatabase(datastore, folder)
      const store = new LevelStore(folder, { datastore, seal: await sealOf(datastore, { folder, mark }) })
      await snapshot.discard()
      return store
    } catch (error) {
      await datastore.db.close()
      if (error instanceof StoreLockedError || !isStore) await snapshot.discard()
      else await snapshot.restore()
      throw error
    }
  }

  write(records: readonly StoreRecord[], { sync }: { readonly sync: boolean }, done: (error?: Error) => void): void {
    const refusal = this.#closed ? new StoreClosedError(this.#folder) : this.#failure
    if (refusal !== undefined) {
      queueMicrotask(() => done(refusal))
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
    for await (const [key, value] of this.#datastore.db.iterator<string, string>(encoding)) {
      if (key !== sealKey) contents.push({ key, value: this.#parse(key, value) })
    }
    return contents
  }

  /** Lets what was written get in place, then gives the folder free. Safe to call again. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#flushing
    this.#mark.close()
    removeHolder(this.#folder)
    await this.#datastore.close()
  }

  async #flush(): Promise<void> {
    // Lets the writes of one turn share a batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const writes = this.#waiting
      this.#waiting = []
      // After one that failed none is tried: it might succeed, and leave a hole before it.
      this.#failure ??= await this.#batch(writes)
      const error = this.#failure
      for (const { done } of writes) queueMicrotask(() => done(error))
    }
    this.#flushing = undefined
  }

  async #batch(writes: readonly Write[]): Promise<Error | undefined> {
    const sync = writes.some((write) => write.sync)
    const operations = writes.flatMap((write) => write.operations)
    for (const { key, text } of operations) this.#seal.set(key, text)
    if (sync) this.#seal.committed()
    const sealed = [...operations, { key: sealKey, text: JSON.stringify(this.#seal.record) }]
    try {
      // The datastore's batch takes no options; the database under it, which it makes public, honours `sync`.
      await this.#datastore.db.batch<string, string>(sealed.map(levelOperationOf), { ...encoding, sync })
      if (sync) this.#confirm()
      return undefined
    } catch (error) {
      return new StoreWriteError(this.#folder, error)
    }
  }

  /** Before anybody relies on a synced write: a folder that was removed takes writes as well as any other. */
  #confirm(): void {
    if (placeOf(this.#folder) !== this.#place) throw new Error('its folder was removed or replaced while it was open')
    this.#mark.raise(this.#seal.commits)
  }

  #parse(key: string, value: string): Json {
    try {
      return JSON.parse(value) as Json
    } catch (error) {
      throw new StoreCorruptError(this.#folder, key, error)
    }
  }
}

async function openDatabase(datastore: LevelDatastore, folder: string): Promise<void> {
  try {
    // Not the datastore's own `open`, which turns the cause into text.
    await datastore.db.open({ createIfMissing: true })
  } catch (error) {
    const cause = (error as Error).cause ?? error
    const isLocked = (cause as { code?: unknown }).code === 'LEVEL_LOCKED'
    throw isLocked ? new StoreLockedError(folder, describeHolder(folder), cause) : new StoreOpenError(folder, cause)
  }
}

/** Reads all that is there and compares it with what the store and its mark say should be. */
async function sealOf(
  datastore: LevelDatastore,
  { folder, mark }: { readonly folder: string; readonly mark: number | undefined },
): Promise<Seal> {
  const seal = new Seal()
  let written: string | undefined
  try {
    for await (const [key, text] of datastore.db.iterator<string, string>(encoding)) {
      if (key === sealKey) written = text
      else seal.set(key, text)
    }
  } catch (error) {
    throw new StoreDamagedError(
      folder,
      ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message,
    )
  }
  if (written !== undefined) {
    const found = sealFrom(written)
    const wrong = found === undefined ? 'its seal cannot be read' : seal.continueFrom(found)
    if (wrong !== undefined) throw new StoreDamagedError(folder, wrong)
    if (mark === undefined) throw new StoreDamagedError(folder, 'its mark, the file beside it, is missing')
  }
  if (mark !== undefined && mark > seal.commits) throw new StoreOutdatedError(folder, mark - seal.commits)
  return seal
}

/** Whether LevelDB ever wrote there. */
function holdsData(folder: string): boolean {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.some((name) => /^MANIFEST-|\.(ldb|sst|log)$/.test(name))
}

const placeOf = (folder: string): number | undefined => statSync(join(folder, 'LOCK'), { throwIfNoEntry: false })?.ino

const operationOf = ({ key, value }: StoreRecord): Operation => ({
  key,
  text: value === undefined ? undefined : JSON.stringify(value),
})

const levelOperationOf = ({ key, text }: Operation) =>
  text === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value: text } as const)
