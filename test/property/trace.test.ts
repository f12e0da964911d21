/** Whatever becomes of a trace, its reader answers: it is refused, replayed differently, or says the same as before. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AgentEvent } from '../../src/agent/agent.js'
import { lanRules } from '../../src/agent/rules.js'
import type { DirectMessage, Sealed } from '../../src/protocol/message.js'
import { readLine, textOfLine } from '../../src/runtime/trace-line.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from '../scenario/market.js'
import { replayed, Traces } from '../scenario/traces.js'
import { sealed } from './codec-arbitraries.js'

const traces = new Traces()
const network = { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12), lossPerMille: 50 }
new Trial({ seed: 'mutations', buyers: 2, sellers: 1, rules: lanRules, network, onTrace: traces.take }).run()
const whole = ['seller-1', 'buyer-1'].map((name) => traces.of(name))

/** Places of the leaves of a JSON value. */
function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

function withLeaf(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = withLeaf(copy[key], rest, leaf)
  return copy
}

const leaf = fc.oneof(
  fc.integer({ min: -1, max: 300 }),
  fc.maxSafeInteger(),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
)
const at = fc.nat(1_000_000)

const lines = fc.constantFrom(...whole)
const mutated = fc.record({ lines, at, where: at, leaf }).map(({ lines, at, where, leaf }) => {
  const index = at % lines.length
  const value = JSON.parse(lines[index]!) as unknown
  const leaves = leavesOf(value)
  const path = leaves[where % leaves.length]!
  return { lines: lines.with(index, JSON.stringify(withLeaf(value, path, leaf))), index, path }
})

it('a trace with one value changed never makes its replay throw', () => {
  fc.assert(
    fc.property(mutated, ({ lines }) => {
      expect(['identical', 'different', 'unreadable']).toContain(replayed(lines).type)
    }),
    { numRuns: 150 },
  )
})

it('a trace with one value of an effect changed is refused or replayed differently at that line', () => {
  fc.assert(
    fc.property(mutated, ({ lines, index, path }) => {
      fc.pre(path[0] === 'effects' && !whole.some((other) => other[index] === lines[index]))
      const outcome = replayed(lines)
      expect(outcome.type).not.toBe('identical')
      if (outcome.type === 'unreadable') expect(outcome.line).toBe(index + 1)
      if (outcome.type === 'different') expect(outcome.difference.line).toBe(index + 1)
    }),
    { numRuns: 150 },
  )
})

it('any text is a line, or is refused with a reason', () => {
  const broken = fc
    .record({ lines, at, from: at, cut: fc.nat(20), put: fc.string({ maxLength: 5 }) })
    .map(({ lines, at, from, cut, put }) => {
      const line = lines[at % lines.length]!
      const where = from % line.length
      return line.slice(0, where) + put + line.slice(where + cut)
    })
  fc.assert(
    fc.property(fc.oneof(broken, fc.string(), fc.json()), (text) => {
      const read = readLine(text)
      if (!read.ok) expect(read.reason).not.toBe('')
    }),
    { numRuns: 500 },
  )
})

it('every message that can travel can stand in a trace', () => {
  fc.assert(
    fc.property(sealed, (message) => {
      const event: AgentEvent =
        message.body.type === 'offer'
          ? {
              type: 'gossip',
              from: message.signer,
              message: message as Extract<AgentEvent, { type: 'gossip' }>['message'],
            }
          : { type: 'direct', from: message.signer, message: message as Sealed<DirectMessage> }
      const line = { type: 'step', now: millis(0), event, draws: [], effects: [] } as const
      const text = textOfLine(line)
      const read = readLine(text)
      expect(read).toEqual({ ok: true, line })
    }),
    { numRuns: 60 },
  )
})
