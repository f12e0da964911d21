/** Writing Protocol Buffers by hand, for a format whose every message is a few fields. */

export type FieldValue = number | bigint | string | Uint8Array | undefined

/** One message: values by field number, in order; a list for a repeated field; what is undefined is left out. */
export function messageOf(fields: Readonly<Record<number, FieldValue | readonly FieldValue[]>>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [number, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value as FieldValue]) {
      if (one === undefined) continue
      const isNumber = typeof one === 'number' || typeof one === 'bigint'
      parts.push(varint(Number(number) * 8 + (isNumber ? 0 : 2)))
      if (isNumber) parts.push(varint(one))
      else {
        const bytes = typeof one === 'string' ? Buffer.from(one) : one
        parts.push(varint(bytes.length), bytes)
      }
    }
  }
  return Buffer.concat(parts)
}

export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
