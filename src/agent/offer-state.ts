import type { PolicyName } from '../mechanism/reserve.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import type { CloseReason } from '../protocol/message.js'
import { type Megabytes, type Millis, megabytes, type Ticks } from '../units.js'
import type { SellPlan } from './rules.js'

/** A seller's present or last offer, as its store keeps it. */
export interface OfferState {
  readonly number: number
  readonly status: 'open' | 'closed'
  readonly closeReason: CloseReason | null
  /** What is not sold, what is kept aside for awards included. */
  readonly stock: Megabytes
  readonly reserve: Ticks
  /** The terms that bidders rely on for as long as the offer is open. */
  readonly floor: Ticks
  readonly policy: PolicyName
  readonly closesAt: Millis
}

const key = 'seller/offer'

export const recordOf = (state: OfferState): StoreRecord => ({ key, value: state as unknown as Json })

export function savedOffer(restored: StoreContents): OfferState | undefined {
  return restored.find((record) => record.key === key)?.value as OfferState | undefined
}

/** Before the first offer: nothing to settle, nothing to close. */
export const neverOpened = ({ floor, policy }: SellPlan): OfferState => ({
  number: 0,
  status: 'closed',
  closeReason: null,
  stock: megabytes(0),
  reserve: floor,
  floor,
  policy,
  closesAt: 0 as Millis,
})
