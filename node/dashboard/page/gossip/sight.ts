/** What the page asks of whoever keeps the gossip, and what it is answered: no more than is in view, however much goes by. */
import type { InspectEvent, MessageId } from '../../../../src/inspect/event.js'
import type { Spread } from '../../../../src/inspect/spread.js'

/** The rows in sight: the newest, or those from one on while somebody reads there. */
export type RowsWanted =
  | { readonly type: 'newest'; readonly count: number }
  | { readonly type: 'held'; readonly from: number; readonly count: number }

export interface Look {
  /** What the last answer was; where nothing changed since, only that is said. */
  readonly known: number
  readonly rows?: RowsWanted
  /** Whether messages are wanted as they travel. */
  readonly flights?: true
  /** The offer whose first message is wanted with its way. */
  readonly spreadOf?: string
}

/** A message on its way from one peer to another. */
export interface Flight {
  readonly from: string
  readonly to: string
  readonly auction: boolean
}

/** A look takes at most so many; of more, every so many-th. */
export const flightsMax = 60

export interface Sight {
  readonly version: number
  /** Whether the stream is open. */
  readonly open: boolean
  /** Ever, and how many more of which nobody was told in time. */
  readonly seen: number
  readonly lost: number
  /** Of those kept, how many pass the filter; of which so many came since the list was held. */
  readonly matched: number
  readonly newer: number
  /** The first of `rows` among those that match. */
  readonly from: number
  readonly rows: readonly InspectEvent[]
  readonly flights: readonly Flight[]
  /** Of the offer that was asked for; undefined: none was. */
  readonly spread: OfferSpread | undefined
}

/** How an offer's first message travelled, as far as one was seen. */
export interface OfferSpread {
  readonly offer: string
  readonly first: { readonly id: MessageId; readonly spread: Spread } | undefined
}

export const nothingSeen: Sight = {
  version: 0,
  open: false,
  seen: 0,
  lost: 0,
  matched: 0,
  newer: 0,
  from: 0,
  rows: [],
  flights: [],
  spread: undefined,
}

/** To the worker that keeps the gossip. */
export type Order =
  | { readonly type: 'start'; readonly token: string }
  | {
      readonly type: 'names'
      readonly names: readonly (readonly [id: string, name: string])[]
    }
  /** One that can be read. */
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'look'; readonly look: Look }
