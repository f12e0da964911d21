import type { PeerId } from '../ports/signer.js'
import type { Millis } from '../units.js'

export interface RateLimit {
  /** Messages a second that a peer may keep up for ever; an integer ≥ 1. */
  readonly perSecond: number
  /** Messages that a peer may send at once after a rest; an integer ≥ 1. */
  readonly burst: number
  /** Peers remembered; the one heard from longest ago is forgotten first. */
  readonly peersMax: number
}

interface Bucket {
  /** Thousandths of a message, so that a millisecond adds a whole number of them. */
  tokens: number
  at: Millis
}

const perMessage = 1_000

/** A token bucket for each peer, in integers. Forgetting a peer gives it a full bucket again; who rests long has one anyway. */
export class RateLimiter {
  readonly #limit: RateLimit
  /** In order of last use. */
  readonly #buckets = new Map<PeerId, Bucket>()

  /** @throws RangeError when a limit is not an integer ≥ 1. */
  constructor(limit: RateLimit) {
    for (const [name, value] of Object.entries(limit)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be an integer ≥ 1: ${value}`)
    }
    this.#limit = limit
  }

  /** Whether `peer` may send one more message now. A refused message costs it nothing. */
  allow(peer: PeerId, now: Millis): boolean {
    const { perSecond, burst, peersMax } = this.#limit
    const full = burst * perMessage
    const bucket = this.#buckets.get(peer) ?? { tokens: full, at: now }
    const elapsed = Math.max(0, now - bucket.at)
    // Past the time that fills any bucket the product could leave the safe integers.
    const tokens = elapsed >= full ? full : Math.min(full, bucket.tokens + elapsed * perSecond)
    const allowed = tokens >= perMessage
    bucket.tokens = allowed ? tokens - perMessage : tokens
    bucket.at = now
    this.#buckets.delete(peer)
    this.#buckets.set(peer, bucket)
    if (this.#buckets.size > peersMax) this.#forgetOldest()
    return allowed
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next()
    if (!oldest.done) this.#buckets.delete(oldest.value)
  }
}
