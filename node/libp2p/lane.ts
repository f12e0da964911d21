/**
 * One direction of a TCP connection over a poor link, as whoever writes and reads it feels it: bytes come late, in order, and after a
 * loss with all that is behind them. What is lost is the segment, which TCP sends again; an application never misses a byte.
 */
import type { Clock } from '../../src/ports/clock.js'
import type { Random } from '../../src/ports/random.js'
import { millis } from '../../src/units.js'

/** What lies between two nodes, the same in both directions. */
export interface Link {
  /** Nothing passes. */
  readonly cut: boolean
  /** One way, ms: a value is drawn for each write, from `latencyMs - jitterMs` to `latencyMs + jitterMs`. */
  readonly latencyMs: number
  readonly jitterMs: number
  /** Of segments, in thousandths. */
  readonly lossPerMille: number
}

/** A link that can be forgotten. */
export const goodLink: Link = Object.freeze({ cut: false, latencyMs: 0, jitterMs: 0, lossPerMille: 0 })

export const laneLimits = Object.freeze({
  /** Held in one direction before the writer has to wait, as with a send buffer. */
  bytesMax: 262_144,
  /** What one segment carries over Ethernet with IPv4 and time stamps. */
  segmentBytes: 1_448,
  /** Linux waits for an acknowledgement for a round trip and at least so much before it sends a segment again. */
  retryMsMin: 200,
  /** The wait doubles each time, up to this (RFC 6298 §2.4: at least 60 s). */
  retryMsMax: 60_000,
})

/** How long one way takes this time. */
export const latencyOf = ({ latencyMs, jitterMs }: Link, random: Random): number =>
  Math.max(0, latencyMs - jitterMs + random.below(2 * jitterMs + 1))

/** Whether one segment gets lost now. */
export const isLost = ({ cut, lossPerMille }: Link, random: Random): boolean =>
  cut || (lossPerMille > 0 && random.below(1_000) < lossPerMille)

const isGood = ({ cut, latencyMs, lossPerMille }: Link): boolean => !cut && latencyMs === 0 && lossPerMille === 0

export interface LaneOptions {
  /** As it is now. */
  readonly link: () => Link
  readonly clock: Clock
  readonly random: Random
  /** Called when the lane was full and takes more again. */
  readonly onDrain: () => void
}

interface Held {
  readonly bytes: number
  readonly deliver: () => void
  /** When it arrives, if it does. */
  dueMs: number
  /** Times that it was lost so far. */
  losses: number
}

export class Lane {
  readonly #options: LaneOptions
  readonly #held: Held[] = []
  #bytes = 0
  #wasFull = false
  #stopped = false
  #running = false
  #cancel: (() => void) | undefined

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** Whether whoever writes should wait for `onDrain`. What is written all the same is carried too. */
  get isFull(): boolean {
    return this.#bytes >= laneLimits.bytesMax
  }

  /** Carries so many bytes; `deliver` is called once they are there, at once over a good link. */
  push(bytes: number, deliver: () => void): void {
    const { link, clock, random } = this.#options
    const now = link()
    if (this.#held.length === 0 && !this.#stopped && isGood(now)) {
      deliver()
      return
    }
    this.#held.push({ bytes, deliver, dueMs: clock.now() + latencyOf(now, random), losses: 0 })
    this.#bytes += bytes
    if (this.isFull) this.#wasFull = true
    this.#arm()
  }

  /** Whoever receives takes no more for now. */
  stop(): void {
    this.#stopped = true
    this.#disarm()
  }

  go(): void {
    this.#stopped = false
    this.#arm()
  }

  /** Drops all that is on the way. */
  clear(): void {
    this.#disarm()
    this.#held.length = 0
    this.#bytes = 0
    this.#wasFull = false
  }

  #arm(): void {
    const [first] = this.#held
    if (first === undefined || this.#stopped || this.#running || this.#cancel !== undefined) return
    const { clock } = this.#options
    this.#cancel = clock.wakeAt(millis(Math.max(first.dueMs, clock.now())), () => {
      this.#cancel = undefined
      this.#run()
    })
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Delivers what has arrived. What is behind a lost segment waits with it, and is not looked at before. */
  #run(): void {
    const now = this.#options.clock.now()
    this.#running = true
    for (let first = this.#held[0]; first !== undefined && !this.#stopped; first = this.#held[0]) {
      if (first.dueMs > now) break
      if (this.#loses(first)) this.#retry(first)
      else {
        this.#held.shift()
        this.#bytes -= first.bytes
        first.deliver()
      }
    }
    this.#running = false
    this.#arm()
    if (!this.#wasFull || this.isFull) return
    this.#wasFull = false
    this.#options.onDrain()
  }

  /** All segments are sent at first, and then the one that was lost. */
  #loses({ bytes, losses }: Held): boolean {
    const { link, random } = this.#options
    const now = link()
    const segments = losses > 0 ? 1 : Math.max(1, Math.ceil(bytes / laneLimits.segmentBytes))
    for (let segment = 0; segment < segments; segment += 1) if (isLost(now, random)) return true
    return false
  }

  #retry(held: Held): void {
    const { retryMsMin, retryMsMax } = laneLimits
    const wait = (retryMsMin + 2 * this.#options.link().latencyMs) * 2 ** held.losses
    held.dueMs += Math.min(wait, retryMsMax)
    held.losses += 1
  }
}
