import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Agenda } from '../../src/sim/agenda.js'
import { epoch, HostClock } from '../../src/sim/host.js'
import { type Millis, millis } from '../../src/units.js'
import { clockCompliance } from '../compliance/clock.js'

const delays = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 4_000, max: 4_200 }), fc.nat(1_000_000))

describe('an agenda', () => {
  it('runs entries in the order of their time, and of their scheduling where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(delays, fc.array(delays, { maxLength: 3 })), { maxLength: 60 }), (plans) => {
        const agenda = new Agenda()
        const scheduled: { at: number; order: number }[] = []
        const ran: { at: number; order: number }[] = []
        const plan = (delay: number, then: readonly number[]) => {
          const entry = { at: agenda.now + delay, order: scheduled.length }
          scheduled.push(entry)
          agenda.schedule(entry.at as Millis, () => {
            expect(agenda.now).toBe(entry.at)
            ran.push(entry)
            for (const next of then) plan(next, [])
          })
        }
        for (const [delay, then] of plans) plan(delay, then)
        let { next } = agenda
        while (agenda.advance()) {
          expect(agenda.now).toBe(next)
          next = agenda.next
        }
        expect(next).toBeUndefined()
        expect(ran).toEqual([...scheduled].sort((a, b) => a.at - b.at || a.order - b.order))
      }),
    )
  })

  it('runs what is past at once, after what is already due', () => {
    const agenda = new Agenda()
    const ran: string[] = []
    agenda.schedule(millis(10), () => {
      agenda.schedule(millis(3), () => ran.push(`late at ${agenda.now}`))
      ran.push('first')
    })
    agenda.schedule(millis(10), () => ran.push('second'))
    while (agenda.advance()) {}
    expect(ran).toEqual(['first', 'second', 'late at 10'])
  })
})

function simulatedClock(skewMs: number) {
  const agenda = new Agenda()
  const clock = new HostClock(agenda, skewMs)
  const pass = (ms: number): Promise<void> => {
    let over = false
    agenda.schedule(millis(agenda.now + ms), () => {
      over = true
    })
    while (!over) agenda.advance()
    return Promise.resolve()
  }
  return { clock, pass, stop: () => {} }
}

clockCompliance('a simulated machine', () => simulatedClock(0))
clockCompliance('a simulated machine that is a minute fast', () => simulatedClock(60_000))

it('a clock that is fast wakes when its own time has come', async () => {
  const { clock, pass } = simulatedClock(700)
  expect(clock.now()).toBe(epoch + 700)
  const woken: number[] = []
  clock.wakeAt(millis(epoch + 1_000), () => woken.push(clock.now()))
  await pass(299)
  expect(woken).toEqual([])
  await pass(1)
  expect(woken).toEqual([epoch + 1_000])
})
