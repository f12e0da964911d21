import { describe, expect, test } from 'vitest'
import { Prng } from '../../src/sim/prng.js'

const draw = (random: Prng, bound: number, count: number) => Array.from({ length: count }, () => random.below(bound))

describe('reproducible chance', () => {
  test('is the same for a seed, on every machine, and another for another', () => {
    expect(draw(new Prng('demo'), 1_000, 8)).toEqual(golden)
    expect(draw(new Prng('demo'), 1_000, 8)).not.toEqual(draw(new Prng('demp'), 1_000, 8))
  })

  test('forks by label, whatever was drawn before', () => {
    const used = new Prng('demo')
    draw(used, 10, 100)
    expect(draw(used.fork('a'), 1e6, 5)).toEqual(draw(new Prng('demo').fork('a'), 1e6, 5))
    expect(draw(used.fork('a'), 1e6, 5)).not.toEqual(draw(used.fork('b'), 1e6, 5))
    expect(draw(used.fork('a').fork('b'), 1e6, 5)).not.toEqual(draw(used.fork('a/b'), 1e6, 5))
  })

  test('stays below its bound, up to the largest, and reaches every small number about as often', () => {
    const random = new Prng('spread')
    const counts = new Array<number>(10).fill(0)
    for (const value of draw(random, 10, 20_000)) counts[value]! += 1
    // 2000 each with a deviation of 42.
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200)
    const large = draw(random, Number.MAX_SAFE_INTEGER, 2_000)
    expect(large.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true)
    expect(large.filter((value) => value > Number.MAX_SAFE_INTEGER / 2).length / 2_000).toBeCloseTo(0.5, 1)
    expect(draw(random, 1, 3)).toEqual([0, 0, 0])
  })

  test('draws between two numbers, both included', () => {
    const random = new Prng('between')
    expect(new Set(Array.from({ length: 200 }, () => random.between(-1, 2)))).toEqual(new Set([-1, 0, 1, 2]))
  })

  test('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, n) => n)
    const mixed = new Prng('mixed').shuffled(items)
    expect(mixed).not.toEqual(items)
    expect([...mixed].sort((a, b) => a - b)).toEqual(items)
  })

  test.each([0, -1, 1.5, 2 ** 53, NaN])('takes no bound of %d', (bound) => {
    expect(() => new Prng('x').below(bound)).toThrow(RangeError)
  })
})

const golden = [263, 517, 843, 136, 498, 243, 524, 395]
