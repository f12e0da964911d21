/** The filter language against an evaluator that does it the slow and obvious way, over trees and events drawn at random. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InspectEvent } from '../../src/inspect/event.js'
import { compileFilter, filterIn } from '../../src/inspect/filter.js'
import { type FieldName, type FieldSpec, fields } from '../../src/inspect/filter-field.js'
import { type FilterTree, parseFilter, textOfFilter } from '../../src/inspect/filter-syntax.js'
import { everyEvent } from '../unit/inspect/samples.js'

const names = Object.keys(fields) as FieldName[]
const numberNames = names.filter((name) => fields[name].type === 'number')
const textNames = names.filter((name) => name !== 'kind' && fields[name].type === 'text')

/** Values that events have, pieces of them, and others. */
const known = everyEvent.flatMap((event) => textNames.flatMap((name) => fields[name].of(event) as readonly string[]))
const texts = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(...known).map((text) => `${text.slice(0, 5)}…${text.slice(-3)}`),
  fc.constantFrom(...known).map((text) => text.slice(1, 4)),
  fc.string({ minLength: 1, maxLength: 6 }),
)
const numbers = fc.oneof(
  fc.constantFrom(
    ...everyEvent.flatMap((event) => numberNames.flatMap((name) => fields[name].of(event) as readonly number[])),
  ),
  fc.integer({ min: -1_000, max: 1_000_000 }),
)
const leaf: fc.Arbitrary<FilterTree> = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    field: fc.constantFrom(...textNames),
    operator: fc.constantFrom('=' as const, '!=' as const, '~' as const),
    value: texts,
  }),
  fc.record({
    type: fc.constant('number' as const),
    field: fc.constantFrom(...numberNames),
    operator: fc.constantFrom('=' as const, '!=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
    value: numbers,
  }),
)
const { tree: trees } = fc.letrec<{ tree: FilterTree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({
      type: fc.constantFrom('any' as const, 'all' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('not' as const), of: tie('tree') }),
  ),
}))

function naive(tree: FilterTree, event: InspectEvent): boolean {
  if (tree.type === 'any' || tree.type === 'all') {
    const holding = tree.of.filter((part) => naive(part, event)).length
    return tree.type === 'any' ? holding > 0 : holding === tree.of.length
  }
  if (tree.type === 'not') return !naive(tree.of, event)
  const values = (fields[tree.field] as FieldSpec).of(event)
  if (tree.operator === '!=') return !naive({ ...tree, operator: '=' } as FilterTree, event)
  return values.filter((value) => naiveTest(value, tree)).length > 0
}

function naiveTest(
  value: string | number,
  { operator, value: wanted }: Extract<FilterTree, { field: string }>,
): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') {
    if (operator === '~') return value.toLowerCase().indexOf(wanted.toLowerCase()) >= 0
    const pattern = wanted.split(/[*…]/).map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    return new RegExp(`^${pattern.join('[^]*')}$`).test(value)
  }
  const sign = Math.sign(Number(value) - Number(wanted))
  const holding: Readonly<Record<string, readonly number[]>> = {
    '=': [0],
    '<': [-1],
    '<=': [-1, 0],
    '>': [1],
    '>=': [1, 0],
  }
  return holding[operator]?.includes(sign) === true
}

describe('a filter drawn at random', () => {
  it('lets through what the naive evaluator lets through', () => {
    fc.assert(
      fc.property(trees, fc.constantFrom(...everyEvent), (tree, event) => {
        expect(compileFilter(tree)(event)).toBe(naive(tree, event))
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads again, from how it is written, as a filter that lets the same through', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const text = textOfFilter(tree)
        fc.pre(text.length <= 1_000)
        const found = filterIn(text)
        expect(found.ok, text).toBe(true)
        if (!found.ok) return
        for (const event of everyEvent) expect(found.filter(event)).toBe(naive(tree, event))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is answered whatever its text, with a fault inside the text or at its end', () => {
    const pieces = fc.constantFrom('(', ')', '!', '&', '|', '=', '~', '<=', '"', 'topic', 'bytes', '9', 'msg', ' ', 'x')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          const parsed = parseFilter(text)
          if (parsed.ok) expect(parseFilter(textOfFilter(parsed.tree)).ok).toBe(true)
          else {
            expect(parsed.fault.at).toBeGreaterThanOrEqual(0)
            expect(parsed.fault.at).toBeLessThanOrEqual(text.length)
            expect(parsed.fault.problem).toMatch(/^expected /)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
