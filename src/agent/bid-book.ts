import type { PeerId, Verifier } from '../ports/signer.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Bid, Sealed } from '../protocol/message.js'
import { verifySeal } from '../protocol/signing.js'
import { savedMessage } from './restore.js'
import { insertSorted } from './sorted.js'

/** What became of a bid: `same` is a repetition of what stands, `stale` an older, an ended or a contradicting one. */
export type Placement =
  | {
      readonly type: 'placed'
      readonly records: readonly StoreRecord[]
      /** The bid that made room for it. */
      readonly displaced?: Bid | undefined
    }
  | { readonly type: 'same' | 'stale' | 'full' }

interface Entry {
  readonly sequence: number
  /** The buyer's last bid, a withdrawal included; undefined once it was awarded: the sequence stays, against replays. */
  readonly sealed: Sealed<Bid> | undefined
}

const prefix = 'seller/bid/'
const keyOf = (buyer: PeerId): string => prefix + buyer

/** The bids that stand at one seller, one a buyer, as their buyers signed them. */
export class BidBook {
  readonly #entries = new Map<PeerId, Entry>()
  /** Buyers whose last bid's signature was not looked at yet. */
  readonly #unverified = new Set<PeerId>()
  readonly #participantsMax: number
  /** In the order of their buyers' ids. Never changed in place: awards keep it as their evidence. */
  #standing: readonly Sealed<Bid>[] = []

  constructor(participantsMax: number, restored: StoreContents) {
    this.#participantsMax = participantsMax
    for (const { key, value } of restored) {
      if (!key.startsWith(prefix)) continue
      const buyer = key.slice(prefix.length)
      this.#set(buyer, savedEntry(key, value))
      this.#unverified.add(buyer)
    }
  }

  /** Number of bids that stand. */
  get size(): number {
    return this.#standing.length
  }

  /** Standing bids in the order of their buyers' ids: the same however they arrived. */
  standing(): readonly Sealed<Bid>[] {
    return this.#standing
  }

  sequenceOf(buyer: PeerId): number {
    return this.#entries.get(buyer)?.sequence ?? 0
  }

  /**
   * Puts a bid in the place of its buyer's last one, if it is newer and there is room besides the `winners` that have not
   * answered their awards yet; `records` keep it so. A full book makes room for a bid that is worth more than its cheapest:
   * otherwise whoever came first, with as many identities, would shut out everybody else for nothing.
   */
  place(
    sealed: Sealed<Bid>,
    { winners, verifier }: { readonly winners: number; readonly verifier: Verifier },
  ): Placement {
    const { buyer, sequence, quantity } = sealed.body
    const known = this.#entries.get(buyer)
    if (known !== undefined && sequence <= known.sequence) {
      return { type: known.sealed !== undefined && areSame(known.sealed.body, sealed.body) ? 'same' : 'stale' }
    }
    const isNew = known === undefined || !isStanding(known)
    const isFull = isNew && quantity > 0 && this.size + winners >= this.#participantsMax
    const cheapest = isFull ? this.#cheapest() : undefined
    // Nobody's bid ends for one that its buyer may not have signed.
    if (isFull && (cheapest === undefined || cheapest.price >= sealed.body.price || !verifySeal(verifier, sealed))) {
      return { type: 'full' }
    }
    const made = cheapest === undefined ? [] : [this.end(cheapest.buyer)]
    const forgotten = known === undefined && this.#entries.size >= 4 * this.#participantsMax ? this.#forgetOne() : []
    this.#set(buyer, { sequence, sealed })
    this.#unverified.add(buyer)
    return {
      type: 'placed',
      displaced: cheapest,
      records: [...made, ...forgotten, { key: keyOf(buyer), value: sealedToJson(sealed) }],
    }
  }

  /** Ends what its buyer did not sign, and returns it with what keeps it so. Looks at each bid once. */
  endUnsigned(verifier: Verifier): readonly { readonly bid: Bid; readonly record: StoreRecord }[] {
    if (this.#unverified.size === 0) return []
    const suspects = [...this.#unverified].sort()
    this.#unverified.clear()
    return suspects.flatMap((buyer) => {
      const sealed = this.#entries.get(buyer)?.sealed
      if (sealed === undefined || verifySeal(verifier, sealed)) return []
      return [{ bid: sealed.body, record: this.end(buyer) }]
    })
  }

  /** Ends the bid of `buyer`, because it is awarded, or not signed by it. Returns what keeps it so: a record of its sequence alone. */
  end(buyer: PeerId): StoreRecord {
    const sequence = this.sequenceOf(buyer)
    this.#set(buyer, { sequence, sealed: undefined })
    return { key: keyOf(buyer), value: sequence }
  }

  /** Ends every bid; returns what removes them from the store. */
  clear(): readonly StoreRecord[] {
    const records = [...this.#entries.keys()].map((buyer) => ({ key: keyOf(buyer), value: undefined }))
    this.#entries.clear()
    this.#standing = []
    this.#unverified.clear()
    return records
  }

  /** The standing bid with the lowest price; of several, that of the last buyer in order. */
  #cheapest(): Bid | undefined {
    return this.#standing
      .map(({ body }) => body)
      .reduce<Bid | undefined>(
        (least, bid) => (least === undefined || bid.price <= least.price ? bid : least),
        undefined,
      )
  }

  #set(buyer: PeerId, entry: Entry): void {
    this.#entries.set(buyer, entry)
    const standing = this.#standing.filter(({ body }) => body.buyer !== buyer)
    if (isStanding(entry)) insertSorted(standing, entry.sealed, byBuyer)
    this.#standing = standing
  }

  /** Forgets one whose bid does not stand, the earliest known first. */
  #forgetOne(): readonly StoreRecord[] {
    for (const [buyer, entry] of this.#entries) {
      if (isStanding(entry)) continue
      this.#entries.delete(buyer)
      return [{ key: keyOf(buyer), value: undefined }]
    }
    return []
  }
}

const isStanding = (entry: Entry): entry is Entry & { readonly sealed: Sealed<Bid> } =>
  entry.sealed !== undefined && entry.sealed.body.quantity > 0

const byBuyer = (a: Sealed<Bid>, b: Sealed<Bid>): number => (a.body.buyer < b.body.buyer ? -1 : 1)

const areSame = (a: Bid, b: Bid): boolean =>
  a.sequence === b.sequence && a.quantity === b.quantity && a.price === b.price

function savedEntry(key: string, value: Json): Entry {
  if (typeof value === 'number') return { sequence: value, sealed: undefined }
  const sealed = savedMessage(key, value, 'bid')
  return { sequence: sealed.body.sequence, sealed }
}
