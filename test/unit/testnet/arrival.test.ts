import { describe, expect, it } from 'vitest'
import type { Acquaintance, MembershipStatus, Verdict } from '../../../node/libp2p/membership.js'
import {
  type Arrival,
  type ArrivalTimes,
  arrivalIn,
  settleMs,
  syncingIn,
  syncMsMax,
  toleranceMs,
} from '../../../node/testnet/arrival.js'

const network = 'ab'.repeat(32)
const met = (verdict: Verdict): Acquaintance => ({ peer: 'p', via: 'bootstrap', verdict })
const member = met({ type: 'member', serves: [] })
const status = (
  acquaintances: readonly Acquaintance[],
  clock?: { offsetMs: number; peers: number },
): MembershipStatus => ({
  network,
  dials: [],
  acquaintances,
  clock: clock && { ...clock, uncertaintyMs: 1 },
})
const early: ArrivalTimes = { elapsedMs: 10, sinceFirstMs: undefined, waitMs: 5_000 }
const settled: ArrivalTimes = { elapsedMs: 2_000, sinceFirstMs: settleMs, waitMs: 5_000 }
const late: ArrivalTimes = { elapsedMs: 5_000, sinceFirstMs: undefined, waitMs: 5_000 }
const typeOf = (...given: Parameters<typeof arrivalIn>): Arrival['type'] => arrivalIn(...given).type

describe('joining', () => {
  it('is done at once when three clocks were compared, and after a moment with fewer', () => {
    expect(typeOf(status([member], { offsetMs: 0, peers: 3 }), { ...early, sinceFirstMs: 0 }, 3)).toBe('joined')
    expect(typeOf(status([member], { offsetMs: 0, peers: 2 }), { ...early, sinceFirstMs: 0 }, 2)).toBe('under-way')
    expect(typeOf(status([member], { offsetMs: 0, peers: 1 }), settled, 1)).toBe('joined')
  })

  it('is refused by a clock beyond the tolerance, either way, and not at it', () => {
    const at = (offsetMs: number) => typeOf(status([member], { offsetMs, peers: 3 }), settled, 3)
    expect([at(toleranceMs), at(-toleranceMs)]).toEqual(['joined', 'joined'])
    expect([at(toleranceMs + 1), at(-toleranceMs - 1)]).toEqual(['clock-off', 'clock-off'])
  })

  it('goes on past peers of other networks as long as one of this network may answer, and names them when none does', () => {
    const other = met({ type: 'other-network', network: 'cd'.repeat(32) })
    expect(typeOf(status([other]), early, 1)).toBe('under-way')
    expect(arrivalIn(status([other, other]), settled, 1)).toMatchObject({ type: 'other-network', peers: 2 })
    expect(typeOf(status([other, member], { offsetMs: 0, peers: 1 }), settled, 1)).toBe('joined')
  })

  it('tells another version from another network', () => {
    const newer = met({ type: 'other-version', version: 2 })
    expect(arrivalIn(status([newer]), settled, 1)).toEqual({ type: 'other-version', versions: [2], peers: 1 })
  })

  it('ends in time when nobody answers, or nobody who knows the market', () => {
    expect(typeOf(status([]), settled, 0)).toBe('under-way')
    expect(typeOf(status([]), late, 0)).toBe('alone')
    expect(typeOf(status([]), late, 2)).toBe('strangers')
  })
})

describe('the first sync', () => {
  const last = { told: 1, failed: 0, taken: 12, bytes: 4_000 }

  it('is complete once a round ended in which somebody told everything', () => {
    expect(syncingIn({ told: 0, underWay: false, last: undefined }, 0)).toBe('under-way')
    expect(syncingIn({ told: 1, underWay: true, last: undefined }, 0)).toBe('under-way')
    expect(syncingIn({ told: 3, underWay: false, last }, 0)).toBe('complete')
  })

  it('is not complete by a round in which everybody failed, and not waited for without end', () => {
    const failed = { told: 0, failed: 1, taken: 0, bytes: 0 }
    expect(syncingIn({ told: 0, underWay: false, last: failed }, 0)).toBe('under-way')
    expect(syncingIn({ told: 0, underWay: false, last: failed }, syncMsMax)).toBe('none')
    expect(syncingIn({ told: 2, underWay: true, last }, syncMsMax)).toBe('partial')
  })
})
