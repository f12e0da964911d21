/** What is on its way from one simulated node to another, as data: it may have to leave the thread that sent it. */
import type { PeerId } from '../ports/signer.js'
import type { Millis } from '../units.js'

interface Envelope {
  /** When it arrives. */
  readonly at: Millis
  /** Its place among what arrives then. */
  readonly order: number
  /** Node numbers. */
  readonly from: number
  readonly to: number
}

export type Letter<Frame> =
  | (Envelope & { readonly type: 'direct'; readonly frame: Frame; readonly delayMs: Millis })
  /** Nobody listens at `about`. */
  | (Envelope & { readonly type: 'undelivered'; readonly about: PeerId })
  /** Offer sync: asks for the offers that a node knows, and says them. */
  | (Envelope & { readonly type: 'ask' })
  | (Envelope & { readonly type: 'page'; readonly frames: readonly Frame[] })

/** A message that spread over a mesh: where it arrives and when, in the order of time, each node and its time in turn. */
export interface Spreading<Frame> {
  readonly type: 'spread'
  readonly order: number
  readonly from: number
  readonly frame: Frame
  readonly arrivals: readonly number[]
}

export type Mail<Frame> = Letter<Frame> | Spreading<Frame>

/** How a frame crosses from one part of a market to another: as plain data, which any thread can be handed a copy of. */
export interface Packing<Frame> {
  pack(frame: Frame): unknown
  unpack(packed: unknown): Frame
}

/** For frames that are plain data already. */
export const plainPacking: Packing<never> = { pack: (frame) => frame, unpack: (packed) => packed as never }

/** The mail with its frames as `change` makes them. */
export function reframed<From, To>(mail: Mail<From>, change: (frame: From) => To): Mail<To> {
  switch (mail.type) {
    case 'direct':
    case 'spread':
      return { ...mail, frame: change(mail.frame) }
    case 'page':
      return { ...mail, frames: mail.frames.map(change) }
    default:
      return mail
  }
}

/** When the first of it arrives. */
export const arrivalOf = (mail: Mail<unknown>): number => (mail.type === 'spread' ? mail.arrivals[1]! : mail.at)
