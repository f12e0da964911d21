import type { PeerId } from '../ports/signer.js'
import type { Millis } from '../units.js'

export interface RateLimit {
  /** Messages a second that a peer may keep up for ever; an integer ≥ 1. */
  readonly perSecond: number
  /** Messages that a peer may send at once after a rest; an integer ≥ 1. */
  readonly burst: number
  /** Peers remembered, at least the half of them that were heard from last. */
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
  /**
   * Two generations: when the young one is full, or so old that whoever rested since it began has a full bucket, it becomes
   * the old one, and whoever was only in that is forgotten.
   */
  #young: Map<PeerId, Bucket> | undefined
  #old: ReadonlyMap<PeerId, Bucket> | undefined
  #turnsAt = Number.NEGATIVE_INFINITY

  /** @throws RangeError when a limit is not an integer ≥ 1. */
  constructor(limit: RateLimit) {
    for (const [name, value] of Object.entries(limit)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be an integer ≥ 1: ${value}`)
    }
    this.#limit = limit
  }

  /** Whether `peer` may send one more message now. A refused message costs it nothing. */
  allow(peer: PeerId, now: Millis): boolean {
    const { perSecond, burst } = this.#limit
    const full = burst * perMessage
    if (now >= this.#turnsAt) this.#turn(now)
    const bucket = this.#young?.get(peer) ?? this.#enter(peer, this.#old?.get(peer) ?? { tokens: full, at: now }, now)
    const elapsed = Math.max(0, now - bucket.at)
    // Past the time that fills any bucket the product could leave the safe integers.
    const tokens = elapsed >= full ? full : Math.min(full, bucket.tokens + elapsed * perSecond)
    const allowed = tokens >= perMessage
    bucket.tokens = allowed ? tokens - perMessage : tokens
    bucket.at = now
    return allowed
  }

  #enter(peer: PeerId, bucket: Bucket, now: Millis): Bucket {
    if (this.#young !== undefined && this.#young.size >= this.#limit.peersMax >> 1) this.#turn(now)
    this.#young ??= new Map()
    this.#young.set(peer, bucket)
    return bucket
  }

  #turn(now: Millis): void {
    const { perSecond, burst } = this.#limit
    this.#old = this.#young
    this.#young = undefined
    this.#turnsAt = now + (burst * perMessage) / perSecond
  }
}
