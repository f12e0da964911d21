import { describe, expect, it } from 'vitest'
import { guardDefaults, type Offence, offencePoints, PeerGuard, type PeerRefusal } from '../../node/libp2p/guard.js'

function guarding(settings = {}) {
  const told: PeerRefusal[] = []
  const clock = { now: 1_000 }
  const guard = new PeerGuard({ onRefused: (refusal) => told.push(refusal), settings, now: () => clock.now })
  return { guard, told, clock }
}

describe('a guard', () => {
  it('refuses who did too much, once, says why, and forgives after a while', () => {
    const { guard, told, clock } = guarding()
    for (let n = 0; n < 9; n += 1) guard.report('eve', 'forged-message')
    expect(told).toHaveLength(1)
    expect(guard.why('eve')).toMatchObject({ offence: 'forged-message', counts: { 'forged-message': 4 }, since: 1_000 })
    expect(guard.refusals().map(({ peer }) => peer)).toEqual(['eve'])
    expect(guard.scoreOf('eve')).toBe(-guardDefaults.pointsMax)
    clock.now += guardDefaults.refusedMs
    expect(guard.isRefused('eve')).toBe(false)
    expect(guard.refusals()).toEqual([])
    expect(guard.scoreOf('eve')).toBe(0)
  })

  it('never refuses who errs less often than is forgiven', () => {
    const { guard, clock } = guarding()
    for (let n = 0; n < 1_000; n += 1) {
      guard.report('slow', 'dripping-frame')
      clock.now += offencePoints['dripping-frame'] * 1_000
    }
    expect(guard.isRefused('slow')).toBe(false)
    expect(guard.scoreOf('slow')).toBe(0)
  })

  it('bears the burst of an honest peer, and no flood of ten thousand', () => {
    const { guard } = guarding()
    guard.report('busy', 'flood', 1_000)
    expect(guard.isRefused('busy')).toBe(false)
    guard.report('eve', 'flood', 10_000)
    expect(guard.isRefused('eve')).toBe(true)
  })

  it('remembers no more peers than its bound, the latest', () => {
    const { guard } = guarding({ peersMax: 3 })
    for (const peer of ['a', 'b', 'c', 'd']) guard.report(peer, 'flood', 10_000)
    expect(guard.refusals().map(({ peer }) => peer)).toEqual(['b', 'c', 'd'])
    for (const peer of ['e', 'f', 'g', 'h']) guard.report(peer, 'unreadable-message')
    expect(['e', 'f', 'g', 'h'].map((peer) => guard.scoreOf(peer) < 0)).toEqual([false, true, true, true])
  })

  it('has a price for each offence, and none that one act exceeds', () => {
    for (const offence of Object.keys(offencePoints) as Offence[]) {
      expect(offencePoints[offence]).toBeGreaterThan(0)
      expect(offencePoints[offence]).toBeLessThan(guardDefaults.pointsMax)
    }
  })
})
