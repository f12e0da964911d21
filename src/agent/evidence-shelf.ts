import type { Json, StoreRecord } from '../ports/store.js'
import { awardToJson, evidenceKeyOf, evidenceToJson, isApart } from '../protocol/award-record.js'
import type { Award, Digest, Sealed } from '../protocol/message.js'

interface Kept {
  readonly award: Json
  readonly records: readonly StoreRecord[]
}

/** The evidence that awards in a seller's store refer to, each kept as long as one of them does. */
export class EvidenceShelf {
  /** Of each commit, the awards whose records refer to its evidence. */
  readonly #referring = new Map<string, Set<Digest>>()

  /** Its record refers to its evidence: it was found so in the store. */
  found(digest: Digest, about: Pick<Award, 'offer' | 'round'>): void {
    this.#refer(evidenceKeyOf(about), digest)
  }

  /** What the record of `award` is to hold of it, and what must be written with that record. */
  keep(digest: Digest, award: Sealed<Award>): Kept {
    const kept = awardToJson(award)
    if (!isApart(kept)) return { award: kept, records: [] }
    const key = evidenceKeyOf(award.body)
    const isNew = !this.#referring.has(key)
    this.#refer(key, digest)
    return { award: kept, records: isNew ? [{ key, value: evidenceToJson(award) }] : [] }
  }

  /** No record refers to the evidence of `award` for it any more. Returns what removes evidence that nothing needs. */
  drop(digest: Digest, award: Sealed<Award>): readonly StoreRecord[] {
    const key = evidenceKeyOf(award.body)
    const digests = this.#referring.get(key)
    if (!digests?.delete(digest) || digests.size > 0) return []
    this.#referring.delete(key)
    return [{ key, value: undefined }]
  }

  #refer(key: string, digest: Digest): void {
    const digests = this.#referring.get(key)
    if (digests === undefined) this.#referring.set(key, new Set([digest]))
    else digests.add(digest)
  }
}
