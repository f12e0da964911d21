/** Why a winner pays what it pays, computed here from the signed bids of its award and not taken from anybody. */
import { clear } from '../../../../src/mechanism/auction.js'
import type { Ask, Bid } from '../../../../src/mechanism/bid.js'
import { sealedFromJson } from '../../../../src/protocol/json.js'
import type { Award } from '../../../../src/protocol/message.js'

/** A part of the charge: so much, at the price of what had to give way. */
export interface Part {
  readonly quantity: number
  readonly price: number
  readonly cost: number
  /** Who would have had it at this price; undefined: nobody, and the seller asks its reserve. */
  readonly displaced: string | undefined
}

export interface Outbid {
  readonly buyer: string
  readonly wanted: number
  readonly won: number
  readonly price: number
  readonly why: 'too-low' | 'below-reserve'
}

export interface Why {
  readonly stock: number
  readonly reserve: number
  readonly floorRaised: boolean
  readonly bid: Pick<Bid, 'quantity' | 'price'>
  readonly quantity: number
  readonly charge: number
  readonly fee: number
  /** Whether the evidence gives the very quantity and charge that the seller signed. */
  readonly agrees: boolean
  readonly parts: readonly Part[]
  /** What everybody asked and got, highest price first. */
  readonly bids: readonly {
    readonly buyer: string
    readonly quantity: number
    readonly price: number
    readonly won: number
  }[]
  readonly outbid: readonly Outbid[]
  /** The lowest price that won anything. */
  readonly marginal: number
}

/** `envelope`: a signed award in base64. Undefined where it cannot be read, or its winner's bid is missing. */
export function whyOf(envelope: string): Why | undefined {
  const award = sealedFromJson(envelope, 'award')?.body
  return award === undefined ? undefined : explained(award)
}

export function explained(
  award: Pick<Award, 'stock' | 'reserve' | 'quotedReserve' | 'buyer' | 'quantity' | 'charge' | 'fee'> & {
    readonly evidence: readonly { readonly body: Bid }[]
  },
): Why | undefined {
  const { stock, reserve, quotedReserve, buyer, quantity, charge, fee } = award
  const bids = award.evidence.map(({ body }) => body)
  const { awards } = clear({ stock, reserve }, bids)
  const ranked = bids
    .map((bid, index) => ({ buyer: bid.buyer, quantity: bid.quantity, price: bid.price, won: awards[index]!.quantity }))
    .sort((a, b) => b.price - a.price || (a.buyer < b.buyer ? -1 : 1))
  const index = bids.findIndex((bid) => bid.buyer === buyer)
  if (index === -1) return undefined
  const mine = awards[index]!
  return {
    stock,
    reserve,
    floorRaised: reserve > quotedReserve,
    bid: bids[index]!,
    quantity,
    charge,
    fee,
    agrees: mine.quantity === quantity && mine.charge === charge,
    parts: partsOf({ stock, reserve }, bids, { buyer, quantity: mine.quantity }),
    bids: ranked,
    outbid: ranked
      .filter((bid) => bid.won < bid.quantity && bid.buyer !== buyer)
      .map((bid) => ({
        buyer: bid.buyer,
        wanted: bid.quantity,
        won: bid.won,
        price: bid.price,
        why: bid.price < reserve ? 'below-reserve' : 'too-low',
      })),
    marginal: Math.min(...ranked.filter(({ won }) => won > 0).map(({ price }) => price), Number.POSITIVE_INFINITY),
  }
}

/** What the others would have won more without this winner, each at its own price, and what would have stayed unsold (SPEC §6). */
function partsOf(
  ask: Ask,
  bids: readonly Bid[],
  { buyer, quantity }: { readonly buyer: string; readonly quantity: number },
): readonly Part[] {
  if (quantity === 0) return []
  const others = bids.filter((bid) => bid.buyer !== buyer)
  const [withIt, without] = [clear(ask, bids), clear(ask, others)]
  const had = new Map(withIt.awards.map((award) => [award.buyer, award.quantity]))
  const displaced = others.map(({ price }, index): Part => {
    const award = without.awards[index]!
    const more = award.quantity - (had.get(award.buyer) ?? 0)
    return { quantity: more, price, cost: more * price, displaced: award.buyer }
  })
  const idle = without.unsold - withIt.unsold
  return [{ quantity: idle, price: ask.reserve, cost: idle * ask.reserve, displaced: undefined }, ...displaced]
    .filter((part) => part.quantity > 0)
    .sort((a, b) => a.price - b.price)
}
