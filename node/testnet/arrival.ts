/** What has become of joining a network, judged from what a node knows of its peers: pure, so that every ending can be tried. */
import type { AgreedOffset } from '../../src/protocol/clock-offset.js'
import type { NetworkId } from '../../src/protocol/hello.js'
import { limits } from '../../src/protocol/message.js'
import type { Acquaintance, MembershipStatus } from '../libp2p/membership.js'
import type { SyncStatus } from '../libp2p/offer-sync.js'

export type Arrival =
  | { readonly type: 'under-way' }
  | { readonly type: 'joined'; readonly members: readonly Acquaintance[]; readonly clock: AgreedOffset }
  | { readonly type: 'clock-off'; readonly members: readonly Acquaintance[]; readonly clock: AgreedOffset }
  | { readonly type: 'other-network'; readonly networks: readonly (NetworkId | '')[]; readonly peers: number }
  | { readonly type: 'other-version'; readonly versions: readonly number[]; readonly peers: number }
  /** Peers were reached, and none of them speaks the market's protocol. */
  | { readonly type: 'strangers'; readonly peers: number }
  | { readonly type: 'alone' }

export interface ArrivalTimes {
  /** Since the node began to dial, and since the first member answered; ms. */
  readonly elapsedMs: number
  readonly sinceFirstMs: number | undefined
  /** How long to look for any peer. */
  readonly waitMs: number
}

/** With so many clocks compared there is no need to wait for more. */
const clocksEnough = 3
/** How long to wait for more than one peer's word, and for peers of the right network among others. */
export const settleMs = 800
/** The most that a clock may be off: beyond, nodes ignore each other's offers. */
export const toleranceMs = limits.clockSkewMsMax

/** Joined as soon as enough members answered; failed when nobody did in time, or nobody of this network. */
export function arrivalIn(status: MembershipStatus, times: ArrivalTimes, connected: number): Arrival {
  const { elapsedMs, sinceFirstMs, waitMs } = times
  const { acquaintances, clock } = status
  const members = acquaintances.filter(({ verdict }) => verdict.type === 'member')
  if (clock !== undefined) {
    if (clock.peers < clocksEnough && (sinceFirstMs ?? 0) < settleMs) return { type: 'under-way' }
    return { type: Math.abs(clock.offsetMs) > toleranceMs ? 'clock-off' : 'joined', members, clock }
  }
  const networks = acquaintances.flatMap(({ verdict }) => (verdict.type === 'other-network' ? [verdict.network] : []))
  const versions = acquaintances.flatMap(({ verdict }) => (verdict.type === 'other-version' ? [verdict.version] : []))
  if (elapsedMs >= settleMs && versions.length > 0)
    return { type: 'other-version', versions: [...new Set(versions)], peers: versions.length }
  if (elapsedMs >= settleMs && networks.length > 0)
    return { type: 'other-network', networks: [...new Set(networks)], peers: networks.length }
  if (elapsedMs < waitMs) return { type: 'under-way' }
  return connected > 0 ? { type: 'strangers', peers: connected } : { type: 'alone' }
}

/** How long to wait for a first sync before going on without its end: gossip and later rounds bring the rest. */
export const syncMsMax = 2_500

/**
 * `complete`: a round of sync has ended, and peers told all that they know. `partial`: some did, and others are slow.
 * `none`: nobody told anything in time.
 */
export type Syncing = 'under-way' | 'complete' | 'partial' | 'none'

export function syncingIn({ told, underWay, last }: SyncStatus, elapsedMs: number): Syncing {
  if (told > 0 && last !== undefined && !underWay) return 'complete'
  if (elapsedMs < syncMsMax) return 'under-way'
  return told > 0 ? 'partial' : 'none'
}
