/** Reproducible chance for simulations and tests: xoshiro128**, seeded from a text. Not for secrets. */
import { avalanche, hashOf } from '../mechanism/hash.js'
import type { Random } from '../ports/random.js'

const twoTo32 = 2 ** 32
const twoTo53 = 2 ** 53

/** A 32-bit lot that depends on its arguments alone: chance without a state that anybody else could have moved. */
export const lotOf = (a: number, b: number): number => avalanche(avalanche(a ^ 0x9e3779b9) ^ Math.imul(b, 0x85ebca6b))

/** A whole number from 0 up to, not including, `bound` ≤ 2^20, from a lot. Even to one part in 4 096. */
export const belowOf = (lot: number, bound: number): number => Math.floor((lot * bound) / twoTo32)

export class Prng implements Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: string) {
    this.#seed = seed
    const [first, second] = hashOf(seed)
    // Signed, as every later state is: an engine keeps those without a box.
    this.#a = first | 0
    this.#b = second | 0
    this.#c = avalanche(first ^ 0x9e3779b9) | 0
    // The state must not be all zero.
    this.#d = avalanche(second ^ 0x7f4a7c15) | 1
  }

  below(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`not a bound: ${bound}`)
    const range = bound <= twoTo32 ? twoTo32 : twoTo53
    // What is left over at the top would make small numbers more likely.
    const fair = range - (range % bound)
    for (;;) {
      const drawn = range === twoTo32 ? this.#next() : (this.#next() & 0x1fffff) * twoTo32 + this.#next()
      if (drawn < fair) return drawn % bound
    }
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** The items in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = result[i]!
      result[i] = result[j]!
      result[j] = kept
    }
    return result
  }

  /** An independent source that depends on this one's seed and the label, not on what was drawn so far. */
  fork(label: string): Prng {
    return new Prng(`${this.#seed.length}:${this.#seed}/${label}`)
  }

  #next(): number {
    const scrambled = Math.imul(this.#b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }
}
