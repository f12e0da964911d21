/** Why a store cannot be used, each with what to do next: these lines are what a person reads after a crash. */

const doctor = (folder: string): string => `run: overage doctor ${nodeFolderOf(folder)}`

/** The node's folder, in which its store is `store`. */
const nodeFolderOf = (folder: string): string => folder.replace(/[\\/]store$/, '')

/** Another process, or another store in this one, has the folder open. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'

  /** `holder`: what is known of whoever has it open. */
  constructor(folder: string, holder: string, cause: unknown) {
    super(`the store ${folder} is in use by ${holder}; stop that one first, or give this node another folder`, {
      cause,
    })
  }
}

/** The folder cannot be used as a store: no permission, a full disk, or damage. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'

  constructor(folder: string, cause: unknown) {
    super(`the store ${folder} cannot be opened: ${messageOf(cause)}; ${adviceOn(cause) ?? doctor(folder)}`, { cause })
  }
}

/** There was a store, and it is gone: beginning with an empty one would forget sales. */
export class StoreMissingError extends Error {
  override readonly name = 'StoreMissingError'

  constructor(folder: string) {
    super(`the store ${folder} is gone or lost its index, though this node traded before; ${doctor(folder)}`)
  }
}

/** Records are missing or changed that nobody removed. LevelDB itself drops what it cannot read and says nothing. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError'

  constructor(folder: string, detail: string) {
    super(`the store ${folder} is damaged: ${detail}; nothing was changed; ${doctor(folder)}`)
  }
}

/** The store is older than what this node did: a copy put back, or the end of it lost. It would forget sales. */
export class StoreOutdatedError extends Error {
  override readonly name = 'StoreOutdatedError'

  /** `writes`: synced writes that it lacks. */
  constructor(folder: string, writes: number) {
    const detail = `it lacks the last ${writes} writes that this node relied on, as an old copy would`
    super(`the store ${folder} is outdated: ${detail}; nothing was changed; ${doctor(folder)}`)
  }
}

/** Others know an offer that this node signed and this store does not: the whole folder is an old copy, or another copy runs. */
export class StoreOutrunError extends Error {
  override readonly name = 'StoreOutrunError'

  /** `offer`: the one that came back. */
  constructor(folder: string, offer: string) {
    const detail = `others hold offer ${offer} as this node signed it, and this folder does not know that`
    const meaning = 'it is an old copy, or another copy of it runs; nothing is sold or bought from it'
    super(`the folder ${nodeFolderOf(folder)} is outdated: ${detail}: ${meaning}; ${doctor(folder)}`)
  }
}

/** A record is whole and not what this version writes: of a later one, or changed by hand. */
export class StoreUnreadableError extends Error {
  override readonly name = 'StoreUnreadableError'

  constructor(folder: string, { key, problem }: { readonly key: string; readonly problem: string }) {
    super(
      `the folder ${folder} holds a record that this version does not understand, "${key}": ${problem}; ${doctor(folder)}`,
    )
  }
}

/** A stored value is not JSON. */
export class StoreCorruptError extends Error {
  override readonly name = 'StoreCorruptError'

  constructor(folder: string, key: string, cause: unknown) {
    super(`the store ${folder} is damaged at "${key}": ${messageOf(cause)}; ${doctor(folder)}`, { cause })
  }
}

/** A write failed, and with it every later one: what was acknowledged before is safe. */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError'

  constructor(folder: string, cause: unknown) {
    const advice = adviceOn(cause) ?? 'start it again when that is mended'
    super(`the store ${folder} cannot be written: ${messageOf(cause)}; ${advice}`, { cause })
  }
}

/** Something was written after the store was closed. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError'

  constructor(folder: string) {
    super(`the store ${folder} is closed`)
  }
}

/** What a person can do about a fault of the file system; LevelDB hands them on as text. */
function adviceOn(cause: unknown): string | undefined {
  const message = messageOf(cause)
  if (/No space left|ENOSPC|quota/i.test(message)) return 'free some space on that disk, then start it again'
  if (/Permission denied|EACCES|EPERM|Read-only|EROFS/i.test(message))
    return 'let this user write there (chown, chmod), then start it again'
  if (/Too many open files|EMFILE|ENFILE/i.test(message)) return 'raise the limit of open files (ulimit -n)'
  return undefined
}

export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
