import { clear } from '../mechanism/auction.js'
import { reserveAtCommit } from '../mechanism/reserve.js'
import type { PeerId } from '../ports/signer.js'
import type { Award, DeclineCode, Offer, Quote } from '../protocol/message.js'
import type { Megabytes, Micros, Ticks } from '../units.js'
import type { Rules } from './rules.js'

/** What the buyer knows of the auction apart from the award itself. */
export interface AwardContext {
  readonly buyer: PeerId
  readonly rules: Rules
  /** The terms that the offer was published with. */
  readonly terms: Pick<Offer, 'floor' | 'policy'>
  /** The last quote for the buyer's bid, if any came. */
  readonly quote: Quote | undefined
}

export type AwardFault = {
  readonly code: DeclineCode
  readonly expected?: { readonly quantity: Megabytes; readonly charge: Micros; readonly reserve: Ticks }
}

/**
 * Recomputes an award from the signed bids that it carries: reserve, allocation and charge (MECHANISM §7). Returns
 * what is wrong with it, or undefined. The signatures themselves were checked at admission.
 */
export function faultOf(award: Award, context: AwardContext): AwardFault | undefined {
  const bids = award.evidence.map(({ body }) => body)
  const mine = bids.findIndex(({ buyer }) => buyer === context.buyer)
  if (mine < 0) return { code: 'bid-not-mine' }
  const reserve = expectedReserve(award, context)
  const { awards } = clear({ stock: award.stock, reserve }, bids)
  const { quantity, charge } = awards[mine]!
  const right =
    reserve === award.reserve &&
    quantity === award.quantity &&
    charge === award.charge &&
    award.fee === context.rules.epsilon
  return right ? undefined : { code: 'award-mismatch', expected: { quantity, charge, reserve } }
}

/** The reserve that the evidence, the offer's terms and the last quote leave no choice about. */
function expectedReserve(award: Award, { terms, quote }: AwardContext): Ticks {
  const lastQuoted = quote !== undefined && quote.round + 1 === award.round ? quote.reserve : award.quotedReserve
  const quoted = terms.policy === 'fixed' ? terms.floor : lastQuoted
  const bids = award.evidence.map(({ body }) => body)
  const ask = { stock: award.stock, reserve: Math.max(quoted, terms.floor) as Ticks }
  return reserveAtCommit(terms.policy, { ask, bids, clearing: clear(ask, bids) })
}
