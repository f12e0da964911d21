import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InspectEvent } from '../../../src/inspect/event.js'
import { EventLog } from '../../../src/inspect/event-log.js'
import { filterIn } from '../../../src/inspect/filter.js'
import { Ring } from '../../../src/inspect/ring.js'

const names = { nameOf: () => undefined }
const event = (n: number, kind: 'connected' | 'disconnected' = 'connected'): InspectEvent => ({
  type: 'peer',
  n,
  at: n,
  node: 'a',
  change: kind,
  peer: 'b',
})
const connected = filterIn('kind=connected')
const filter = connected.ok ? connected.filter : () => false
const numbersOf = (events: readonly InspectEvent[]): readonly number[] => events.map(({ n }) => n)

describe('a ring', () => {
  it('keeps the last of what it was given, each under its place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.boolean(), { maxLength: 40 }), (max, pushes) => {
        const ring = new Ring<number>(max)
        const all: number[] = []
        let shifted = 0
        for (const isPush of pushes) {
          if (isPush) {
            ring.push(all.length)
            all.push(all.length)
          } else {
            if (ring.length > 0) shifted = ring.first + 1
            ring.shift()
          }
        }
        const first = Math.max(shifted, all.length - max)
        expect([...ring]).toEqual(all.slice(first))
        expect([ring.first, ring.end]).toEqual([first, all.length])
        for (let place = -1; place <= all.length; place += 1) {
          expect(ring.at(place)).toBe(place >= first ? all[place] : undefined)
        }
      }),
    )
  })
})

describe('a log of events', () => {
  it('shows of the last events those that match, as if it had looked at each of them now', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.constantFrom('connected' as const, 'disconnected' as const), { maxLength: 60 }),
        fc.nat(60),
        (max, kinds, filteredFrom) => {
          const log = new EventLog(max, names)
          const all = kinds.map((kind, n) => event(n, kind))
          for (const [index, one] of all.entries()) {
            if (index === filteredFrom) log.filter(filter)
            log.add(one)
          }
          const kept = all.slice(-max)
          const matching = filteredFrom < all.length ? kept.filter((one) => filter(one, names)) : kept
          expect(log.rows(0, log.matched)).toEqual(matching)
          expect(log.rows(1, 3)).toEqual(matching.slice(1, 3))
          expect(log.seen).toBe(all.length)
        },
      ),
    )
  })

  it('stands still while it is held, says how many came meanwhile, and has them when it is released', () => {
    const log = new EventLog(4, names)
    for (const n of [1, 2, 3]) log.add(event(n))
    log.hold()
    for (const n of [4, 5, 6]) log.add(event(n))
    expect(numbersOf(log.rows(0, log.matched))).toEqual([1, 2, 3])
    expect(log.newer).toBe(3)
    log.release()
    expect(numbersOf(log.rows(0, log.matched))).toEqual([3, 4, 5, 6])
    expect(log.newer).toBe(0)
  })

  it('counts what nobody could read, where anybody knows how much that was', () => {
    const log = new EventLog(4, names)
    log.add({ type: 'lost', n: 1, at: 1, node: 'a', events: 7 })
    log.add({ type: 'lost', n: 2, at: 2, node: 'a', events: null })
    expect([log.seen, log.lost]).toEqual([2, 7])
    log.clear()
    expect([log.seen, log.lost, log.matched]).toEqual([0, 0, 0])
  })
})
