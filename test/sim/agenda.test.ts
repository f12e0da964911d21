import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Agenda } from '../../src/sim/agenda.js'
import { epoch, HostClock } from '../../src/sim/host.js'
import { type Millis, millis } from '../../src/units.js'
import { clockCompliance } from '../compliance/clock.js'

const delays = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 4_000, max: 4_200 }), fc.nat(1_000_000))

describe('an agenda', () => {
  it('runs entries of one cause in the order of their time, and of their scheduling where times are equal', () => {
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

  it('runs what is due at one time cause by cause, and the entries of each in the order in which it made them', () => {
    const made = fc.array(fc.record({ at: fc.integer({ min: 1, max: 3 }), cause: fc.nat(5) }), { maxLength: 60 })
    fc.assert(
      fc.property(made, fc.nat(5), (entries, one) => {
        const ranOf = (chosen: typeof entries) => {
          const agenda = new Agenda(5)
          const ran: (typeof entries)[number][] = []
          for (const entry of chosen) agenda.schedule(entry.at as Millis, () => ran.push(entry), entry.cause)
          while (agenda.advance()) {}
          return ran
        }
        const ran = ranOf(entries)
        expect(ran).toEqual([...entries].sort((a, b) => a.at - b.at || a.cause - b.cause))
        // Whatever the others do.
        const own = entries.filter(({ cause }) => cause === one)
        expect(ran.filter(({ cause }) => cause === one)).toEqual(ranOf(own))
      }),
    )
  })

  it('stops before a time that it is given, and takes what was placed meanwhile by another', () => {
    const agenda = new Agenda(2)
    const ran: string[] = []
    agenda.schedule(millis(5), () => ran.push('early'), 2)
    agenda.schedule(millis(10), () => ran.push('of the second'), 2)
    while (agenda.advance(10)) {}
    expect(ran).toEqual(['early'])
    agenda.place(millis(10), new Agenda(2).orderOf(1), () => ran.push('of the first'))
    expect(agenda.next).toBe(10)
    while (agenda.advance()) {}
    expect(ran).toEqual(['early', 'of the first', 'of the second'])
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
  const clock = new HostClock(agenda, epoch + skewMs)
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
