import type { PeerId } from '../../src/ports/signer.js'

/**
 * What no honest node of any version does, each with the points it costs. Only a peer's own acts: nothing that it may have
 * passed on in good faith, nothing that a slow phone, a bad network, an overloaded machine or another clock can bring about.
 */
export const offencePoints = Object.freeze({
  /** A direct message that cannot be read, or is beyond a bound. */
  'unreadable-message': 20,
  /** A direct message in somebody else's name, or meant for somebody else. */
  'forged-message': 25,
  /** A frame longer than any may be, or without an end. */
  'endless-frame': 50,
  /** A frame that was begun and not ended in time. A very slow line does that too, now and then. */
  'dripping-frame': 10,
  /** A gossiped offer that every honest node rejects, and so none passes on. Gossip itself stops listening after the second. */
  'invalid-offer': 60,
  /** Offer sync: pages out of order, answers that do not match the question, offers that were announced and do not exist. */
  'false-page': 40,
  /** A message beyond the allowance. An honest node's burst costs less than is forgiven meanwhile. */
  flood: 0.05,
})
export type Offence = keyof typeof offencePoints

export interface GuardSettings {
  /** Points at which a peer is disconnected and refused. */
  readonly pointsMax: number
  /** Points forgiven in a second. */
  readonly forgivenPerSecond: number
  /** How long a peer is refused. */
  readonly refusedMs: number
  /** Peers with points, and peers refused, that are remembered; beyond, the earliest are forgotten. */
  readonly peersMax: number
}

export const guardDefaults: GuardSettings = Object.freeze({
  pointsMax: 100,
  forgivenPerSecond: 1,
  refusedMs: 600_000,
  peersMax: 1_024,
})

/** Why a peer is refused. */
export interface PeerRefusal {
  readonly peer: PeerId
  /** The offence that was one too many. */
  readonly offence: Offence
  /** How often it committed each since it had no points. */
  readonly counts: Readonly<Partial<Record<Offence, number>>>
  /** Milliseconds since 1970. */
  readonly since: number
  readonly until: number
}

interface Suspect {
  points: number
  at: number
  readonly counts: Partial<Record<Offence, number>>
}

export interface PeerGuardOptions {
  /** Called once a peer is refused: it should be disconnected, and somebody told. */
  readonly onRefused: (refusal: PeerRefusal) => void
  /** Default {@link guardDefaults}. */
  readonly settings?: Partial<GuardSettings>
  /** Default `Date.now`. */
  readonly now?: () => number
}

/** Remembers what peers did wrong, and refuses those that did too much of it for a while. */
export class PeerGuard {
  readonly #onRefused: (refusal: PeerRefusal) => void
  readonly #settings: GuardSettings
  readonly #now: () => number
  readonly #suspects = new Map<PeerId, Suspect>()
  readonly #refused = new Map<PeerId, PeerRefusal>()

  constructor({ onRefused, settings = {}, now = Date.now }: PeerGuardOptions) {
    this.#onRefused = onRefused
    this.#settings = { ...guardDefaults, ...settings }
    this.#now = now
  }

  /** `peer` did what it is answerable for, `times` times. */
  report(peer: PeerId, offence: Offence, times = 1): void {
    if (this.isRefused(peer)) return
    const suspect = this.#suspectOf(peer)
    suspect.points += offencePoints[offence] * times
    suspect.counts[offence] = (suspect.counts[offence] ?? 0) + times
    if (suspect.points >= this.#settings.pointsMax) this.#refuse(peer, offence, suspect)
  }

  isRefused(peer: PeerId): boolean {
    return this.why(peer) !== undefined
  }

  /** Why `peer` is refused; undefined when it is not. */
  why(peer: PeerId): PeerRefusal | undefined {
    const refusal = this.#refused.get(peer)
    if (refusal === undefined || refusal.until > this.#now()) return refusal
    this.#refused.delete(peer)
    return undefined
  }

  /** Everybody who is refused now, the earliest first. */
  refusals(): readonly PeerRefusal[] {
    return [...this.#refused.keys()].flatMap((peer) => this.why(peer) ?? [])
  }

  /** What gossip should think of `peer`: 0, or as far below as it has points. */
  scoreOf(peer: PeerId): number {
    if (this.isRefused(peer)) return -this.#settings.pointsMax
    const suspect = this.#suspects.get(peer)
    return suspect === undefined ? 0 : 0 - this.#pointsOf(suspect)
  }

  #suspectOf(peer: PeerId): Suspect {
    const known = this.#suspects.get(peer)
    const points = known === undefined ? 0 : this.#pointsOf(known)
    const suspect = { points, at: this.#now(), counts: known !== undefined && points > 0 ? known.counts : {} }
    this.#suspects.delete(peer)
    forgetBeyond(this.#suspects, this.#settings.peersMax - 1)
    this.#suspects.set(peer, suspect)
    return suspect
  }

  #pointsOf({ points, at }: Suspect): number {
    const elapsedMs = Math.max(0, this.#now() - at)
    return Math.max(0, points - (elapsedMs / 1_000) * this.#settings.forgivenPerSecond)
  }

  #refuse(peer: PeerId, offence: Offence, { counts }: Suspect): void {
    const since = this.#now()
    const refusal = { peer, offence, counts, since, until: since + this.#settings.refusedMs }
    this.#suspects.delete(peer)
    forgetBeyond(this.#refused, this.#settings.peersMax - 1)
    this.#refused.set(peer, refusal)
    this.#onRefused(refusal)
  }
}

function forgetBeyond(map: Map<PeerId, unknown>, size: number): void {
  for (const peer of map.keys()) {
    if (map.size <= size) return
    map.delete(peer)
  }
}
