/** The laws of the market by name, and what is said of one that was broken. */

/** Laws about what the nodes' stores hold at the end. */
export const laws = [
  'a sale has a receipt on both sides',
  'both sides hold the same receipt',
  'receipts are signed by both sides',
  'receipts say what their awards say',
  'charges are what the evidence gives',
  'no award is above its bid or below the floor',
  'no seller awards twice in one round to one buyer',
  'a seller sells no more than its stock',
  'a buyer buys no more than its demand',
  'a buyer spends no more than its budget',
  'stores can be read',
] as const

/** Laws about every single step of a node. */
export const stepLaws = [
  /** Receipts issued and awards on their way, together. */
  'a seller promises no more than its stock',
  'no message offers more than is left',
  /** Accepts, receipts and bids that stand, together. */
  'a buyer is bound to no more than its demand',
  'a buyer is bound to no more than its budget',
  /** Quantity and charge of quotes and awards, recomputed in the exclusion-compensation form (MECHANISM §3). */
  'awards and quotes say what the bids give',
  /** Of each buyer the last that arrived, as it signed it. */
  'the evidence is the bids that arrived',
  'only the cheapest bid gives way',
  'a reserve is never below the floor',
  'a reserve moves only as its policy says',
  'sequences grow',
  'nothing leaves before it is saved',
  'no award is both sold and refused',
  /** By the seller's signature, kept: what a buyer once accepted it settles or can prove that it need not. */
  'an accept is given up only for a refusal',
  'every queue keeps its bound',
  'no deadline is starved',
  'no node spins',
] as const

export type FinalLaw = (typeof laws)[number]
export type StepLaw = (typeof stepLaws)[number]
export type Law = FinalLaw | StepLaw

export interface Violation {
  readonly law: Law
  readonly who: string
  readonly detail: string
}
