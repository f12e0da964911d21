import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Agreement, agreedRules, networkIdOf } from '../../src/agent/agreement.js'
import { internetRules, lanRules, type Rules } from '../../src/agent/rules.js'

const agreement: Agreement = { protocol: 1, market: 'lab', currency: 'HK$', shards: 1, rules: internetRules }

describe('a network’s id', () => {
  test('is the hash of the text in the specification', () => {
    const text = `overage/network/1
protocol 1
market lab
currency HK$
shards 1
acceptMsMax 10000
calmRounds 2
epsilon 1000000
gossipMsMin 2000
offerMsMax 120000
participantsMax 256
refreshMs 30000
reserveFallPerMille 100
reserveRisePerMille 700
roundMs 1000
roundsMax 6
`
    expect(networkIdOf(agreement)).toBe(createHash('sha256').update(text).digest('hex'))
    const spec = readFileSync(new URL('../../src/protocol/SPEC.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    const named = agreedRules.map((rule) => (rule === 'epsilon' ? '`epsilon` (in micro-currency)' : `\`${rule}\``))
    expect(spec).toContain(`The rules are ${named.join(', ')};`)
  })

  test('changes with everything that is agreed on', () => {
    const rules = agreedRules.map((rule) => ({
      ...agreement,
      rules: { ...internetRules, [rule]: internetRules[rule] + 1 },
    }))
    const changed = [
      agreement,
      ...[{ protocol: 2 }, { market: 'lab2' }, { currency: 'US$' }, { shards: 2 }].map((c) => ({ ...agreement, ...c })),
      ...rules,
    ]
    expect(new Set(changed.map(networkIdOf)).size).toBe(5 + agreedRules.length)
  })

  test('stays with what is each node’s own taste', () => {
    const own = (Object.keys(lanRules) as (keyof Rules)[]).filter((rule) => !agreedRules.includes(rule as 'epsilon'))
    expect(own).toContain('viewMax')
    const tastes = Object.fromEntries(own.map((rule) => [rule, internetRules[rule] + 1]))
    expect(networkIdOf({ ...agreement, rules: { ...internetRules, ...tastes } })).toBe(networkIdOf(agreement))
  })
})
