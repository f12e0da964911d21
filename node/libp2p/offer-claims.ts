import type { PeerId } from '../../src/ports/signer.js'
import type { IndexEntry, OfferKey } from '../../src/protocol/offer-index.js'

/**
 * Who is asked for what, in one round of sync: several peers are asked at once, and each offer of one of them. When that one
 * fails, its offers are free for the others.
 */
export class OfferClaims {
  /** The sequences that this node holds: at the round's start, and what came since. */
  readonly #held: Map<OfferKey, number>
  readonly #claimed = new Map<OfferKey, PeerId>()
  #waiting: (() => void)[] = []

  constructor(held: readonly IndexEntry[]) {
    this.#held = new Map(held.map(({ key, sequence }) => [key, sequence]))
  }

  isNews({ key, sequence }: IndexEntry): boolean {
    return sequence > (this.#held.get(key) ?? -1)
  }

  /** This node holds the offer now. */
  has({ key, sequence }: IndexEntry): void {
    if (this.isNews({ key, sequence })) this.#held.set(key, sequence)
  }

  /** Up to `count` of the `wanted`, those alone that nobody is asked for unless `impatient`; from now on `peer` is. */
  claim(
    peer: PeerId,
    wanted: Iterable<OfferKey>,
    { count, impatient }: { readonly count: number; readonly impatient: boolean },
  ): readonly OfferKey[] {
    const keys: OfferKey[] = []
    for (const key of wanted) {
      if (keys.length >= count) break
      if (!impatient && this.#claimed.has(key)) continue
      this.#claimed.set(key, peer)
      keys.push(key)
    }
    return keys
  }

  /** These were answered, whatever came. */
  settle(keys: readonly OfferKey[]): void {
    for (const key of keys) this.#claimed.delete(key)
    this.#wake()
  }

  /** `peer` is asked no more. */
  release(peer: PeerId): void {
    for (const [key, claimant] of this.#claimed) if (claimant === peer) this.#claimed.delete(key)
    this.#wake()
  }

  /** Resolves with true as soon as something was answered, or somebody failed; with false after `ms`. */
  settled(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
