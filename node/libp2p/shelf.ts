/** What is known of bytes that come again and again: bounded, and each looked up by comparing all of them. */

/** Places: as many messages as come in some seconds. */
const placesMax = 512
/** Longer bytes are no offers, and seldom come twice. */
const bytesMax = 4_096
const samples = 16

/** Each place holds what came there last. Bytes on it must not change. */
export class Shelf<Item extends { readonly bytes: Uint8Array }> {
  #places: (Item | undefined)[] = []

  /** What is known of these very bytes. */
  find(bytes: Uint8Array): Item | undefined {
    if (bytes.length > bytesMax) return undefined
    const known = this.#places[placeOf(bytes)]
    return known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known : undefined
  }

  put(item: Item): void {
    if (item.bytes.length <= bytesMax) this.#places[placeOf(item.bytes)] = item
  }

  clear(): void {
    this.#places = []
  }
}

/** By its length and some of its bytes (FNV-1a): one of them at least is of the signature of an offer. */
function placeOf(bytes: Uint8Array): number {
  const step = Math.max(1, Math.floor(bytes.length / samples))
  let sum = bytes.length
  for (let at = 0; at < bytes.length; at += step) sum = Math.imul(sum ^ bytes[at]!, 0x01000193)
  return (sum >>> 16) % placesMax
}
