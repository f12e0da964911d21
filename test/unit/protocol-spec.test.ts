import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../src/protocol/envelope.js'
import { closeReasons, declineCodes, limits, refusalCodes } from '../../src/protocol/message.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const spec = read('src/protocol/SPEC.md')
const proto = read('src/protocol/market.proto')

/** Rows of the tables whose first cells are a number and a code, in their order. */
const codesUnder = (column: string): readonly (readonly [number, string])[] => {
  const table = spec.split(new RegExp(`^\\| number \\| ${column} +\\| rule +\\|$`, 'm'))[1]?.split('\n\n')[0] ?? ''
  return [...table.matchAll(/^\| (\d+) +\| `([a-z-]+)` +\| \S/gm)].map(([, number, code]) => [Number(number), code!])
}
const numbered = (names: readonly string[]) => names.map((name, at) => [at + 1, name])

describe('the specification has one line with its number and its rule', () => {
  test('for each refusal code', () => expect(codesUnder('code')).toEqual(numbered(refusalCodes)))
  test('for each decline code', () => expect(codesUnder('decline code')).toEqual(numbered(declineCodes)))
  test('for each reason to close', () => expect(codesUnder('closing reason')).toEqual(numbered(closeReasons)))
})

test('the specification and the schema number the kinds as the code does', () => {
  expect(spec).toContain(`\`kind\` is ${kinds.map((kind, at) => `${at + 1} ${kind}`).join(', ')}.`)
  const declared = [...proto.matchAll(/^ {2}KIND_([A-Z]+) = (\d+);/gm)].map(([, kind, number]) => [
    Number(number),
    kind!.toLowerCase(),
  ])
  expect(declared).toEqual([[0, 'unknown'], ...numbered(kinds)])
})

test('the specification names every limit with its value', () => {
  const section = spec.split('## 13. Limits')[1]!.split('\n## ')[0]!
  for (const [name, value] of Object.entries(limits)) {
    const row = section.split('\n').find((line) => line.includes(`\`${name}\``)) ?? ''
    const written = name === 'sequenceMax' ? '2^53 − 1' : String(value).replace(/\B(?=(\d{3})+$)/g, ' ')
    expect(row, name).toContain(written)
  }
})

test('every rule of admission is in the specification and in the code', () => {
  const stated = [...spec.matchAll(/^\| ([GD]\d+) +\|/gm)].map(([, rule]) => rule!)
  const coded = [...read('src/protocol/admission.ts').matchAll(/\[([GD]\d+)\]/g)].map(([, rule]) => rule!)
  expect(new Set(stated)).toEqual(new Set(coded))
  expect(stated).toHaveLength(22)
})

test('the example envelope is the one on record', () => {
  // Hexadecimal first, then what it means, two spaces or more between them.
  const lines = spec.split('\n10 02 ')[1]!.split('```')[0]!.split('\n').slice(1)
  const hex = ['1002', ...lines.map((line) => line.trim().split(/ {2,}/)[0]!)].join('').replace(/ /g, '')
  expect(hex).toBe(read('test/fixtures/protocol/bid-1.hex').trim())
  const { digest } = JSON.parse(read('test/fixtures/protocol/bid-1.json'))
  expect(spec).toContain(`\`${digest}\``)
})
