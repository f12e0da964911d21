import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import { type Offer, type OfferId, offerIdOf, sellerOf } from '../protocol/message.js'

/** An offer that this node signed, and that its store knows nothing of: the store is an old copy, or another copy of it runs. */
export interface Outrun {
  readonly offer: OfferId
  readonly sequence: number
}

/** What a store lets a seller know of what it has signed. */
export interface OwnPast {
  /** Of its present or last offer; 0: it never opened one. */
  readonly number: number
  readonly isOpen: boolean
  /** No sequence above was ever given out. */
  readonly sequence: number
}

export const noPast: OwnPast = Object.freeze({ number: 0, isOpen: false, sequence: 0 })

/**
 * Whether an own offer, its signature verified, says more than the node that signed it would know: a sequence that it never gave out, a
 * number that it never opened, or the end of an offer that it believes to be open. Each is saved, synced, before such an offer
 * leaves, so no crash and no loss of power explains it.
 */
export function isBeyond(
  { offer, sequence, status }: Pick<Offer, 'offer' | 'sequence' | 'status'>,
  past: OwnPast,
): boolean {
  const seller = sellerOf(offer)
  const number = Number(offer.slice(seller.length + 1))
  if (sequence > past.sequence || number > past.number) return true
  return status === 'closed' && past.isOpen && offer === offerIdOf(seller, past.number)
}

export const outrunKey = 'outrun'

export const outrunRecord = ({ offer, sequence }: Outrun): StoreRecord => ({
  key: outrunKey,
  value: { offer, sequence },
})

/** What a store says that it was outrun by, whatever the record looks like; undefined: by nothing. */
export function outrunIn(contents: StoreContents): Json | undefined {
  return contents.find(({ key }) => key === outrunKey)?.value
}
