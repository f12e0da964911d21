import { createHash } from 'node:crypto'

/** Where a store keeps what it says of itself. */
export const sealKey = 'store/seal'

/** How many synced writes there were, and of the records that are there how many, and their digests' exclusive or. */
export interface SealRecord {
  readonly commits: number
  readonly records: number
  readonly sum: string
}

/**
 * What all records of a store come to, kept with every write in the same batch: LevelDB leaves out, without a word,
 * whatever it cannot read of its log, and begins anew where its index is gone. Against accidents, not against a person
 * who edits their own store.
 */
export class Seal {
  readonly #digests = new Map<string, bigint>()
  #sum = 0n
  #commits: number

  /** `commits`: of the store that this one goes on from. */
  constructor({ commits = 0 } = {}) {
    this.#commits = commits
  }

  /** Synced writes so far. */
  get commits(): number {
    return this.#commits
  }

  get record(): SealRecord {
    return { commits: this.#commits, records: this.#digests.size, sum: this.#sum.toString(16) }
  }

  /** A record as it is now; `text` is undefined where it is removed. */
  set(key: string, text: string | undefined): void {
    this.#sum ^= this.#digests.get(key) ?? 0n
    if (text === undefined) this.#digests.delete(key)
    else {
      const digest = digestOf(key, text)
      this.#digests.set(key, digest)
      this.#sum ^= digest
    }
  }

  committed(): void {
    this.#commits += 1
  }

  /** Goes on from a seal found in a store. Returns what is wrong with the records given so far, if anything is. */
  continueFrom(found: SealRecord): string | undefined {
    this.#commits = found.commits
    const { records, sum } = this.record
    if (found.records === records && found.sum === sum) return undefined
    if (found.records > records) return `${found.records - records} of ${found.records} records are missing`
    if (found.records < records) return `it holds ${records} records where ${found.records} belong`
    return `of its ${records} records some are not what was written`
  }
}

/** 128 bits, plenty against chance. */
function digestOf(key: string, text: string): bigint {
  const hash = createHash('sha256').update(`${key.length} ${key}${text}`).digest('hex')
  return BigInt(`0x${hash.slice(0, 32)}`)
}

/** A seal as it was written, or undefined for anything else. */
export function sealFrom(text: string): SealRecord | undefined {
  try {
    const { commits, records, sum } = JSON.parse(text) as Partial<SealRecord>
    const counts = [commits, records].every((count) => Number.isSafeInteger(count) && Number(count) >= 0)
    return counts && typeof sum === 'string' && /^[0-9a-f]{1,32}$/.test(sum)
      ? ({ commits, records, sum } as SealRecord)
      : undefined
  } catch {
    return undefined
  }
}
