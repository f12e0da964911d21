import { describe, expect, it } from 'vitest'
import { goodLink, Lane, type Link, laneLimits } from '../../node/libp2p/lane.js'
import { Agenda } from '../../src/sim/agenda.js'
import { HostClock } from '../../src/sim/host.js'
import { Prng } from '../../src/sim/prng.js'
import { millis } from '../../src/units.js'

/** A lane in virtual time, over a link that may be changed. */
class Rig {
  readonly agenda = new Agenda()
  readonly arrived: { readonly what: number; readonly at: number }[] = []
  link: Link = goodLink
  drained = 0
  readonly lane: Lane

  constructor(seed = 'lane') {
    this.lane = new Lane({
      link: () => this.link,
      clock: new HostClock(this.agenda, 0),
      random: new Prng(seed),
      onDrain: () => {
        this.drained += 1
      },
    })
  }

  push(what: number, bytes = 100): void {
    this.lane.push(bytes, () => this.arrived.push({ what, at: this.agenda.now }))
  }

  at(ms: number, action: () => void): void {
    this.agenda.schedule(millis(ms), action)
  }

  pass(untilMs: number): void {
    while (this.agenda.advance(untilMs));
  }

  get order(): readonly number[] {
    return this.arrived.map(({ what }) => what)
  }
}

const numbers = Array.from({ length: 200 }, (_, index) => index)

describe('a lane', () => {
  it('hands on at once over a good link', () => {
    const rig = new Rig()
    rig.push(1)
    expect(rig.arrived).toEqual([{ what: 1, at: 0 }])
  })

  it('delays each write by the latency, give or take the jitter, and keeps their order', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 80, jitterMs: 20 }
    for (const what of numbers) rig.at(what * 10, () => rig.push(what))
    rig.pass(5_000)
    expect(rig.order).toEqual(numbers)
    const delays = rig.arrived.map(({ what, at }) => at - what * 10)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...delays)).toBeLessThanOrEqual(100)
    expect(new Set(delays).size).toBeGreaterThan(10)
  })

  it('loses nothing over a lossy link: a lost write comes after a retransmission, and all behind it wait', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 50, lossPerMille: 20 }
    for (const what of numbers) rig.at(what * 10, () => rig.push(what))
    rig.pass(60_000)
    expect(rig.order).toEqual(numbers)
    const late = rig.arrived.filter(({ what, at }) => at - what * 10 > 50)
    const retryMs = laneLimits.retryMsMin + 2 * 50
    expect(late.length).toBeGreaterThan(0)
    expect(late.length).toBeLessThan(numbers.length)
    expect(late[0]!.at - late[0]!.what * 10).toBe(50 + retryMs)
    // Whatever was written in that time comes with it.
    expect(late.filter(({ at }) => at === late[0]!.at).map(({ what }) => what - late[0]!.what)).toEqual(
      Array.from({ length: retryMs / 10 }, (_, index) => index),
    )
  })

  it('loses as many as the share says', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 1, lossPerMille: 100 }
    // So far apart that none waits for another.
    const many = Array.from({ length: 2_000 }, (_, index) => index)
    for (const what of many) rig.at(what * 60_000, () => rig.push(what))
    rig.pass(2_000 * 60_000)
    const late = rig.arrived.filter(({ what, at }) => at - what * 60_000 > 1).length
    expect(late / 2_000).toBeGreaterThan(0.08)
    expect(late / 2_000).toBeLessThan(0.12)
  })

  it('loses a large write more often than a small one', () => {
    const share = (bytes: number): number => {
      const rig = new Rig()
      rig.link = { ...goodLink, latencyMs: 1, lossPerMille: 20 }
      for (const what of numbers) rig.at(what * 60_000, () => rig.push(what, bytes))
      rig.pass(200 * 60_000)
      return rig.arrived.filter(({ what, at }) => at - what * 60_000 > 1).length / numbers.length
    }
    expect(share(100)).toBeLessThan(0.08)
    expect(share(40 * laneLimits.segmentBytes)).toBeGreaterThan(0.4)
  })

  it('holds everything while it is cut, and hands it on at the first retransmission after that', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, cut: true }
    rig.push(1)
    rig.push(2)
    rig.at(1_000, () => {
      rig.link = goodLink
    })
    rig.at(1_100, () => rig.push(3))
    rig.pass(10_000)
    // Sent again after 200 ms, 400 ms more, and 800 ms more.
    expect(rig.arrived).toEqual([1, 2, 3].map((what) => ({ what, at: 1_400 })))
  })

  it('waits no longer than a minute between retransmissions', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, cut: true }
    rig.push(1)
    rig.at(1_800_000, () => {
      rig.link = goodLink
    })
    rig.pass(1_800_000 + laneLimits.retryMsMax + 1)
    expect(rig.order).toEqual([1])
  })

  it('is full when it holds so much, and says when it takes more again', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 10 }
    rig.push(1, laneLimits.bytesMax - 1)
    expect(rig.lane.isFull).toBe(false)
    rig.push(2, 1)
    expect(rig.lane.isFull).toBe(true)
    rig.pass(10)
    expect(rig.drained).toBe(0)
    rig.pass(11)
    expect(rig.drained).toBe(1)
    expect(rig.lane.isFull).toBe(false)
  })

  it('delivers nothing while its receiver takes nothing, and the rest when it does', () => {
    const rig = new Rig()
    rig.lane.stop()
    rig.push(1)
    rig.push(2)
    rig.pass(1_000)
    expect(rig.order).toEqual([])
    rig.lane.go()
    rig.pass(1_001)
    expect(rig.order).toEqual([1, 2])
  })

  it('delivers nothing of what was cleared, nor of what a delivery cleared', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 10 }
    rig.push(1)
    rig.lane.push(0, () => rig.lane.clear())
    rig.push(2)
    rig.pass(100)
    expect(rig.order).toEqual([1])
  })

  it('carries what is written from within a delivery behind what was there', () => {
    const rig = new Rig()
    rig.link = { ...goodLink, latencyMs: 10 }
    rig.lane.push(0, () => rig.push(3))
    rig.push(1)
    rig.at(5, () => rig.push(2))
    rig.pass(100)
    expect(rig.arrived).toEqual([
      { what: 1, at: 10 },
      { what: 2, at: 15 },
      { what: 3, at: 20 },
    ])
  })

  it('draws the same from the same seed', () => {
    const times = (seed: string) => {
      const rig = new Rig(seed)
      rig.link = { ...goodLink, latencyMs: 80, jitterMs: 60, lossPerMille: 100 }
      for (const what of numbers) rig.at(what * 10, () => rig.push(what))
      rig.pass(600_000)
      return rig.arrived
    }
    expect(times('a')).toEqual(times('a'))
    expect(times('a')).not.toEqual(times('b'))
  })
})
