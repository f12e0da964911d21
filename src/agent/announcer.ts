import type { Millis } from '../units.js'
import type { Rules } from './rules.js'

/**
 * When a seller gossips its offer: at once when it must, when its price moved enough to be news, and now and then to
 * keep it from expiring; never more often than the market allows, because gossip is the scarce resource.
 */
export class Announcer {
  readonly #rules: Rules
  #dueAt: Millis | undefined
  #lastAt = Number.NEGATIVE_INFINITY
  #lastPrice = 0

  constructor(rules: Rules) {
    this.#rules = rules
  }

  get deadline(): Millis | undefined {
    return this.#dueAt
  }

  isDue(now: Millis): boolean {
    return this.#dueAt !== undefined && this.#dueAt <= now
  }

  /** There is news, whatever the price. */
  want(now: Millis): void {
    const at = Math.max(now, this.#lastAt + this.#rules.gossipMsMin) as Millis
    this.#dueAt = this.#dueAt === undefined ? at : (Math.min(this.#dueAt, at) as Millis)
  }

  /** `price`: what a newcomer would pay per MB for all that is left. News if it moved far enough. */
  consider(now: Millis, price: number): void {
    const moved = Math.abs(price - this.#lastPrice)
    if (moved * 1_000 > this.#rules.gossipMovePerMille * this.#lastPrice) this.want(now)
  }

  /** The offer went out; an open one will again, at the latest to refresh it. */
  announced(now: Millis, { price, open }: { readonly price: number; readonly open: boolean }): void {
    this.#lastAt = now
    this.#lastPrice = price
    this.#dueAt = open ? ((now + this.#rules.refreshMs) as Millis) : undefined
  }
}
