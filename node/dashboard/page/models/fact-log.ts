/** The facts that a page keeps: the last of all, and those that prices are drawn from, for longer. */
import { Ring } from '../../../../src/inspect/ring.js'
import { isOfPrices, type PageFact } from './facts.js'

/** Of a swarm of twelve, a quarter of an hour. */
const factsMax = 20_000
/** More than a chart has room for, and than is drawn in a few milliseconds. */
const pricesMax = 600

export class FactLog implements Iterable<PageFact> {
  readonly #facts = new Ring<PageFact>(factsMax)
  readonly #prices = new Ring<PageFact>(pricesMax)
  #version = 0
  #pricesVersion = 0

  add(fact: PageFact): void {
    this.#facts.push(fact)
    this.#version += 1
    if (!isOfPrices(fact)) return
    this.#prices.push(fact)
    this.#pricesVersion += 1
  }

  clear(): void {
    this.#facts.clear()
    this.#prices.clear()
    this.#version += 1
    this.#pricesVersion += 1
  }

  /** All that are kept, the oldest first. */
  [Symbol.iterator](): Iterator<PageFact> {
    return this.#facts[Symbol.iterator]()
  }

  /** Changes whenever they do. */
  get version(): number {
    return this.#version
  }

  get prices(): Iterable<PageFact> {
    return this.#prices
  }
  /** Changes whenever {@link prices} does. */
  get pricesVersion(): number {
    return this.#pricesVersion
  }
}
