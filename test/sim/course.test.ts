import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Course } from '../../src/sim/course.js'
import { type Millis, millis } from '../../src/units.js'

interface Followed {
  readonly state: Course['state']
  readonly elapsedMs: Millis
  readonly borders: readonly Millis[]
}

/** Follows a course past things that happen at `times`; nobody has anything left to do from `doneAt` on. */
function follow(
  times: readonly number[],
  doneAt: number,
  options: Partial<ConstructorParameters<typeof Course>[0]> = {},
) {
  const course = new Course({ lookaheadMs: millis(7), calmAtMs: millis(50), elapsedMsMax: millis(5_000), ...options })
  const borders: Millis[] = []
  while (course.state === 'running') {
    const { untilMs } = course
    expect(untilMs).toBeGreaterThan(course.elapsedMs)
    borders.push(untilMs)
    const next = times.find((time) => time >= untilMs)
    course.pass([{ next: next === undefined ? undefined : millis(next), isDone: untilMs >= doneAt }])
  }
  return { state: course.state, elapsedMs: course.elapsedMs, borders } satisfies Followed
}

const someTimes = fc.array(fc.nat(3_000), { minLength: 1, maxLength: 30 }).map((times) => times.sort((a, b) => a - b))

describe('a course', () => {
  it('ends at the same time however long its windows are', () => {
    fc.assert(
      fc.property(someTimes, fc.nat(3_000), fc.integer({ min: 1, max: 200 }), (times, doneAt, lookahead) => {
        const { state, elapsedMs } = follow(times, doneAt, { lookaheadMs: millis(1) })
        expect(follow(times, doneAt, { lookaheadMs: millis(lookahead) })).toMatchObject({ state, elapsedMs })
      }),
    )
  })

  it('has no window in which something could reach another part that started in it', () => {
    fc.assert(
      fc.property(someTimes, (times) => {
        const { borders } = follow(times, 0)
        for (const [index, border] of borders.entries()) {
          const from = borders[index - 1] ?? 0
          const first = times.find((time) => time >= from && time < border)
          if (first !== undefined) expect(border - first).toBeLessThanOrEqual(7)
        }
      }),
    )
  })

  it('ends a moment after nobody has anything left to do, and not before faults are over', () => {
    expect(follow([0, 10, 900], 0)).toMatchObject({ state: 'ended', elapsedMs: 151 })
    expect(follow([0, 10, 900], 151)).toMatchObject({ state: 'ended', elapsedMs: 251 })
  })

  it('is given up when its time is over, or when nothing can happen any more', () => {
    const always = Array.from({ length: 600 }, (_, index) => index * 10)
    expect(follow(always, 1e9)).toMatchObject({ state: 'given-up', elapsedMs: 5_001 })
    expect(follow([0, 10, 900], 1e9)).toMatchObject({ state: 'given-up', elapsedMs: 950 })
  })
})
