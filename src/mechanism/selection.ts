/**
 * The `count` first of the numbers 0 … `size` − 1 in the strict order `before`, themselves in no order. Quickselect:
 * expected O(size), where a sort would cost a logarithm more.
 */
export function takeFirst(size: number, count: number, before: (a: number, b: number) => boolean): Int32Array {
  const items = new Int32Array(size)
  for (let index = 0; index < size; index++) items[index] = index
  let low = 0
  let high = size - 1
  while (low < high && count > low && count <= high) {
    const pivot = items[(low + high) >> 1]!
    let left = low
    let right = high
    while (left <= right) {
      while (before(items[left]!, pivot)) left += 1
      while (before(pivot, items[right]!)) right -= 1
      if (left > right) break
      const kept = items[left]!
      items[left++] = items[right]!
      items[right--] = kept
    }
    // Now everything up to `right` precedes everything from `left` on.
    if (count <= right) high = right
    else if (count > left) low = left
    else break
  }
  return items.subarray(0, count)
}
