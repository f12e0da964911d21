import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Unanswered } from '../../src/agent/resend.js'
import { type Millis, millis } from '../../src/units.js'

const changes = fc.array(
  fc.record({ key: fc.nat(4), at: fc.option(fc.nat(50), { nil: undefined }), asked: fc.boolean() }),
  { maxLength: 40 },
)

it('what is unanswered is due when the first of it is, whatever was added, put off or answered before', () => {
  fc.assert(
    fc.property(changes, (steps) => {
      const unanswered = new Unanswered<number, { readonly resend: { readonly at: Millis; readonly waitMs: Millis } }>()
      for (const { key, at, asked } of steps) {
        if (at === undefined && key === 0) unanswered.clear()
        else if (at === undefined) unanswered.delete(key)
        else unanswered.set(key, { resend: { at: millis(at), waitMs: millis(1) } })
        const times = [...unanswered.values()].map(({ resend }) => resend.at)
        if (asked) expect(unanswered.deadline).toBe(times.length === 0 ? undefined : Math.min(...times))
      }
    }),
  )
})
