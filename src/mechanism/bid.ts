import type { Megabytes, Ticks } from '../units.js'

/** What a seller has for sale: `s^j = (d^j, p^j)` (MECHANISM §2). */
export interface Ask {
  /** Stock still for sale. */
  readonly stock: Megabytes
  /** The lowest unit price at which any of it is sold. */
  readonly reserve: Ticks
}

/** What a buyer wants at one seller: `s_i^j = (d_i^j, p_i^j)` (MECHANISM §2). Quantity 0 is no bid at all. */
export interface Bid {
  readonly buyer: string
  readonly quantity: Megabytes
  readonly price: Ticks
}

/** A step of a ladder: `quantity` MB can be had at `price` each. */
export interface Rung {
  readonly price: Ticks
  readonly quantity: Megabytes
}

/** The market price function of one buyer at one seller as steps, cheapest first; prices strictly increase (MECHANISM §3). */
export type Ladder = readonly Rung[]
