import { rendezvous } from '../mechanism/pool.js'
import type { PeerId } from '../ports/signer.js'
import type { Offer, OfferId, Sealed } from '../protocol/message.js'
import type { Millis } from '../units.js'
import { insertSorted, placeAfter, removeSorted } from './sorted.js'

interface Ranked {
  readonly offer: OfferId
  /** Every node looks at other offers first (MECHANISM §5.1), and never at its own. */
  readonly rank: number
}

/**
 * The offers that one node has heard of, newest sequence each, tombstones included: a closed offer stays closed until
 * every copy of its open self has expired. Bounded by `offersMax`; nothing in it is ever the whole market for sure.
 */
export class OfferBook {
  readonly #offers = new Map<OfferId, Sealed<Offer>>()
  readonly #me: PeerId
  readonly #offersMax: number
  /** Kept in order as offers come and go: at ten thousand offers, hashing and sorting them for each reply costs 20 ms. */
  readonly #ids: OfferId[] = []
  readonly #ranked: Ranked[] = []
  #nextExpiry: number = Number.POSITIVE_INFINITY

  constructor(me: PeerId, offersMax: number) {
    this.#me = me
    this.#offersMax = offersMax
  }

  get size(): number {
    return this.#offers.size
  }

  /** Whether an offer that is not known yet would be taken in. */
  get hasRoom(): boolean {
    return this.#offers.size < this.#offersMax || this.#tombstone() !== undefined
  }

  /** When the next offer expires; undefined while the book is empty. */
  get deadline(): Millis | undefined {
    return this.#offers.size === 0 ? undefined : (this.#nextExpiry as Millis)
  }

  get(offer: OfferId): Sealed<Offer> | undefined {
    return this.#offers.get(offer)
  }

  /** The sequence known of `offer`; undefined when it was never heard of, or is forgotten. */
  sequenceOf(offer: OfferId): number | undefined {
    return this.#offers.get(offer)?.body.sequence
  }

  /** Open offers, in the order of their ids: the same on every node, whatever arrived first. */
  open(): readonly Offer[] {
    return this.#ids.flatMap((id) => {
      const offer = this.#offers.get(id)!.body
      return offer.status === 'open' ? [offer] : []
    })
  }

  /** The first `count` offers of others that are `wanted`, in this node's own order of looking at offers. */
  view(count: number, wanted: (offer: Offer) => boolean): readonly Offer[] {
    const chosen: Offer[] = []
    for (const { offer } of this.#ranked) {
      if (chosen.length >= count) break
      const { body } = this.#offers.get(offer)!
      if (wanted(body)) chosen.push(body)
    }
    return chosen
  }

  /** Whether `offer` comes after `other` in this node's own order of looking at offers. */
  isAfter(offer: OfferId, other: OfferId): boolean {
    return byRank(this.#rankedOf(offer), this.#rankedOf(other)) > 0
  }

  /** Takes in an admitted offer. Returns whether it was news. */
  put(sealed: Sealed<Offer>): boolean {
    const offer = sealed.body
    const known = this.sequenceOf(offer.offer)
    if (known !== undefined && known >= offer.sequence) return false
    if (known === undefined) {
      if (!this.hasRoom) return false
      if (this.#offers.size >= this.#offersMax) this.#forget(this.#tombstone()!.offer)
      insertSorted(this.#ids, offer.offer, byText)
      if (sealed.signer !== this.#me) insertSorted(this.#ranked, this.#rankedOf(offer.offer), byRank)
    }
    this.#offers.set(offer.offer, sealed)
    this.#nextExpiry = Math.min(this.#nextExpiry, offer.expiresAt)
    return true
  }

  /** Forgets what has expired; returns the offers that were open. */
  expire(now: Millis): readonly Offer[] {
    if (now < this.#nextExpiry) return []
    const lapsed: Offer[] = []
    this.#nextExpiry = Number.POSITIVE_INFINITY
    for (const [id, { body }] of this.#offers) {
      if (body.expiresAt > now) {
        this.#nextExpiry = Math.min(this.#nextExpiry, body.expiresAt)
        continue
      }
      this.#forget(id)
      if (body.status === 'open') lapsed.push(body)
    }
    return lapsed
  }

  /** Up to `limit` offers with ids after `after` ('' from the start), for a peer that asks, and where to go on ('' at the end). */
  page(after: OfferId | '', limit: number): { readonly offers: readonly Sealed<Offer>[]; readonly next: OfferId | '' } {
    const from = placeAfter(this.#ids, after, byText)
    const chosen = this.#ids.slice(from, from + limit)
    const next = from + limit < this.#ids.length ? chosen[chosen.length - 1]! : ''
    return { offers: chosen.map((id) => this.#offers.get(id)!), next }
  }

  #forget(offer: OfferId): void {
    this.#offers.delete(offer)
    removeSorted(this.#ids, offer, byText)
    removeSorted(this.#ranked, this.#rankedOf(offer), byRank)
  }

  #rankedOf(offer: OfferId): Ranked {
    return { offer, rank: rendezvous(this.#me, offer) }
  }

  /** The closed offer that expires first: the one to forget when the book is full. */
  #tombstone(): Offer | undefined {
    let oldest: Offer | undefined
    for (const { body } of this.#offers.values()) {
      if (body.status === 'closed' && (oldest === undefined || body.expiresAt < oldest.expiresAt)) oldest = body
    }
    return oldest
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byRank = (a: Ranked, b: Ranked): number => b.rank - a.rank || byText(a.offer, b.offer)

/** Whether `offer` is open to bids at `now`. */
export const isBiddable = (offer: Offer, now: Millis): boolean =>
  offer.status === 'open' && offer.stock > 0 && offer.closesAt > now
