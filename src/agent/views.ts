/** What an agent knows, for the person whose agent it is. Nothing here is shown to anybody else. */
import type { Award as Allocation } from '../mechanism/auction.js'
import type { Bid as BookBid } from '../mechanism/bid.js'
import type { Award, Bid, Digest, Offer, OfferId, Quote, Sealed } from '../protocol/message.js'
import type { Megabytes, Micros, Millis, Ticks } from '../units.js'
import type { SellerStatus } from './agent.js'

/** An offer that the node heard of, or made. */
export interface KnownOffer {
  readonly offer: Offer
  readonly mine: boolean
  /** Whether its buyer weighs it: it bids there, or could gain more than the fee. */
  readonly viewed: boolean
  /** Its own bid there. */
  readonly standing: Bid | undefined
}

/** The node's own auction, open or last. */
export interface Auction extends SellerStatus {
  /** As last announced; undefined when everybody has forgotten the offer. */
  readonly announced: Offer | undefined
  /** What its bidders asked for, and would get if it committed now. */
  readonly bids: readonly AuctionBid[]
  /** Unanswered. */
  readonly awards: readonly {
    readonly award: Digest
    readonly buyer: string
    readonly quantity: Megabytes
    readonly charge: Micros
  }[]
}

export interface AuctionBid {
  readonly buyer: string
  readonly quantity: Megabytes
  readonly price: Ticks
  readonly tentative: Pick<Allocation, 'quantity' | 'charge'>
}

/** A bid of the node's own. */
export interface OwnBid {
  readonly offer: OfferId
  readonly sequence: number
  /** 0 while it is being withdrawn. */
  readonly quantity: Megabytes
  readonly price: Ticks
  readonly quote: Quote | undefined
  /** When its seller was last heard of, or first bid at. */
  readonly heardAt: Millis
  /** Failed deliveries in a row. */
  readonly failures: number
}

/** Awards as a person reads them. */
export const awardsAsViewed = (awards: ReadonlyMap<Digest, { readonly award: Sealed<Award> }>): Auction['awards'] =>
  [...awards].map(([digest, { award }]) => {
    const { buyer, quantity, charge } = award.body
    return { award: digest, buyer, quantity, charge }
  })

/** Bids beside what they would win; `awards` are in the order of `bids`. */
export const bidsAsViewed = (bids: readonly BookBid[], awards: readonly Allocation[]): readonly AuctionBid[] =>
  bids.map(({ buyer, quantity, price }, index) => {
    const tentative = awards[index]!
    return { buyer, quantity, price, tentative: { quantity: tentative.quantity, charge: tentative.charge } }
  })

/** An accept without a receipt: what its buyer is bound to as long as its seller does not answer. */
export interface WaitingAccept {
  readonly award: Digest
  readonly offer: OfferId
  readonly quantity: Megabytes
  readonly charge: Micros
}
