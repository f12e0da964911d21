/** Two independent 32-bit hashes of a text, the same on every machine. Spreads well; not for secrets. */
export function hashOf(text: string): readonly [number, number] {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995) + ((b >>> 13) ^ i)
  }
  return [avalanche(a ^ text.length), avalanche(b + a)]
}

/** Spreads every bit over all 32. */
export function avalanche(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
