/**
 * Agents are sans-IO: an event goes in, effects come out. They hold no socket, no timer and no promise, so the same
 * code runs on libp2p, in a simulator and in a replay.
 */

import type { PeerId } from '../ports/signer.js'
import type { StoreRecord } from '../ports/store.js'
import type {
  Bid,
  CloseReason,
  DeclineCode,
  Digest,
  DirectMessage,
  Offer,
  OfferId,
  Receipt,
  RefusalCode,
  Sealed,
} from '../protocol/message.js'
import type { Megabytes, Micros, Millis, Ticks } from '../units.js'
import type { BuyPlan, SellPlan } from './rules.js'

/** What can happen to an agent. Messages have passed admission: decoded, within limits, signature checked. */
export type AgentEvent =
  | { readonly type: 'start' }
  | { readonly type: 'wake' }
  | { readonly type: 'gossip'; readonly from: PeerId; readonly message: Sealed<Offer> }
  | { readonly type: 'direct'; readonly from: PeerId; readonly message: Sealed<DirectMessage> }
  | { readonly type: 'undelivered'; readonly to: PeerId }
  | { readonly type: 'command'; readonly command: Command }

/**
 * What its person, or the host it runs on, tells an agent. A plan that is told counts what is traded from then on, awards and accepts on their way
 * included: it says how much more. It replaces the one before, is saved before anything else comes of it, and is taken up
 * again at the next start, unless that start is configured with another.
 */
export type Command =
  /** Offer so much, on these terms; an open offer is closed for the new one. */
  | { readonly type: 'sell'; readonly plan: SellPlan }
  /** Want so much, at this value; bids that stand are withdrawn for new ones. */
  | { readonly type: 'buy'; readonly plan: BuyPlan }
  /** Close the open offer; what was already awarded is still settled. `forget`: and open none at the next start either. */
  | { readonly type: 'withdraw-offer'; readonly forget?: true | undefined }
  /** Withdraw every standing bid and send no more. `forget`: not at the next start either. */
  | { readonly type: 'stop-buying'; readonly forget?: true | undefined }
  /**
   * Count an accept no more whose seller never answers, and send it no more. Its seller may hold the receipt all the same and show it
   * later: then it counts, beside whatever was bought in its place.
   */
  | { readonly type: 'forget-accept'; readonly award: Digest }
  /** From now on the node can be dialled there, and nowhere else; at most 4 of them go into its offer. */
  | { readonly type: 'addresses'; readonly addresses: readonly string[] }
  /** Somebody listens to its offers now, and nobody did when the last one went out. */
  | { readonly type: 'announce' }

/** What an agent wants done, in order. A `save` is in place before any later effect goes out. */
export type Effect =
  | { readonly type: 'publish'; readonly message: Sealed<Offer> }
  | {
      readonly type: 'send'
      readonly to: PeerId
      readonly message: Sealed<DirectMessage>
      /** Where `to` may be reached; empty when only a standing connection will do. */
      readonly addresses: readonly string[]
    }
  /** `sync`: must survive a loss of power, not only of the process. */
  | { readonly type: 'save'; readonly records: readonly StoreRecord[]; readonly sync: boolean }
  | { readonly type: 'report'; readonly fact: Fact }

/** What an agent tells whoever watches it. Facts steer nothing. */
export type Fact =
  | { readonly type: 'offer-opened'; readonly offer: OfferId; readonly stock: Megabytes; readonly reserve: Ticks }
  | { readonly type: 'offer-known'; readonly offer: OfferId; readonly sequence: number; readonly known: number }
  | {
      readonly type: 'bid-sent'
      readonly offer: OfferId
      readonly sequence: number
      readonly quantity: Megabytes
      readonly price: Ticks
    }
  | {
      readonly type: 'bid-received'
      readonly offer: OfferId
      readonly buyer: PeerId
      readonly quantity: Megabytes
      readonly price: Ticks
    }
  | {
      readonly type: 'quoted'
      readonly offer: OfferId
      readonly quantity: Megabytes
      readonly charge: Micros
      readonly reserve: Ticks
    }
  | { readonly type: 'reserve-moved'; readonly offer: OfferId; readonly round: number; readonly reserve: Ticks }
  | { readonly type: 'committed'; readonly offer: OfferId; readonly round: number; readonly awards: number }
  | {
      readonly type: 'awarded'
      readonly offer: OfferId
      readonly award: Digest
      readonly quantity: Megabytes
      readonly charge: Micros
    }
  | { readonly type: 'accepted'; readonly offer: OfferId; readonly award: Digest }
  | { readonly type: 'declined'; readonly offer: OfferId; readonly award: Digest; readonly code: DeclineCode }
  | { readonly type: 'lapsed'; readonly offer: OfferId; readonly award: Digest }
  /** The seller issued a receipt. */
  | { readonly type: 'sold'; readonly receipt: Receipt }
  /** The buyer holds a receipt. */
  | { readonly type: 'bought'; readonly receipt: Receipt }
  /** Its seller signed two different awards for one round; the proof is kept. */
  | { readonly type: 'equivocated'; readonly offer: OfferId; readonly round: number }
  /** Its person gave up an accept that nobody answered. */
  | { readonly type: 'accept-forgotten'; readonly offer: OfferId; readonly award: Digest }
  /** An own offer came back that this node's store does not know of: it is an old copy. The agent does nothing from then on. */
  | { readonly type: 'outrun'; readonly offer: OfferId; readonly sequence: number }
  | { readonly type: 'offer-closed'; readonly offer: OfferId; readonly reason: CloseReason }
  | {
      readonly type: 'refused'
      readonly by: 'me' | 'them'
      readonly peer: PeerId
      readonly offer: OfferId
      readonly code: RefusalCode
    }

export interface Agent {
  /** When this agent wants to be woken if nothing happens first; undefined: never. */
  readonly deadline: Millis | undefined
  /** Total and synchronous: hostile input yields a refusal, never a throw. */
  step(now: Millis, event: AgentEvent): readonly Effect[]
}

/** How a participant stands, for status displays and for an observer that waits for the market to end. */
export interface ParticipantStatus {
  readonly offersKnown: number
  readonly seller?: SellerStatus
  readonly buyer?: BuyerStatus
}

export interface SellerStatus {
  readonly offer: OfferId
  readonly open: boolean
  readonly closeReason?: CloseReason
  readonly stock: Megabytes
  readonly reserve: Ticks
  readonly round: number
  readonly participants: number
  /** Of the present plan: not sold yet, and, while its offer is closed, perhaps not for sale. */
  readonly unsold: Megabytes
  /** Ever, by this node. */
  readonly sold: Megabytes
  readonly revenue: Micros
  /** Awards that wait for an answer. */
  readonly unsettled: number
}

export interface BuyerStatus {
  /** Ever bought by this node and acknowledged by a receipt. */
  readonly owned: Megabytes
  readonly spent: Micros
  /** Of the present plan, what was bought under it included; 0 without one. */
  readonly demand: Megabytes
  /** What is left of that: neither bought nor accepted; 0 once told to stop. */
  readonly wanted: Megabytes
  readonly standing: readonly { readonly offer: OfferId; readonly bid: Bid }[]
  /** Accepts that wait for their receipt. */
  readonly unsettled: number
  /** Whether a reaction to news is still to come. */
  readonly reacting: boolean
  readonly bidsSent: number
}
