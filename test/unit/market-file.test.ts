import { describe, expect, it } from 'vitest'
import { UsageError } from '../../node/errors.js'
import { checkInput, checkValue } from '../../node/input.js'
import { localRulesFor } from '../../node/local-rules.js'
import { generateMarket, marketSchema, readMarket } from '../../node/market-file.js'
import { sellsAsWritten, wantsAsWritten } from '../../node/person.js'
import { valuationOf } from '../../src/mechanism/valuation.js'

const market = (change: object) =>
  checkInput(
    {
      source: 'market.json',
      text: JSON.stringify({ currency: 'HK$', people: [{ name: 'ann', sells: { gb: 6, floor: 8 } }], ...change }),
    },
    marketSchema,
  )
const person = (fields: object) => market({ people: [{ name: 'ann', sells: { gb: 1, floor: 1 } }, fields] })

describe('a market file', () => {
  it('is in GB and currency, and comes out in exact units', () => {
    const { people, rules } = market({
      epsilon: 0.5,
      rules: { roundMs: 50 },
      people: [
        { name: 'ann', sells: { gb: 2.5, floor: 8.125 }, wants: { gb: 1, sigma: 20, alpha: 0.5, budget: 30.5 } },
      ],
    })
    expect(rules).toEqual({ ...localRulesFor({ people: 1, sellers: 1 }), epsilon: 500_000, roundMs: 50 })
    expect(people).toEqual([
      {
        name: 'ann',
        sells: { stock: 2_500, floor: 8_125, policy: 'tracking', closesAfterMs: 86_400_000 },
        wants: {
          valuation: { kind: 'alpha-fair', sigma: 20, alpha: 0.5, demand: 1 },
          budget: 30_500_000,
          strategy: 'minimal-pool',
        },
      },
    ])
  })

  it('takes every kind of valuation in full', () => {
    const valuation = { kind: 'parabolic', qbar: 9, pbar: 10 }
    expect(person({ name: 'bo', wants: { valuation } }).people[1]?.wants?.valuation).toEqual(valuation)
  })

  it.each([
    ['half an MB', { name: 'b', sells: { gb: 0.0005, floor: 1 } }, 'people[1].sells.gb: must be GB from 0.001'],
    ['a negative floor', { name: 'b', sells: { gb: 1, floor: -1 } }, 'people[1].sells.floor: must be currency per GB'],
    [
      'an unknown policy',
      { name: 'b', sells: { gb: 1, floor: 1, policy: 'greedy' } },
      'people[1].sells.policy: must be one of',
    ],
    [
      'an unknown wish',
      { name: 'b', wants: { gb: 1, sigma: 1, alpha: 0.5, hue: 1 } },
      'people[1].wants.hue: no such field',
    ],
    ['an alpha of 1', { name: 'b', wants: { gb: 1, sigma: 1, alpha: 1 } }, 'people[1].wants.alpha: must be 0, or'],
    ['no demand', { name: 'b', wants: { gb: 0, sigma: 1, alpha: 0 } }, 'people[1].wants.gb: must be from 0.001'],
    [
      'two ways to want',
      { name: 'b', wants: { valuation: { kind: 'linear', unitValue: 1, demand: 1 }, gb: 1 } },
      'people[1].wants.gb: no such field',
    ],
    ['a bystander', { name: 'b' }, 'people[1]: must sell or want something'],
    ['a name that leaves its folder', { name: '../b', sells: { gb: 1, floor: 1 } }, 'people[1].name: must be a name'],
    ['a name that is taken', { name: 'Ann', sells: { gb: 1, floor: 1 } }, 'people[1].name: is taken by people[0]'],
  ])('refuses %s, by its path', (_what, fields, message) => {
    expect(() => person(fields)).toThrow(UsageError)
    expect(() => person(fields)).toThrow(message)
  })

  it('refuses rules that it does not know or that make no sense', () => {
    expect(() => market({ rules: { roundsMin: 1 } })).toThrow('rules.roundsMin: no such field')
    expect(() => market({ rules: { roundMs: 0 } })).toThrow('rules.roundMs: must be a whole number of ms from 10')
    expect(() => market({ people: [] })).toThrow('people: must name at least one person')
  })

  it('is shipped with an example of twelve people', async () => {
    const { people, currency } = await readMarket('scripts/markets/exchange.json')
    expect(people).toHaveLength(12)
    expect(currency).toBe('HK$')
  })
})

describe('the pace of a market on one machine', () => {
  it('leaves one core no more gossip than it can carry, up to a size where offers would expire', () => {
    for (const [people, sellers] of [
      [17, 6],
      [60, 20],
      [85, 85],
    ] as const) {
      const { gossipMsMin } = localRulesFor({ people, sellers })
      expect((1_000 / gossipMsMin) * sellers * people).toBeLessThan(251)
    }
    expect(localRulesFor({ people: 1_000, sellers: 500 }).gossipMsMin).toBe(30_000)
  })
})

describe('a generated market', () => {
  const size = { seed: 'demo', buyers: 20, sellers: 8, supplyRatio: 0.8 }

  it('follows from its seed alone', () => {
    expect(generateMarket(size)).toEqual(generateMarket(size))
    expect(generateMarket({ ...size, seed: 'other' })).not.toEqual(generateMarket(size))
  })

  it('offers the asked share of the demand, within rounding', () => {
    const { people } = generateMarket(size)
    const stock = people.reduce((sum, { sells }) => sum + (sells?.stock ?? 0), 0)
    const demands = people.flatMap(({ wants }) => (wants === undefined ? [] : [valuationOf(wants.valuation).demand]))
    const demand = demands.reduce((sum, each) => sum + each, 0)
    expect(Math.abs(stock - 0.8 * demand)).toBeLessThanOrEqual(size.sellers)
    for (const each of demands) expect(each).toSatisfy((mb: number) => mb >= 5_000 && mb <= 50_000)
  })

  it('keeps everybody as they were when one more joins', () => {
    const buyersOf = (buyers: number) => generateMarket({ ...size, buyers }).people.filter(({ wants }) => wants)
    expect(buyersOf(21).slice(0, 20)).toEqual(buyersOf(20))
  })

  it('can be written as a market file and read back as the same people', () => {
    const { people, currency } = generateMarket(size)
    const written = people.map(({ name, sells, wants }) => ({
      name,
      ...(sells && { sells: sellsAsWritten(sells) }),
      ...(wants && { wants: wantsAsWritten(wants) }),
    }))
    const file = JSON.parse(JSON.stringify({ currency, people: written })) as unknown
    expect(checkValue(file, { source: 'file', schema: marketSchema }).people).toEqual(people)
  })
})
