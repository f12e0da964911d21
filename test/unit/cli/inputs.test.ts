import { describe, expect, it } from 'vitest'
import { bookSchema } from '../../../node/commands/clear.js'
import { situationSchema } from '../../../node/commands/reply.js'
import { UsageError } from '../../../node/errors.js'
import { checkInput } from '../../../node/input.js'
import { microsMax } from '../../../src/units.js'

const messageOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

const book = (text: string) => checkInput({ source: 'book', text }, bookSchema)
const bids = (...entries: unknown[]) => JSON.stringify({ stock: 100, bids: entries })
const bid = { buyer: 'a', quantity: 20, price: 4 }

describe('a book to clear', () => {
  it('has a reserve of 0 unless it says otherwise', () => {
    expect(book(bids(bid))).toEqual({ stock: 100, reserve: 0, bids: [bid] })
  })

  it.each([-3, 0, 1.5, 1e30, 10_000_001, '4', null, true, [], {}])(
    'refuses %j as a quantity, by its path',
    (quantity) => {
      expect(messageOf(() => book(bids(bid, bid, { ...bid, quantity })))).toContain(
        'bids[2].quantity: must be a whole number of MB from 1 to 10000000, got',
      )
    },
  )

  it.each(['-1', '1e400', '0.1', '"4"', '100000001'])('refuses %s as a price', (price) => {
    const text = `{"stock":1,"bids":[{"buyer":"a","quantity":1,"price":${price}}]}`
    expect(messageOf(() => book(text))).toContain('bids[0].price: must be a whole number of ticks from 0 to 100000000')
  })

  it.each([
    ['a buyer that bids twice', bids(bid, { ...bid, price: 5 }), 'bids[1].buyer: "a" already bids at bids[0]'],
    ['an unknown field', bids({ ...bid, colour: 'red' }), 'bids[0].colour: no such field'],
    ['a field that no object may set', '{"stock":1,"bids":[],"__proto__":{}}', '__proto__: no such field'],
    ['a missing field', bids({ buyer: 'a', price: 1 }), 'bids[0].quantity: must be a whole number of MB'],
    ['a nameless buyer', bids({ ...bid, buyer: '' }), 'bids[0].buyer: must be a text of 1 to 200 characters'],
    ['something else than an object', '[]', 'the input: must be an object, got []'],
    ['something else than a list', '{"stock":1,"bids":{}}', 'bids: must be an array, got {}'],
    ['what is not JSON', '{"stock":1,\n "bids":[,]}', 'not JSON at line 2, column 10'],
    ['nothing', ' \n', 'empty, where JSON was expected'],
  ])('refuses %s', (_what, text, message) => {
    expect(messageOf(() => book(text))).toContain(message)
  })

  it('is refused with a few faults and the number of the others', () => {
    const message = messageOf(() => book(bids(...Array.from({ length: 50 }, () => ({ ...bid, price: -1 })))))
    expect(message.split('\n').length).toBeLessThan(10)
    expect(message).toMatch(/and \d+ more$/)
  })
})

const situation = (change: object) =>
  checkInput(
    {
      source: 'situation',
      text: JSON.stringify({
        valuation: { kind: 'linear', unitValue: 10, demand: 3 },
        offers: [{ offer: 's1', ladder: [{ price: 1_000, quantity: 20_000 }] }],
        ...change,
      }),
    },
    situationSchema,
  )

describe('a situation to reply to', () => {
  it('owns nothing, has no budget and pays one currency a purchase unless it says otherwise', () => {
    expect(situation({})).toMatchObject({ owned: 0, budget: microsMax, epsilon: 1_000_000 })
  })

  it('names GB and currency, which become whole MB and micros', () => {
    expect(situation({ owned: 1.234, budget: 0.1, epsilon: 0.000001 })).toMatchObject({
      owned: 1_234,
      budget: 100_000,
      epsilon: 1,
    })
  })

  it.each([
    ['owned', { owned: 0.0001 }, 'owned: must be GB from 0 to 10000 in steps of 0.001, got 0.0001'],
    ['budget', { budget: -1 }, 'budget: must be currency from 0'],
    ['kind', { valuation: { kind: 'cubic' } }, 'valuation.kind: must be one of alpha-fair'],
    ['alpha', { valuation: { kind: 'alpha-fair', sigma: 1, alpha: 1.5, demand: 1 } }, 'valuation.alpha: must be 0, or'],
    [
      'sigma',
      { valuation: { kind: 'alpha-fair', sigma: '1', alpha: 0, demand: 1 } },
      'valuation.sigma: must be a number',
    ],
    [
      'valuation field',
      { valuation: { kind: 'linear', unitValue: 1, demand: 1, delta: 1 } },
      'valuation.delta: no such',
    ],
    ['qbar', { valuation: { kind: 'parabolic', qbar: 0, pbar: 1 } }, 'valuation.qbar: must be from 0.001'],
    ['missing valuation', { valuation: undefined }, 'valuation: must be an object, but is missing'],
    ['empty ladder', { offers: [{ offer: 's', ladder: [] }] }, 'offers[0].ladder: must have at least one rung'],
  ])('is refused for its %s', (_what, change, message) => {
    expect(messageOf(() => situation(change))).toContain(message)
  })

  it('has ladders whose prices rise strictly, and one for each offer', () => {
    const rung = { price: 5, quantity: 1 }
    const falling = [{ offer: 's', ladder: [rung, { price: 4, quantity: 1 }] }]
    const level = [{ offer: 's', ladder: [rung, rung] }]
    const twice = [1, 2].map(() => ({ offer: 's', ladder: [rung] }))
    expect(messageOf(() => situation({ offers: falling }))).toContain('offers[0].ladder[1].price: must be above')
    expect(messageOf(() => situation({ offers: level }))).toContain('offers[0].ladder[1].price: must be above')
    expect(messageOf(() => situation({ offers: twice }))).toContain('offers[1].offer: "s" is already offers[0]')
  })
})
