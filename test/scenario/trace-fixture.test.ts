/**
 * A trace recorded once must replay for ever: on every version of Node, and after every change that is not meant to change
 * what agents do. When one is, write it anew with `OVERAGE_WRITE_FIXTURES=1 npx vitest run test/scenario/trace-fixture.test.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { lanRules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from './market.js'
import { replayed, Traces } from './traces.js'

const names = ['seller-1', 'buyer-2']
const fileOf = (name: string): string => join(import.meta.dirname, '..', 'fixtures', 'traces', `${name}.jsonl`)
const linesOf = (name: string): readonly string[] => readFileSync(fileOf(name), 'utf8').trimEnd().split('\n')

/** One seller and two buyers; in the middle of it the seller's process ends, and a buyer loses its power. */
function record(): Traces {
  const traces = new Traces()
  const network = { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12), lossPerMille: 50 }
  const trial = new Trial({ seed: 'fixture', buyers: 2, sellers: 1, rules: lanRules, network, onTrace: traces.take })
  const { world, people } = trial
  world.startAll()
  for (const [index, name] of names.entries()) {
    const { id } = people.find((person) => person.name === name)!.signer
    world.after(millis(600 + 300 * index), () => world.crash(id, { powerLoss: name !== 'seller-1' }))
    world.after(millis(800 + 300 * index), () => world.start(id))
  }
  world.runUntil(() => world.elapsedMs > 2_000, millis(2_000))
  trial.finish()
  return traces
}

beforeAll(() => {
  if (process.env['OVERAGE_WRITE_FIXTURES'] === undefined) return
  const traces = record()
  for (const name of names) writeFileSync(fileOf(name), `${traces.of(name).join('\n')}\n`)
})

describe('a trace on record', () => {
  it.each(names)('of %s replays to the byte', (name) => {
    const lines = linesOf(name)
    expect(replayed(lines)).toMatchObject({ type: 'identical', counts: { runs: 2, steps: lines.length - 2 } })
  })

  it('has a sale in it, seen from both sides', () => {
    const facts = names.map((name) => linesOf(name).join('\n'))
    expect(facts[0]).toContain('"type":"sold"')
    expect(facts[1]).toContain('"type":"bought"')
  })
})
