import { type Offer, type OfferId, type Sealed, sellerOf } from '../../src/protocol/message.js'
import type { HeardShards, IndexEntry, OfferKey } from '../../src/protocol/offer-index.js'
import { offerKeyOf } from '../../src/protocol/offer-index.js'
import { shardSeedOf } from '../../src/protocol/topics.js'

/** The part of a book that sync reads. */
export interface PagedBook {
  /** Grows with whatever changes in it. */
  readonly revision: number
  page(after: OfferId | '', limit: number): { readonly offers: readonly Sealed<Offer>[]; readonly next: OfferId | '' }
}

/**
 * A book by the keys of its offers. Made anew when the book has changed since: a newcomer asks before gossip reaches it, and
 * what it is not told it learns a sync later. Of ten thousand offers that takes a few milliseconds, because the key of an offer
 * that stays is not computed again.
 */
export class OfferIndex {
  readonly #book: PagedBook
  #revision: number | undefined
  #keys: ReadonlyMap<OfferId, OfferKey> = new Map()
  #offers: ReadonlyMap<OfferKey, Sealed<Offer>> = new Map()
  #entries: readonly IndexEntry[] = []
  /** By seller, computed for those who ask by shards. */
  #seeds: ReadonlyMap<OfferKey, number> | undefined

  constructor(book: PagedBook) {
    this.#book = book
  }

  /** Entries after `after`, of those shards alone that are `heard`, and whether there are more. */
  page(
    after: OfferKey | '',
    limit: number,
    heard?: HeardShards,
  ): { readonly entries: readonly IndexEntry[]; readonly more: boolean } {
    const entries = heard === undefined ? this.entries() : this.#entriesOf(heard)
    const from = after === '' ? 0 : placeAfter(entries, after)
    return { entries: entries.slice(from, from + limit), more: from + limit < entries.length }
  }

  /** Those of the offers that are known. */
  offers(keys: readonly OfferKey[]): readonly Sealed<Offer>[] {
    this.#freshen()
    return keys.flatMap((key) => this.#offers.get(key) ?? [])
  }

  /** In ascending order of keys. */
  entries(): readonly IndexEntry[] {
    this.#freshen()
    return this.#entries
  }

  #entriesOf({ count, shards }: HeardShards): readonly IndexEntry[] {
    const entries = this.entries()
    this.#seeds ??= new Map([...this.#offers].map(([key, { body }]) => [key, shardSeedOf(sellerOf(body.offer))]))
    const seeds = this.#seeds
    const wanted = new Set(shards)
    return entries.filter(({ key }) => wanted.has(seeds.get(key)! % count))
  }

  #freshen(): void {
    if (this.#revision === this.#book.revision) return
    this.#seeds = undefined
    this.#revision = this.#book.revision
    const { offers } = this.#book.page('', Number.POSITIVE_INFINITY)
    const keyed = offers.map((sealed) => {
      const id = sealed.body.offer
      return { id, key: this.#keys.get(id) ?? offerKeyOf(id), sealed }
    })
    this.#keys = new Map(keyed.map(({ id, key }) => [id, key]))
    this.#offers = new Map(keyed.map(({ key, sealed }) => [key, sealed]))
    this.#entries = keyed
      .map(({ key, sealed }) => ({ key, sequence: sealed.body.sequence }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }
}

function placeAfter(entries: readonly IndexEntry[], key: OfferKey): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.key <= key) low = middle + 1
    else high = middle
  }
  return low
}
