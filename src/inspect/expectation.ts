/** What is expected of a capture, such as `delay.p99<250ms,delivery=100%,dup<3`, and whether it holds. */
import type { Distribution, Statistics } from './statistics.js'

type Unit = 'time' | 'share' | 'number' | 'bytes'

interface Measure {
  readonly unit: Unit
  readonly of: (statistics: Statistics) => number
  readonly why: string
}

const quantiles = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const

const spreadOut = (
  name: string,
  {
    unit,
    of,
    why,
  }: { readonly unit: Unit; readonly of: (statistics: Statistics) => Distribution; readonly why: string },
): readonly (readonly [string, Measure])[] =>
  quantiles.map((key) => [`${name}.${key}`, { unit, why, of: (s) => of(s)[key] }] as const)

/** Everything that can be expected, by name. */
export const expectable: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ['delivery', { unit: 'share', of: (s) => s.deliveries.share, why: 'deliveries made, of those due' }],
  ...spreadOut('delay', { unit: 'time', of: (s) => s.delayUs, why: 'from publication to delivery' }),
  ['dup', { unit: 'number', of: (s) => s.duplicates.mean, why: 'copies for nothing for each delivery, on average' }],
  ...spreadOut('dup', { unit: 'number', of: (s) => s.duplicates, why: 'the same, over messages' }),
  ['control', { unit: 'share', of: (s) => shareOf(s.bandwidth.control, s.bandwidth.data), why: 'of bytes, not data' }],
  ['bytes', { unit: 'bytes', of: (s) => s.bandwidth.data + s.bandwidth.control, why: 'of gossip sent, by all nodes' }],
  ['published', { unit: 'number', of: (s) => s.published, why: 'messages' }],
  ['rejected', { unit: 'number', of: (s) => s.verdicts.rejected, why: 'messages, wherever they were' }],
  ['ignored', { unit: 'number', of: (s) => s.verdicts.ignored, why: 'messages, wherever they were' }],
  ['refused', { unit: 'number', of: (s) => s.verdicts.refused, why: 'messages of the auction protocol' }],
  ['late', { unit: 'number', of: (s) => s.offers.late, why: 'versions of offers that came late or by sync alone' }],
  ['lost', { unit: 'number', of: (s) => s.offers.lost, why: 'newest versions of offers that never came' }],
  ...spreadOut('stale', { unit: 'time', of: (s) => s.offers.staleUs, why: 'how long a node had an older version' }),
  ['nodes', { unit: 'number', of: (s) => s.nodes, why: 'in the capture' }],
  ['events.lost', { unit: 'number', of: (s) => s.lost, why: 'events that are not in the capture' }],
])

const shareOf = (part: number, rest: number): number => (part + rest === 0 ? 0 : part / (part + rest))

const operators = {
  '=': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const

export interface Expectation {
  /** As it was written. */
  readonly text: string
  readonly name: string
  readonly operator: keyof typeof operators
  readonly value: number
}

export type ReadExpectations =
  | { readonly ok: true; readonly expectations: readonly Expectation[] }
  | { readonly ok: false; readonly fault: { readonly at: number; readonly problem: string } }

const factors: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  time: { us: 1, µs: 1, ms: 1_000, s: 1_000_000 },
  share: { '%': 0.01 },
  number: { '': 1 },
  bytes: { '': 1, kb: 1_000, mb: 1_000_000, gb: 1_000_000_000 },
}
const examples: Readonly<Record<Unit, string>> = {
  time: 'a time with its unit such as 250ms',
  share: 'a share such as 99.9%',
  number: 'a number',
  bytes: 'a number of bytes such as 10MB',
}

/** Reads a list, separated by commas. Total; a fault says where. */
export function readExpectations(text: string): ReadExpectations {
  const expectations: Expectation[] = []
  let at = 0
  for (const part of text.split(',')) {
    const lead = part.length - part.trimStart().length
    const found = readOne(part.trim())
    if (!found.ok) return { ok: false, fault: { at: at + lead + found.fault.at, problem: found.fault.problem } }
    expectations.push(found.expectation)
    at += part.length + 1
  }
  return { ok: true, expectations }
}

function readOne(
  text: string,
):
  | { readonly ok: true; readonly expectation: Expectation }
  | { readonly ok: false; readonly fault: { readonly at: number; readonly problem: string } } {
  const fault = (at: number, problem: string) => ({ ok: false as const, fault: { at, problem: `expected ${problem}` } })
  const [, name = '', gap = '', operator = '', space = '', value = ''] =
    /^([a-z][a-z.0-9]*)?(\s*)(!=|<=|>=|=|<|>)?(\s*)(.*)$/s.exec(text) ?? []
  const measure = expectable.get(name)
  if (measure === undefined) return fault(0, `one of ${[...expectable.keys()].join(', ')}`)
  const operatorAt = name.length + gap.length
  if (operator === '') return fault(operatorAt, "'=', '!=', '<', '<=', '>' or '>='")
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(\D*)$/.exec(value) ?? []
  const factor = factors[measure.unit][unit.toLowerCase()]
  if (digits === undefined || factor === undefined) {
    return fault(operatorAt + operator.length + space.length, examples[measure.unit])
  }
  const exact = Number((Number(digits) * factor).toPrecision(15))
  return { ok: true, expectation: { text, name, operator: operator as keyof typeof operators, value: exact } }
}

export interface Finding {
  readonly expectation: Expectation
  readonly measured: number
  readonly unit: Unit
  readonly holds: boolean
}

export const findingsOf = (expectations: readonly Expectation[], statistics: Statistics): readonly Finding[] =>
  expectations.map((expectation) => {
    const { unit, of } = expectable.get(expectation.name)!
    const measured = of(statistics)
    return { expectation, measured, unit, holds: operators[expectation.operator](measured, expectation.value) }
  })
