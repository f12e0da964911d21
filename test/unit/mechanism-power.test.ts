import { describe, expect, test } from 'vitest'
import { exp, expm1, log, pow } from '../../src/mechanism/power.js'
import { Prng } from '../../src/sim/prng.js'

const tolerance = 1e-14
const samples = 20_000
const random = new Prng('power')
/** A number from `low` to `high`, to nine digits. */
const between = (low: number, high: number) => low + ((high - low) * random.below(1e9)) / 1e9

const errorOf = (found: number, expected: number) => Math.abs(found - expected) / Math.abs(expected)

/** The largest relative error over many arguments. */
const worst = (draw: () => readonly [number, number]) => {
  let error = 0
  for (let n = 0; n < samples; n++) error = Math.max(error, errorOf(...draw()))
  return error
}

describe('power', () => {
  test('agrees with the platform to 1e-14 over the range of the market', () => {
    expect(
      worst(() => {
        const [base, exponent] = [Math.exp(between(-12, 12)), between(-2.5, 2.5)]
        return [pow(base, exponent), base ** exponent]
      }),
    ).toBeLessThan(tolerance)
  })

  test('of a logarithm and an exponential alike, near 1 and 0 too', () => {
    expect(worst(() => (([x]) => [log(x!), Math.log(x!)])([Math.exp(between(-700, 700))]))).toBeLessThan(tolerance)
    expect(worst(() => (([x]) => [log(x!), Math.log(x!)])([1 + between(1e-6, 1e-2)]))).toBeLessThan(tolerance)
    expect(worst(() => (([x]) => [exp(x!), Math.exp(x!)])([between(-700, 700)]))).toBeLessThan(tolerance)
    expect(worst(() => (([x]) => [expm1(x!), Math.expm1(x!)])([between(-2, 2)]))).toBeLessThan(tolerance)
    expect(worst(() => (([x]) => [expm1(x!), Math.expm1(x!)])([between(1e-12, 1e-3)]))).toBeLessThan(tolerance)
  })

  test('keeps to the ends of the range', () => {
    expect(log(0)).toBe(-Infinity)
    expect(log(-1)).toBeNaN()
    expect(log(Infinity)).toBe(Infinity)
    expect(log(1)).toBe(0)
    expect(errorOf(log(5e-324), Math.log(5e-324))).toBeLessThan(tolerance)
    expect(exp(0)).toBe(1)
    expect(exp(-Infinity)).toBe(0)
    expect(exp(Infinity)).toBe(Infinity)
    expect(exp(710)).toBe(Infinity)
    expect(exp(NaN)).toBeNaN()
    expect(expm1(0)).toBe(0)
  })

  test('gives the same bits everywhere', () => {
    expect([log(3), log(0.07), exp(1.5), exp(-20.5), expm1(1e-9), pow(3, 0.5), pow(31.5, -0.55)]).toEqual(goldenBits)
  })
})

const goldenBits = [
  1.0986122886681098, -2.659260036932778, 4.4816890703380645, 1.2501528663867428e-9, 1.0000000005000001e-9,
  1.7320508075688774, 0.14994403564440403,
]
