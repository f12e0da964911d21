/** The last so many of something, the oldest first. Each keeps its place, which is how many came before it ever. */
export class Ring<T> {
  readonly #max: number
  readonly #slots: (T | undefined)[]
  #first = 0
  #end = 0

  /** `max`: at most so many are kept, 1 or more. */
  constructor(max: number) {
    this.#max = max
    this.#slots = new Array<T | undefined>(max)
  }

  /** The place of the oldest that is kept. */
  get first(): number {
    return this.#first
  }
  /** The place of the next that comes. */
  get end(): number {
    return this.#end
  }
  get length(): number {
    return this.#end - this.#first
  }

  /** Lets go of the oldest where there is no room. */
  push(value: T): void {
    if (this.length === this.#max) this.shift()
    this.#slots[this.#end % this.#max] = value
    this.#end += 1
  }

  /** Undefined where nothing is kept at `place`. */
  at(place: number): T | undefined {
    return place >= this.#first && place < this.#end ? this.#slots[place % this.#max] : undefined
  }

  /** Lets go of the oldest, if there is any. */
  shift(): void {
    if (this.#first === this.#end) return
    this.#slots[this.#first % this.#max] = undefined
    this.#first += 1
  }

  clear(): void {
    this.#slots.fill(undefined)
    this.#first = this.#end
  }

  *[Symbol.iterator](): Generator<T> {
    for (let place = this.#first; place < this.#end; place += 1) yield this.#slots[place % this.#max] as T
  }
}
