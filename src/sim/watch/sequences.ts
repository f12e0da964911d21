import type { Effect } from '../../agent/agent.js'
import type { StoreContents } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import type { Bid, Digest, OfferId } from '../../protocol/message.js'
import { digestOf } from '../../protocol/signing.js'
import type { Report } from './step.js'

const counters = ['buyer/sequence', 'seller/sequence', 'seller/round'] as const
type Counter = (typeof counters)[number]

/**
 * The law that sequences grow, over all lives of one node: each new bid, quote, offer and commit carries a number above
 * all that left before it, whatever was lost in between.
 */
export class Sequences {
  readonly #report: Report
  readonly #highest = new Map<Counter, number>()
  /** The last bid at each offer, and every award: what is sent again is the same. */
  readonly #bids = new Map<OfferId, Bid>()
  readonly #awards = new Set<Digest>()

  constructor(report: Report) {
    this.#report = report
  }

  /** A new life begins. A number that the store never promised never left, so it may be used again. */
  restart(contents: StoreContents): void {
    this.#bids.clear()
    this.#awards.clear()
    const saved = new Map(contents.map(({ key, value }) => [key, value]))
    for (const counter of counters) {
      this.#highest.set(counter, Math.min(this.#of(counter), Number(saved.get(counter) ?? 0)))
    }
    for (const [key, value] of saved) {
      if (key.startsWith('seller/award/')) this.#awards.add(key.slice('seller/award/'.length))
      if (!key.startsWith('buyer/bid/')) continue
      const bid = sealedFromJson((value as { readonly bid: string }).bid, 'bid')?.body
      if (bid !== undefined) this.#bids.set(bid.offer, bid)
    }
  }

  step(effects: readonly Effect[]): void {
    const round = this.#of('seller/round')
    for (const effect of effects) {
      if (effect.type !== 'send' && effect.type !== 'publish') continue
      const { body } = effect.message
      if (body.type === 'offer') this.#next('seller/sequence', body.sequence)
      if (body.type === 'bid') this.#bid(body)
      if (body.type === 'quote') {
        this.#next('seller/sequence', body.sequence)
        this.#raise('seller/round', body.round, round)
      }
      if (body.type === 'award' && !this.#awards.has(digestOf(effect.message))) {
        this.#awards.add(digestOf(effect.message))
        this.#raise('seller/round', body.round, round + 1)
      }
    }
  }

  #bid(bid: Bid): void {
    const last = this.#bids.get(bid.offer)
    const again = last?.sequence === bid.sequence && last.quantity === bid.quantity && last.price === bid.price
    if (again) return
    this.#bids.set(bid.offer, bid)
    this.#next('buyer/sequence', bid.sequence)
  }

  #next(counter: Counter, number: number): void {
    this.#raise(counter, number, this.#of(counter) + 1)
  }

  #raise(counter: Counter, number: number, least: number): void {
    if (number < least) this.#report('sequences grow', `${counter} ${number}, after ${least - 1}`)
    this.#highest.set(counter, Math.max(this.#of(counter), number))
  }

  #of(counter: Counter): number {
    return this.#highest.get(counter) ?? 0
  }
}
