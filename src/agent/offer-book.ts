import { rendezvous } from '../mechanism/pool.js'
import type { PeerId } from '../ports/signer.js'
import type { Offer, OfferId, Sealed } from '../protocol/message.js'
import type { Millis } from '../units.js'
import { insertSorted, placeAfter, removeSorted } from './sorted.js'

/** What is known of one offer. */
interface Entry {
  readonly offer: OfferId
  /** The node's own: every node looks at other offers first (MECHANISM §5.1). */
  readonly rank: number
  sealed: Sealed<Offer>
}

/**
 * The offers that one node has heard of, newest sequence each, tombstones included: a closed offer stays closed until
 * every copy of its open self has expired. Bounded by `offersMax`; nothing in it is ever the whole market for sure.
 */
export class OfferBook {
  readonly #entries = new Map<OfferId, Entry>()
  readonly #me: PeerId
  readonly #offersMax: number
  /** Kept in order as offers come and go, from when it is asked for first: some nodes are never asked. */
  #byId: Entry[] | undefined
  /**
   * The open ones of others: a node never looks at its own. Kept in order as well: at ten thousand offers, hashing and sorting
   * them for each reply costs 20 ms.
   */
  readonly #byRank: Entry[] = []
  #nextExpiry: number = Number.POSITIVE_INFINITY
  /** The entry found last: news of an offer asks for the same one several times. */
  #found: Entry | undefined

  constructor(me: PeerId, offersMax: number) {
    this.#me = me
    this.#offersMax = offersMax
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether an offer that is not known yet would be taken in. */
  get hasRoom(): boolean {
    return this.#entries.size < this.#offersMax || this.#tombstone() !== undefined
  }

  /** When the next offer expires; undefined while the book is empty. */
  get deadline(): Millis | undefined {
    return this.#entries.size === 0 ? undefined : (this.#nextExpiry as Millis)
  }

  get(offer: OfferId): Sealed<Offer> | undefined {
    return this.#find(offer)?.sealed
  }

  /** The sequence known of `offer`; undefined when it was never heard of, or is forgotten. */
  sequenceOf(offer: OfferId): number | undefined {
    return this.#find(offer)?.sealed.body.sequence
  }

  /** Open offers, in the order of their ids: the same on every node, whatever arrived first. */
  open(): readonly Offer[] {
    return this.#inOrder()
      .map(({ sealed }) => sealed.body)
      .filter(({ status }) => status === 'open')
  }

  /** The first `count` open offers of others that are `wanted`, in this node's own order of looking at offers. */
  view(count: number, wanted: (offer: Offer) => boolean): readonly Offer[] {
    const chosen: Offer[] = []
    for (const { sealed } of this.#byRank) {
      if (chosen.length >= count) break
      if (wanted(sealed.body)) chosen.push(sealed.body)
    }
    return chosen
  }

  /** Where an offer stands in that order, the first highest; undefined when it is not known. */
  rankOf(offer: OfferId): number | undefined {
    return this.#find(offer)?.rank
  }

  /** Takes in an admitted offer. Returns whether it was news. */
  put(sealed: Sealed<Offer>): boolean {
    const { offer, sequence, expiresAt } = sealed.body
    const known = this.#find(offer)
    if (known !== undefined && known.sealed.body.sequence >= sequence) return false
    if (known === undefined) {
      if (!this.#enter(sealed)) return false
    } else {
      const { status } = known.sealed.body
      known.sealed = sealed
      if (sealed.body.status !== status) this.#rank(known)
    }
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt)
    return true
  }

  /** Forgets what has expired; returns the offers that were open. */
  expire(now: Millis): readonly Offer[] {
    if (now < this.#nextExpiry) return []
    const lapsed: Offer[] = []
    this.#nextExpiry = Number.POSITIVE_INFINITY
    for (const entry of this.#entries.values()) {
      const { body } = entry.sealed
      if (body.expiresAt > now) {
        this.#nextExpiry = Math.min(this.#nextExpiry, body.expiresAt)
        continue
      }
      this.#forget(entry)
      if (body.status === 'open') lapsed.push(body)
    }
    return lapsed
  }

  /** Up to `limit` offers with ids after `after` ('' from the start), for a peer that asks, and where to go on ('' at the end). */
  page(after: OfferId | '', limit: number): { readonly offers: readonly Sealed<Offer>[]; readonly next: OfferId | '' } {
    const offers = this.#inOrder()
    const from = placeAfter(offers, { offer: after }, byText)
    const chosen = offers.slice(from, from + limit)
    const next = from + limit < offers.length ? chosen[chosen.length - 1]!.offer : ''
    return { offers: chosen.map(({ sealed }) => sealed), next }
  }

  #find(offer: OfferId): Entry | undefined {
    if (this.#found?.offer !== offer) this.#found = this.#entries.get(offer)
    return this.#found
  }

  /** Takes in an offer not heard of before, if there is room; the oldest tombstone may make some. */
  #enter(sealed: Sealed<Offer>): boolean {
    if (!this.hasRoom) return false
    if (this.#entries.size >= this.#offersMax) this.#forget(this.#tombstone()!)
    const { offer } = sealed.body
    const entry = { offer, rank: rendezvous(this.#me, offer), sealed }
    this.#entries.set(offer, entry)
    this.#found = entry
    if (this.#byId !== undefined) insertSorted(this.#byId, entry, byText)
    this.#rank(entry)
    return true
  }

  #inOrder(): readonly Entry[] {
    this.#byId ??= [...this.#entries.values()].sort(byText)
    return this.#byId
  }

  /** Puts an offer among those to look at, or takes it away. */
  #rank(entry: Entry): void {
    const { body, signer } = entry.sealed
    if (body.status === 'closed') removeSorted(this.#byRank, entry, byRank)
    else if (signer !== this.#me) insertSorted(this.#byRank, entry, byRank)
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.offer)
    this.#found = undefined
    if (this.#byId !== undefined) removeSorted(this.#byId, entry, byText)
    removeSorted(this.#byRank, entry, byRank)
  }

  /** The closed offer that expires first: the one to forget when the book is full. */
  #tombstone(): Entry | undefined {
    let oldest: Entry | undefined
    for (const entry of this.#entries.values()) {
      const { status, expiresAt } = entry.sealed.body
      if (status === 'closed' && (oldest === undefined || expiresAt < oldest.sealed.body.expiresAt)) oldest = entry
    }
    return oldest
  }
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byText = (a: Pick<Entry, 'offer'>, b: Pick<Entry, 'offer'>): number => compareTexts(a.offer, b.offer)
const byRank = (a: Entry, b: Entry): number => b.rank - a.rank || byText(a, b)

/** Whether `offer` is open to bids at `now`. */
export const isBiddable = (offer: Offer, now: Millis): boolean =>
  offer.status === 'open' && offer.stock > 0 && offer.closesAt > now
