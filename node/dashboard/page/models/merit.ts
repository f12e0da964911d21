/** An auction as a picture: bids from the highest price down, side by side along the stock; what lies beyond it is excluded. */

export interface MeritBid {
  readonly buyer: string
  readonly quantity: number
  readonly price: number
  readonly won: number
}

export interface Block {
  readonly buyer: string
  /** Along the quantity, MB. */
  readonly from: number
  readonly to: number
  readonly price: number
  readonly state: 'won' | 'outbid' | 'below-reserve'
}

export interface Merit {
  readonly stock: number
  readonly reserve: number
  readonly blocks: readonly Block[]
  /** Ends of the axes. */
  readonly quantityMax: number
  readonly priceMax: number
}

/** What a bid wins comes before what it does not, so that the stock's end parts the two. */
export function meritOf(ask: { readonly stock: number; readonly reserve: number }, bids: readonly MeritBid[]): Merit {
  const ranked = [...bids]
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => b.price - a.price || (a.buyer < b.buyer ? -1 : 1))
  const blocks: Block[] = []
  let at = 0
  const place = (bid: MeritBid, quantity: number, state: Block['state']): void => {
    if (quantity <= 0) return
    blocks.push({ buyer: bid.buyer, from: at, to: at + quantity, price: bid.price, state })
    at += quantity
  }
  for (const bid of ranked) place(bid, bid.won, 'won')
  at = Math.max(at, ask.stock)
  for (const bid of ranked) place(bid, bid.quantity - bid.won, bid.price < ask.reserve ? 'below-reserve' : 'outbid')
  const highest = ranked[0]?.price ?? 0
  return {
    stock: ask.stock,
    reserve: ask.reserve,
    blocks,
    quantityMax: Math.max(at, ask.stock, 1),
    priceMax: Math.max(highest, ask.reserve, 1) * 1.1,
  }
}
