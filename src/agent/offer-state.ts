import type { PolicyName } from '../mechanism/reserve.js'
import type { Json, StoreContents, StoreRecord } from '../ports/store.js'
import type { Award, CloseReason } from '../protocol/message.js'
import { type Megabytes, type Millis, megabytes, type Ticks, ticks } from '../units.js'
import type { SellPlan } from './rules.js'

/** A seller's present or last offer, as its store keeps it. */
export interface OfferState {
  readonly number: number
  readonly status: 'open' | 'closed'
  readonly closeReason: CloseReason | null
  /** What is not sold, what is kept aside for awards included. */
  readonly stock: Megabytes
  readonly reserve: Ticks
  /** The reserve that bids alone did not make: of the last sale, or lower where it has fallen since. */
  readonly proven: Ticks
  /** The terms that bidders rely on for as long as the offer is open. */
  readonly floor: Ticks
  readonly policy: PolicyName
  readonly closesAt: Millis
}

const key = 'seller/offer'

export const recordOf = (state: OfferState): StoreRecord => ({ key, value: state as unknown as Json })

export function savedOffer(restored: StoreContents): OfferState | undefined {
  const saved = restored.find((record) => record.key === key)?.value as OfferState | undefined
  // Earlier versions saved no proven reserve.
  return saved && { ...saved, proven: saved.proven ?? saved.floor }
}

/** When `award` is sold. An award outlives a plan for less than it sells: then the stock is gone. */
export const stateAfter = (state: OfferState, { quantity, reserve }: Award): OfferState => ({
  ...state,
  stock: megabytes(Math.max(0, state.stock - quantity)),
  proven: reserve,
})

/** What everybody may know of it as it stands. */
export const termsOf = ({ status, reserve, floor, policy, closesAt }: OfferState) => ({
  status,
  reserve,
  floor,
  policy,
  closesAt,
})

/** Whether an open offer is what its person wants sold, `unsold` of it, on the same terms. */
export const isAsPlanned = (
  { floor, policy, stock }: OfferState,
  plan: SellPlan | undefined,
  unsold: Megabytes,
): boolean => plan?.floor === floor && plan.policy === policy && stock === unsold

/** Before the first offer: nothing to settle, nothing to close. */
export const neverOpened: OfferState = Object.freeze({
  number: 0,
  status: 'closed',
  closeReason: null,
  stock: megabytes(0),
  reserve: ticks(0),
  proven: ticks(0),
  floor: ticks(0),
  policy: 'tracking',
  closesAt: 0 as Millis,
})
