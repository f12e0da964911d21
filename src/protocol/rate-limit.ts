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

/** A limit without the memory of whom it is for. */
export type Allowance = Omit<RateLimit, 'peersMax'>

const perMessage = 1_000

/** Nobody is forgotten sooner: entering the same peers again and again would cost more than remembering them. */
const generationMsMin = 60_000

/** What one sender may still send, in integers; full at first. */
export class TokenBucket {
  /** Thousandths of a message, so that a millisecond adds a whole number of them. */
  #tokens: number
  #at = Number.NEGATIVE_INFINITY
  readonly #limit: Allowance

  /** The limit's numbers are integers ≥ 1. */
  constructor(limit: Allowance) {
    this.#limit = limit
    this.#tokens = limit.burst * perMessage
  }

  /** Whether one more message may come now. A refused message costs nothing. */
  allow(now: Millis): boolean {
    const { perSecond, burst } = this.#limit
    const full = burst * perMessage
    const elapsed = Math.max(0, now - this.#at)
    // Past the time that fills any bucket the product could leave the safe integers.
    const tokens = elapsed >= full ? full : Math.min(full, this.#tokens + elapsed * perSecond)
    const allowed = tokens >= perMessage
    this.#tokens = allowed ? tokens - perMessage : tokens
    this.#at = now
    return allowed
  }
}

/** A token bucket for each peer, in integers. Forgetting a peer gives it a full bucket again; who rests long has one anyway. */
export class RateLimiter {
  readonly #limit: RateLimit
  /**
   * Two generations: when the young one is full, or so old that whoever rested since it began has a full bucket, it becomes
   * the old one, and whoever was only in that is forgotten.
   */
  #young: Map<PeerId, TokenBucket> | undefined
  #old: ReadonlyMap<PeerId, TokenBucket> | undefined
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
    if (now >= this.#turnsAt) this.#turn(now)
    return (this.#young?.get(peer) ?? this.#enter(peer, now)).allow(now)
  }

  #enter(peer: PeerId, now: Millis): TokenBucket {
    const bucket = this.#old?.get(peer) ?? new TokenBucket(this.#limit)
    if (this.#young !== undefined && this.#young.size >= this.#limit.peersMax >> 1) this.#turn(now)
    this.#young ??= new Map()
    this.#young.set(peer, bucket)
    return bucket
  }

  #turn(now: Millis): void {
    const { perSecond, burst } = this.#limit
    this.#old = this.#young
    this.#young = undefined
    this.#turnsAt = now + Math.max(generationMsMin, (burst * perMessage) / perSecond)
  }
}
