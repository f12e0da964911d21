import type { PeerId } from '../ports/signer.js'
import type { StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Bid, Sealed } from '../protocol/message.js'
import { savedMessage } from './restore.js'

/** What became of a bid: `same` is a repetition, `stale` an older or a contradicting one. */
export type Placement = 'placed' | 'same' | 'stale' | 'full'

interface Entry {
  readonly sequence: number
  /** undefined once it was withdrawn, awarded or declined; the sequence stays, so that it cannot be replayed. */
  readonly sealed: Sealed<Bid> | undefined
}

const prefix = 'seller/bid/'

/** The bids that stand at one seller, one a buyer, as their buyers signed them. */
export class BidBook {
  readonly #entries = new Map<PeerId, Entry>()
  readonly #participantsMax: number

  constructor(participantsMax: number, restored: StoreContents) {
    this.#participantsMax = participantsMax
    for (const { key, value } of restored) {
      if (!key.startsWith(prefix)) continue
      const sealed = savedMessage(key, value, 'bid')
      this.#entries.set(sealed.body.buyer, entryOf(sealed))
    }
  }

  /** Number of bids that stand. */
  get size(): number {
    let standing = 0
    for (const { sealed } of this.#entries.values()) if (sealed !== undefined) standing += 1
    return standing
  }

  /** Standing bids in the order of their buyers' ids: the same however they arrived. */
  standing(): readonly Sealed<Bid>[] {
    return [...this.#entries.values()]
      .flatMap(({ sealed }) => (sealed === undefined ? [] : [sealed]))
      .sort((a, b) => (a.body.buyer < b.body.buyer ? -1 : 1))
  }

  sequenceOf(buyer: PeerId): number {
    return this.#entries.get(buyer)?.sequence ?? 0
  }

  place(sealed: Sealed<Bid>): Placement {
    const { buyer, sequence, quantity } = sealed.body
    const known = this.#entries.get(buyer)
    if (known !== undefined && sequence <= known.sequence) {
      return sequence === known.sequence ? 'same' : 'stale'
    }
    if (known?.sealed === undefined && quantity > 0 && this.size >= this.#participantsMax) return 'full'
    if (known === undefined && this.#entries.size >= 4 * this.#participantsMax) this.#forgetOne()
    this.#entries.set(buyer, entryOf(sealed))
    return 'placed'
  }

  /** Ends the bid of `buyer`. Its record stays until the offer closes, for the sequence in it. */
  end(buyer: PeerId): void {
    const known = this.#entries.get(buyer)
    if (known !== undefined) this.#entries.set(buyer, { sequence: known.sequence, sealed: undefined })
  }

  /** Ends every bid; returns what removes them from the store. */
  clear(): readonly StoreRecord[] {
    const records = [...this.#entries.keys()].map((buyer) => ({ key: prefix + buyer, value: undefined }))
    this.#entries.clear()
    return records
  }

  /** Remembers only the sequence: for one whose bid was ended by an award. */
  #forgetOne(): void {
    for (const [buyer, { sealed }] of this.#entries) {
      if (sealed !== undefined) continue
      this.#entries.delete(buyer)
      return
    }
  }
}

/** The record that keeps a bid across restarts. */
export const recordOf = (sealed: Sealed<Bid>): StoreRecord => ({
  key: prefix + sealed.body.buyer,
  value: sealedToJson(sealed),
})

/** The record that ends a bid across restarts. */
export const endRecordOf = (buyer: PeerId): StoreRecord => ({ key: prefix + buyer, value: undefined })

const entryOf = (sealed: Sealed<Bid>): Entry => ({
  sequence: sealed.body.sequence,
  sealed: sealed.body.quantity > 0 ? sealed : undefined,
})
