import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFaultOf } from '../../../node/json-fault.js'

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":1,}', 1, 8],
    ['[1,2', 1, 5],
    ['{"a" 1}', 1, 6],
    ['{"a":\n  NaN}', 2, 3],
    ['{"a":01}', 1, 6],
    ['[1}', 1, 3],
    ['[1] x', 1, 5],
    ['{a:1}', 1, 2],
    ['["a\nb"]', 1, 4],
    ['["\\x"]', 1, 3],
    ['["never closed]', 1, 2],
    ["{'a':1}", 1, 2],
    ['[1,,2]', 1, 4],
    ['{"a":1 "b":2}', 1, 8],
    ['tru', 1, 1],
    ['-', 1, 1],
    ['', 1, 1],
  ])('%j is named by line and column', (text, line, column) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(jsonFaultOf(text)).toMatchObject({ line, column })
  })

  it('is never before the place where valid JSON was cut off, but for texts and words cut in two', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const whole = JSON.stringify([value])
        const text = whole.slice(0, cut % whole.length)
        const { line, column } = jsonFaultOf(text)
        expect(line).toBe(1)
        const tail = text.slice(column - 1)
        expect(tail === '' || tail.startsWith('"') || /^[-\w.+\\]/.test(tail)).toBe(true)
      }),
    )
  })

  it('is found in deep and in long texts without a stack', () => {
    expect(jsonFaultOf('['.repeat(300_000)).column).toBe(300_001)
    expect(jsonFaultOf(`["${'x'.repeat(3_000_000)}" 1]`).column).toBe(3_000_005)
  })
})
