import type { StoreContents } from '../ports/store.js'
import type { Effect } from './agent.js'

/**
 * Numbers that only grow: across a crash, a store that lost what was not synced, and a clock set back. They are promised
 * to the store a block at a time before the first of the block is used; a restart goes on after the block.
 */
export class Sequence {
  readonly #key: string
  readonly #block: number
  #last: number
  #promised: number

  /** `block`: how many numbers one synced write promises. */
  constructor(key: string, { block, restored }: { readonly block: number; readonly restored: StoreContents }) {
    this.#key = key
    this.#block = block
    this.#promised = Number(restored.find((record) => record.key === key)?.value ?? 0)
    this.#last = this.#promised
  }

  /** The last number given out; after a restart one that may have been. */
  get last(): number {
    return this.#last
  }

  /** A number above all earlier ones, and not below `least`. Where it is promised first, `out` gets the save. */
  next(out: Effect[], { least = 0 }: { readonly least?: number } = {}): number {
    this.#last = Math.max(this.#last + 1, least)
    if (this.#last > this.#promised) {
      this.#promised = this.#last + this.#block
      out.push({ type: 'save', records: [{ key: this.#key, value: this.#promised }], sync: true })
    }
    return this.#last
  }
}

/** Sequences of messages follow the clock, so that even a lost store hardly ever repeats one: an hour in ms a write. */
export const sequenceBlock = 3_600_000
/** Rounds are counted: a write in about a minute. */
export const roundBlock = 128
