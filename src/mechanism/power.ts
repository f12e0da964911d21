/**
 * Logarithm, exponential and power from `+ − × ÷` alone. ECMAScript leaves `Math.log`, `Math.exp` and `Math.pow` to
 * the implementation, and a buyer's bid must be the same on every machine, or a replay would not reproduce it.
 * Relative error below 1e-14 wherever the market uses them.
 */

/** ln 2 in two parts: the first has trailing zeros, so that its product with an exponent is exact. */
const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10
const twoTo54 = 2 ** 54

/** Written in full before every read; big-endian on every machine. */
const scratch = new DataView(new ArrayBuffer(8))

/** Natural logarithm; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return x
  // A subnormal number has no exponent of its own.
  if (x < 2.3e-308) return log(x * twoTo54) - 54 * ln2High - 54 * ln2Low
  scratch.setFloat64(0, x)
  const high = scratch.getInt32(0)
  scratch.setInt32(0, (high & 0xfffff) | 0x3ff00000)
  let mantissa = scratch.getFloat64(0)
  let exponent = ((high >>> 20) & 0x7ff) - 1023
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5
    exponent += 1
  }
  // ln m = 2 artanh s, |s| < 0.172: eleven terms reach the last bit.
  const s = (mantissa - 1) / (mantissa + 1)
  const t = s * s
  const tail =
    t *
    (1 / 3 +
      t *
        (1 / 5 +
          t *
            (1 / 7 +
              t *
                (1 / 9 +
                  t * (1 / 11 + t * (1 / 13 + t * (1 / 15 + t * (1 / 17 + t * (1 / 19 + t * (1 / 21 + t / 23))))))))))
  return exponent * ln2High + (exponent * ln2Low + 2 * (s + s * tail))
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709.79) return Infinity
  if (x < -745.2) return 0
  const power = Math.floor(x * Math.LOG2E + 0.5)
  const rest = x - power * ln2High - power * ln2Low
  const fraction = 1 + smallExpm1(rest)
  // In two steps, because 2^power alone may be beyond the range where the product is not.
  const half = Math.floor(power / 2)
  return fraction * powerOfTwo(half) * powerOfTwo(power - half)
}

/** e^x − 1 without the cancellation near 0. */
export const expm1 = (x: number): number => (x > -0.35 && x < 0.35 ? smallExpm1(x) : exp(x) - 1)

/** base^exponent for base > 0. */
export const pow = (base: number, exponent: number): number => exp(exponent * log(base))

/** Taylor's series to the fourteenth power, for |x| ≤ 0.35. */
function smallExpm1(x: number): number {
  let sum = 0
  for (let n = 14; n >= 2; n--) sum = (x / n) * (1 + sum)
  return x * (1 + sum)
}

function powerOfTwo(exponent: number): number {
  scratch.setInt32(0, (exponent + 1023) << 20)
  scratch.setInt32(4, 0)
  return scratch.getFloat64(0)
}
