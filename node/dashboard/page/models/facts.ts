/** What nodes tell of the market, kept as far as a page can use it, and told as a story. */

export interface PageFact {
  readonly at: number
  /** Whose fact it is, by name; absent on the page of one node. */
  readonly node?: string
  readonly type: string
  readonly offer?: string
  readonly buyer?: string
  readonly seller?: string
  readonly award?: string
  readonly quantity?: number
  readonly price?: number
  readonly charge?: number
  readonly reserve?: number
  readonly stock?: number
  readonly reason?: string
  readonly sequence?: number
}

/** Steps of a path are at most so many: a long evening is told by its end. */
const stepsMax = 60

export interface Step {
  readonly at: number
  readonly offer: string
  readonly type: 'bid' | 'withdrew' | 'outbid' | 'won' | 'declined' | 'bought'
  readonly quantity: number
  readonly price: number
  /** What is still asked for, or charged. */
  readonly of: number
}

/** How one buyer went through the market: where it bid, where others bid more, where it went then, what it bought. */
export function pathOf(facts: Iterable<PageFact>, name: string | undefined): readonly Step[] {
  const steps: Step[] = []
  const bids = new Map<string, { quantity: number; price: number; short: boolean }>()
  const awards = new Set<string>()
  for (const fact of facts) {
    if ((name !== undefined && fact.node !== name) || fact.offer === undefined) continue
    const { at, offer, quantity = 0, price = 0, charge = 0 } = fact
    const bid = bids.get(offer)
    if (fact.type === 'bid-sent') {
      if (quantity === 0 && bid === undefined) continue
      bids.set(offer, { quantity, price, short: false })
      steps.push({ at, offer, type: quantity === 0 ? 'withdrew' : 'bid', quantity, price, of: bid?.quantity ?? 0 })
      if (quantity === 0) bids.delete(offer)
    } else if (fact.type === 'quoted' && bid !== undefined && bid.quantity > 0) {
      const short = quantity < bid.quantity
      if (short && !bid.short) steps.push({ at, offer, type: 'outbid', quantity, price: bid.price, of: bid.quantity })
      bid.short = short
    } else if (fact.type === 'awarded') {
      // An award is sent until it is answered.
      if (fact.award !== undefined && awards.has(fact.award)) continue
      if (fact.award !== undefined) awards.add(fact.award)
      steps.push({ at, offer, type: 'won', quantity, price: 0, of: charge })
      bids.delete(offer)
    } else if (fact.type === 'declined') {
      steps.push({ at, offer, type: 'declined', quantity: 0, price: 0, of: 0 })
    } else if (fact.type === 'bought') {
      steps.push({ at, offer, type: 'bought', quantity, price: 0, of: charge })
    }
  }
  return steps.slice(-stepsMax)
}

/** When each node first knew of an offer, the earliest first, by name. */
export function heardOf(
  facts: Iterable<PageFact>,
  offer: string,
): readonly { readonly node: string; readonly at: number }[] {
  const first = new Map<string, number>()
  for (const fact of facts) {
    if (fact.type !== 'offer-known' || fact.offer !== offer || fact.node === undefined) continue
    if (!first.has(fact.node)) first.set(fact.node, fact.at)
  }
  return [...first].map(([node, at]) => ({ node, at })).sort((a, b) => a.at - b.at)
}

export interface PriceLines {
  /** Seconds since the Unix epoch, ascending. */
  readonly times: readonly number[]
  readonly lines: readonly { readonly seller: string; readonly values: readonly (number | null)[] }[]
  /** Unit prices at which something was sold. */
  readonly sales: readonly (number | null)[]
}

/** Whether {@link pricesOf} makes anything of it. */
export const isOfPrices = ({ type }: PageFact): boolean =>
  type === 'offer-opened' || type === 'reserve-moved' || type === 'offer-closed' || type === 'sold'

/** Reserves as steps, one line a seller in the order of their ids, and what was paid; in currency per GB. */
export function pricesOf(facts: Iterable<PageFact>): PriceLines {
  const lines = new Map<string, Map<number, number | null>>()
  const paid = new Map<number, number>()
  const times = new Set<number>()
  const put = (seller: string, at: number, value: number | null): void => {
    const line = lines.get(seller) ?? new Map<number, number | null>()
    lines.set(seller, line.set(at, value))
    times.add(at)
  }
  for (const fact of facts) {
    const { offer, at } = fact
    if (offer === undefined) continue
    const seller = offer.slice(0, offer.lastIndexOf('/'))
    if ((fact.type === 'offer-opened' || fact.type === 'reserve-moved') && fact.reserve !== undefined) {
      put(seller, at, fact.reserve / 1_000)
    } else if (fact.type === 'offer-closed') put(seller, at, null)
    else if (fact.type === 'sold' && fact.charge !== undefined && fact.quantity) {
      paid.set(at, fact.charge / fact.quantity / 1_000)
      times.add(at)
    }
  }
  const sorted = [...times].sort((a, b) => a - b)
  // By seller, not by who is told of first: that changes whenever the oldest fact goes.
  const sellers = [...lines].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    times: sorted.map((at) => at / 1_000),
    lines: sellers.map(([seller, line]) => {
      let value: number | null = null
      return { seller, values: sorted.map((at) => (value = line.has(at) ? line.get(at)! : value)) }
    }),
    sales: sorted.map((at) => paid.get(at) ?? null),
  }
}
