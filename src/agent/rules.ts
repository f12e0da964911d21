/** What a market agrees on, and how patient its participants are. Every wait and every size has its bound here. */

import type { PolicyName } from '../mechanism/reserve.js'
import type { StrategyName } from '../mechanism/strategy.js'
import type { ValuationSpec } from '../mechanism/valuation.js'
import { limits } from '../protocol/message.js'
import { type Megabytes, type Micros, type Millis, micros, millis, type Ticks } from '../units.js'

export interface Rules {
  /** ε: the carrier's fee for a completed purchase, and the least gain worth a bid. 1 currency: what exchanges charge. */
  readonly epsilon: Micros
  /** Offers that a buyer looks at (MECHANISM §5.1). Six: more costs messages and allocates no better. */
  readonly viewMax: number
  /** How much larger a seller ranks where one's bid already stands, in thousandths (MECHANISM §5.6). */
  readonly loyaltyPerMille: number
  /**
   * How much dearer a buyer to whom nothing is worth its price expects a wholly contested auction to become, in
   * thousandths; the more of its demand it can have, the less. Best replies that take the ladder at its word climb in
   * steps of a tick, and whoever is outbid when the auction commits gets nothing.
   */
  readonly anticipationPerMille: number
  /** The share of their own expected utility that new bids must gain over the standing ones, in thousandths (MECHANISM §5.8). */
  readonly gateSharePerMille: number
  /** Longest random delay before reacting to news: about one round (MECHANISM §5.9). */
  readonly reactMsMax: Millis
  /** Length of an auction round: 250 on a LAN, 1000 on the internet (MECHANISM §6). */
  readonly roundMs: Millis
  /** Rounds without any change after which a seller commits. */
  readonly calmRounds: number
  /** Rounds with changes after which a seller commits all the same. */
  readonly roundsMax: number
  /** How far towards its target a `tracking` reserve rises in a round, in thousandths. */
  readonly reserveRisePerMille: number
  /** How far a `tracking` reserve falls in a calm round with stock left, in thousandths of itself. */
  readonly reserveFallPerMille: number
  /** How long an award waits for its answer before it lapses. */
  readonly acceptMsMax: Millis
  /** First wait before anything unanswered is sent again; doubles up to `resendMsMax`. */
  readonly resendMs: Millis
  readonly resendMsMax: Millis
  /** A standing bid is sent again when its seller was silent for so long. */
  readonly silenceMsMax: Millis
  /** An auction without an eligible bid at the lowest reserve it can reach ends after this. */
  readonly idleMsMax: Millis
  /** Least time between two gossips of one offer: gossip is the scarce resource. */
  readonly gossipMsMin: Millis
  /** An unchanged offer is gossiped again after this, to keep it from expiring. */
  readonly refreshMs: Millis
  /** How long an offer, or its tombstone, is remembered after it was issued. */
  readonly offerMsMax: Millis
  /** Change of the public ladder's cost, in thousandths, that is worth a gossip. */
  readonly gossipMovePerMille: number
  /** Bidders in one auction; further ones are refused. */
  readonly participantsMax: number
  /** Offers in one node's book; further ones are ignored. */
  readonly offersMax: number
  /** Failed deliveries in a row after which a buyer gives up a standing bid. */
  readonly undeliveredMax: number
}

/** For markets on one machine or one LAN. */
export const lanRules: Rules = Object.freeze({
  epsilon: micros(1_000_000),
  viewMax: 6,
  loyaltyPerMille: 1_000,
  anticipationPerMille: 500,
  gateSharePerMille: 150,
  reactMsMax: millis(250),
  roundMs: millis(250),
  calmRounds: 2,
  roundsMax: 6,
  reserveRisePerMille: 700,
  reserveFallPerMille: 100,
  acceptMsMax: millis(10_000),
  resendMs: millis(1_000),
  resendMsMax: millis(30_000),
  silenceMsMax: millis(5_000),
  idleMsMax: millis(6_000),
  gossipMsMin: millis(500),
  refreshMs: millis(30_000),
  offerMsMax: millis(120_000),
  gossipMovePerMille: 50,
  participantsMax: limits.participantsMax,
  offersMax: 10_000,
  undeliveredMax: 6,
})

/** For markets across the internet, where a message takes up to a few hundred ms. */
export const internetRules: Rules = Object.freeze({
  ...lanRules,
  reactMsMax: millis(1_000),
  roundMs: millis(1_000),
  idleMsMax: millis(20_000),
  gossipMsMin: millis(2_000),
})

/** What a person sells. */
export interface SellPlan {
  /** All that this node sells in its life; what its store says was sold before is subtracted. */
  readonly stock: Megabytes
  readonly floor: Ticks
  readonly policy: PolicyName
  /** The auction ends this long after it opened. */
  readonly closesAfterMs: Millis
}

/** What a person wants to buy. The valuation is private: it never leaves the node. */
export interface BuyPlan {
  readonly valuation: ValuationSpec
  /** Most that all charges together may come to; undefined: what the data is worth is the only limit. */
  readonly budget: Micros | undefined
  readonly strategy: StrategyName
}
