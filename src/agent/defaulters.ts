import type { PeerId } from '../ports/signer.js'
import type { Millis } from '../units.js'
import type { Rules } from './rules.js'

interface Default {
  /** How long it is kept out this time; 0 after the first award that was not accepted. */
  readonly waitMs: number
  readonly until: Millis
}

/** Buyers remembered at most, and at most how long one is kept out. */
const defaultersMax = 1_024
const defaultMsMax = 600_000

/**
 * Buyers who let their awards lapse, or declined them. Either wastes a commit that others could have won, and a lapse keeps stock
 * from them for `acceptMsMax`. The first may be a phone that fell asleep, or whose newer bid was on its way; after the second in a row
 * the buyer may not bid at this seller for `acceptMsMax`, and after each further one for twice as long as the last time. An accept,
 * even a late one, makes it good. Forgotten at a restart, and when more default than can be remembered: then the earliest.
 */
export class Defaulters {
  readonly #rules: Rules
  readonly #defaults = new Map<PeerId, Default>()

  constructor(rules: Rules) {
    this.#rules = rules
  }

  has(now: Millis, buyer: PeerId): boolean {
    return (this.#defaults.get(buyer)?.until ?? now) > now
  }

  /** An award to `buyer` has lapsed, or was declined, at `now`. */
  add(now: Millis, buyer: PeerId): void {
    const last = this.#defaults.get(buyer)
    const waitMs = last === undefined ? 0 : Math.min(Math.max(2 * last.waitMs, this.#rules.acceptMsMax), defaultMsMax)
    this.#defaults.delete(buyer)
    if (this.#defaults.size >= defaultersMax) this.#defaults.delete(this.#defaults.keys().next().value!)
    this.#defaults.set(buyer, { waitMs, until: (now + waitMs) as Millis })
  }

  forgive(buyer: PeerId): void {
    this.#defaults.delete(buyer)
  }
}
