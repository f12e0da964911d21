import { rendezvous } from '../mechanism/pool.js'
import type { PeerId } from '../ports/signer.js'
import { type Offer, type OfferId, type Sealed, sellerOf } from '../protocol/message.js'
import type { Millis } from '../units.js'
import { compareTexts, insertSorted, placeAfter, removeSorted } from './sorted.js'

/** What is known of one offer. */
interface Entry {
  readonly offer: OfferId
  /** The node's own: every node looks at other offers first (MECHANISM §5.1). */
  readonly rank: number
  sealed: Sealed<Offer>
}

/**
 * The offers that one node has heard of, the last of each seller, in its newest sequence, tombstones included: a closed offer
 * stays closed until every copy of its open self has expired. Bounded by `offersMax`; nothing in it is ever the whole market
 * for sure. However many identities offer, a full book keeps those that its node would look at first: each node others, so
 * that who wants to fill the books of many must make identities for each.
 */
export class OfferBook {
  /** By seller: it has one open offer, so its last one is all there is to know. */
  readonly #entries = new Map<PeerId, Entry>()
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
  #revision = 0
  /** The entry found last: news of an offer asks for the same one several times. */
  #found: Entry | undefined

  constructor(me: PeerId, offersMax: number) {
    this.#me = me
    this.#offersMax = offersMax
  }

  get size(): number {
    return this.#entries.size
  }

  /** Grows with whatever changes in it. */
  get revision(): number {
    return this.#revision
  }

  /** Whether an offer that is not known yet would be taken in. */
  hasRoom(offer: OfferId): boolean {
    if (this.#entries.size < this.#offersMax || this.#entries.has(sellerOf(offer))) return true
    return this.#entryInTheWayOf(rendezvous(this.#me, offer)) !== undefined
  }

  /** When the next offer expires; undefined while the book is empty. */
  get deadline(): Millis | undefined {
    return this.#entries.size === 0 ? undefined : (this.#nextExpiry as Millis)
  }

  get(offer: OfferId): Sealed<Offer> | undefined {
    return this.#find(offer)?.sealed
  }

  /**
   * The sequence known of `offer`; undefined when it was never heard of, or is forgotten. Once a later offer of its seller is
   * known, no sequence is news.
   */
  sequenceOf(offer: OfferId, seller: PeerId): number | undefined {
    const last = this.#entries.get(seller)
    if (last === undefined || last.offer === offer) return last?.sealed.body.sequence
    return isLater(last.offer, offer) ? Number.MAX_SAFE_INTEGER : undefined
  }

  /** The open offer that ends because its seller has opened the later one `sealed`, if it is known. */
  endedBy({ body: { offer }, signer }: Sealed<Offer>): Offer | undefined {
    const last = this.#entries.get(signer)
    const ends = last?.sealed.body.status === 'open' && isLater(offer, last.offer)
    return ends ? last.sealed.body : undefined
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
    const known = this.#find(offer, sealed.signer)
    if (known !== undefined && known.sealed.body.sequence >= sequence) return false
    if (known === undefined) {
      if (!this.#enter(sealed)) return false
    } else {
      const { status } = known.sealed.body
      known.sealed = sealed
      if (sealed.body.status !== status) this.#rank(known)
    }
    this.#revision += 1
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

  #find(offer: OfferId, seller?: PeerId): Entry | undefined {
    if (this.#found?.offer === offer) return this.#found
    const last = this.#entries.get(seller ?? sellerOf(offer))
    if (last?.offer !== offer) return undefined
    this.#found = last
    return last
  }

  /** Takes in an offer not heard of before, in the place of its seller's last one, or if there is room or some can be made. */
  #enter(sealed: Sealed<Offer>): boolean {
    const { offer } = sealed.body
    const last = this.#entries.get(sealed.signer)
    if (last !== undefined && !isLater(offer, last.offer)) return false
    const rank = rendezvous(this.#me, offer)
    const isFull = last === undefined && this.#entries.size >= this.#offersMax
    const loser = isFull ? this.#entryInTheWayOf(sealed.signer === this.#me ? Infinity : rank) : last
    if (isFull && loser === undefined) return false
    if (loser !== undefined) this.#forget(loser)
    const entry = { offer, rank, sealed }
    this.#entries.set(sealed.signer, entry)
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
    this.#entries.delete(entry.sealed.signer)
    this.#revision += 1
    this.#found = undefined
    if (this.#byId !== undefined) removeSorted(this.#byId, entry, byText)
    removeSorted(this.#byRank, entry, byRank)
  }

  /** What a full book forgets for an offer of this rank: a tombstone, or else what it would look at last, if that is later. */
  #entryInTheWayOf(rank: number): Entry | undefined {
    const last = this.#byRank.at(-1)
    return this.#tombstone() ?? (last !== undefined && last.rank < rank ? last : undefined)
  }

  /** The closed offer that expires first. */
  #tombstone(): Entry | undefined {
    let oldest: Entry | undefined
    for (const entry of this.#entries.values()) {
      const { status, expiresAt } = entry.sealed.body
      if (status === 'closed' && (oldest === undefined || expiresAt < oldest.sealed.body.expiresAt)) oldest = entry
    }
    return oldest
  }
}

/** Whether one offer of a seller has a higher number than another. */
const isLater = (offer: OfferId, than: OfferId): boolean => offer !== than && numberOf(offer) > numberOf(than)
const numberOf = (offer: OfferId): number => Number(offer.slice(sellerOf(offer).length + 1))

const byText = (a: Pick<Entry, 'offer'>, b: Pick<Entry, 'offer'>): number => compareTexts(a.offer, b.offer)
const byRank = (a: Entry, b: Entry): number => b.rank - a.rank || byText(a, b)

/** Whether `offer` is open to bids at `now`. */
export const isBiddable = (offer: Offer, now: Millis): boolean =>
  offer.status === 'open' && offer.stock > 0 && offer.closesAt > now
