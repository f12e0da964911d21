/** Arrays that stay in order as items come and go, by bisection. No two items in one compare as equal. */
type Compare<Item> = (a: Item, b: Item) => number

export const compareTexts: Compare<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

/** Where the first item after `item` stands. */
export function placeAfter<Item, Probe>(
  items: readonly Item[],
  item: Probe,
  compare: (a: Item, b: Probe) => number,
): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(items[middle]!, item) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

export function insertSorted<Item>(items: Item[], item: Item, compare: Compare<Item>): void {
  items.splice(placeAfter(items, item, compare), 0, item)
}

/** Removes what compares as equal to `item`, if anything does. */
export function removeSorted<Item>(items: Item[], item: Item, compare: Compare<Item>): void {
  const before = placeAfter(items, item, compare) - 1
  if (before >= 0 && compare(items[before]!, item) === 0) items.splice(before, 1)
}
