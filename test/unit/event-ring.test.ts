import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventRing } from '../../node/api/event-ring.js'

describe('a ring of events', () => {
  it('gives every reader each event once and in order, or says how many are gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(12), { maxLength: 40 }), (eventsMax, turns) => {
        const ring = new EventRing(eventsMax)
        let [seen, lost] = [0, 0]
        for (const pushes of turns) {
          for (let push = 0; push < pushes; push++) ring.push('fact', { number: ring.last + 1 })
          // Reads at most as much as it is pushed, so that it falls behind.
          for (let read = 0; read <= pushes / 2; read++) {
            const next = ring.after(seen)
            if (next.type === 'none') break
            if (next.type === 'lost') {
              expect(next.number).toBe(seen + next.events)
              lost += next.events
              seen = next.number
            } else {
              expect(next.event.number).toBe(seen + 1)
              expect(next.event.data).toBe(JSON.stringify({ number: seen + 1 }))
              seen += 1
            }
          }
          expect(ring.last - seen).toBeGreaterThanOrEqual(0)
          expect(lost).toBeLessThanOrEqual(Math.max(0, ring.last - eventsMax))
        }
      }),
    )
  })

  it('has nothing for who has seen everything, and tells listeners until they are gone', () => {
    const ring = new EventRing(4)
    let told = 0
    const end = ring.onPush(() => {
      told += 1
    })
    ring.push('a', 1)
    end()
    ring.push('b', 2)
    expect(told).toBe(1)
    expect(ring.after(2)).toEqual({ type: 'none' })
    expect(ring.after(1)).toEqual({ type: 'event', event: { number: 2, type: 'b', data: '2' } })
  })
})
