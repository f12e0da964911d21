import type { Json, StoreContents, StoreRecord } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import type { Award, Digest, Sealed } from '../../protocol/message.js'
import type { Report } from './step.js'

/** Where an award of a seller stands: `lapsed` may still be honoured, `refused` may not. */
type AwardState = 'pending' | 'lapsed' | 'refused'

interface Kept {
  readonly award: Sealed<Award>
  readonly state: AwardState
}

/** What one step changed. */
export interface TradeChanges {
  /** Awards of a commit. */
  readonly opened: readonly Sealed<Award>[]
  /** Awards that are sold now. */
  readonly sold: readonly Sealed<Award>[]
  /** Whether stock was there again, or left that others could have had. */
  readonly disturbed: boolean
}

/** The awards and sales of one seller in one life, as its saves tell of them. */
export class Trades {
  readonly #awards = new Map<Digest, Kept>()
  readonly #sold = new Map<Digest, number>()
  readonly #report: Report

  constructor(contents: StoreContents, report: Report) {
    this.#report = report
    for (const record of contents) this.#take(record)
  }

  /** Sold or promised: quantities of all sales and of the awards that wait for an answer. */
  get promised(): number {
    let sum = this.sold
    for (const { award, state } of this.#awards.values()) if (state === 'pending') sum += award.body.quantity
    return sum
  }

  /** Awards that wait for an answer. */
  get waiting(): number {
    return [...this.#awards.values()].filter(({ state }) => state === 'pending').length
  }

  /** Quantities of all sales. */
  get sold(): number {
    let sum = 0
    for (const quantity of this.#sold.values()) sum += quantity
    return sum
  }

  /** Awards that lapsed and are remembered. */
  get lapsed(): number {
    return [...this.#awards.values()].filter(({ state }) => state !== 'pending').length
  }

  step(records: readonly StoreRecord[]): TradeChanges {
    const before = new Map(this.#awards)
    for (const record of records) this.#take(record)
    const opened = [...this.#awards].flatMap(([digest, { award }]) => (before.has(digest) ? [] : [award]))
    const disturbed = [...before].some(([digest, { state }]) =>
      this.#sold.has(digest) ? state !== 'pending' : state === 'pending' && this.#awards.get(digest)?.state !== state,
    )
    const sold = [...before].flatMap(([digest, { award }]) => (this.#sold.has(digest) ? [award] : []))
    return { opened, sold, disturbed }
  }

  /** An accept is refused for good: nothing may have come of its award, and nothing may be still to come. */
  refused(award: Digest): void {
    if (this.#sold.has(award) || this.#awards.get(award)?.state === 'pending') this.#bothWays(award)
  }

  #take({ key, value }: { readonly key: string; readonly value: Json | undefined }): void {
    if (key.startsWith('sale/')) this.#sale(key.slice('sale/'.length), value)
    if (!key.startsWith('seller/award/')) return
    const digest = key.slice('seller/award/'.length)
    const { state, award } = (value ?? {}) as { readonly state?: AwardState; readonly award?: Json }
    const sealed = sealedFromJson(award ?? null, 'award')
    if (state === undefined || sealed === undefined) this.#awards.delete(digest)
    else this.#awards.set(digest, { state, award: sealed })
  }

  #sale(digest: Digest, value: Json | undefined): void {
    const { receipt } = (value ?? {}) as { readonly receipt?: Json }
    const quantity = sealedFromJson(receipt ?? null, 'receipt')?.body.quantity
    if (quantity === undefined) return
    if (this.#awards.get(digest)?.state === 'refused') this.#bothWays(digest)
    this.#sold.set(digest, quantity)
  }

  #bothWays(award: Digest): void {
    this.#report('no award is both sold and refused', award)
  }
}
