/** A binary heap: the item that precedes all others is taken first. Items neither of which precedes the other come in any order. */
export class Heap<Item> {
  readonly #items: Item[] = []
  readonly #precedes: (a: Item, b: Item) => boolean

  constructor(precedes: (a: Item, b: Item) => boolean) {
    this.#precedes = precedes
  }

  get first(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    const items = this.#items
    let index = items.length
    items.push(item)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#precedes(item, items[parent]!)) break
      items[index] = items[parent]!
      index = parent
    }
    items[index] = item
  }

  pop(): Item | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return top
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#precedes(items[child + 1]!, items[child]!)) child += 1
      if (!this.#precedes(items[child]!, last)) break
      items[index] = items[child]!
      index = child
    }
    items[index] = last
    return top
  }
}
