/** What a buyer makes of ladders that will have moved by the time their auctions commit. */
import { micros, microsMax, type Ticks, ticksMax } from '../units.js'
import type { Ladder } from './bid.js'
import { availableAt } from './ladder.js'
import { type OfferView, type Situation, supremumOf, worthwhile } from './reply.js'

/** An offer as a quote or its seller's gossip tells of it. */
export interface AskedView extends OfferView {
  /** What the stock that no rival holds costs. */
  readonly reserve: Ticks
}

/** Everything that a reply depends on, the ladders as they were told. */
export interface AskedSituation extends Situation {
  readonly view: readonly AskedView[]
}

const whole = 1_000

/**
 * The situation with the ladders as they may stand when the auctions commit. Rivals answer a bid, and the reserve
 * follows; a buyer that takes the ladders at their word asks for more than it can get, climbs a tick at a time, and ends
 * with nothing where it is outbid last. How far prices will climb it cannot see, but how scarce data is it can: the share
 * of its demand that is not worth what the ladders ask. A rung counts as dearer by `perMille` thousandths of its price,
 * times that share, times the share of the offer's stock that rivals hold.
 *
 * Where nobody else bids, and for a buyer that can have all it wants, nothing changes. Whatever is computed from it is
 * still a point on the buyer's own demand curve.
 */
export function anticipating(situation: AskedSituation, { perMille }: { readonly perMille: number }): Situation {
  const { valuation, owned, view } = situation
  // A budget makes a buyer poor, not data scarce.
  const reached = owned + supremumOf({ ...situation, budgetLeft: micros(microsMax) }, worthwhile(situation, view))
  const risePerMille = Math.floor((perMille * Math.max(0, valuation.demand - reached)) / valuation.demand)
  if (risePerMille === 0) return situation
  return { ...situation, view: view.map((offer) => ({ ...offer, ladder: risen(offer, risePerMille) })) }
}

/** Prices strictly increase as before; rungs beyond {@link ticksMax} are dropped, since no bid can reach them. */
function risen({ ladder, reserve }: AskedView, risePerMille: number): Ladder {
  const stock = availableAt(ladder, Infinity)
  const contested = stock - availableAt(ladder, reserve)
  if (contested === 0) return ladder
  const contestedPerMille = Math.floor((contested * whole) / stock)
  return ladder
    .map(({ price, quantity }) => {
      const rise = Math.floor((price * risePerMille * contestedPerMille) / (whole * whole))
      return { price: (price + rise) as Ticks, quantity }
    })
    .filter(({ price }) => price <= ticksMax)
}
