/** Check digits: every single mistyped digit and every swap of neighbours is noticed before anything is looked up. */

/** Damm's quasigroup of order 10 (H. M. Damm, 2004): row by what was read so far, column by the next digit; anti-symmetric. */
const DAMM = ['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134', '8945362017', '9438617205', '2581436790']

/** 0 when the last digit of `digits` checks the others; otherwise the digit that would have to follow. */
export function dammRest(digits: string): number {
  let rest = 0
  for (const digit of digits) rest = Number(DAMM[rest]?.[Number(digit)])
  return rest
}

/** x⁵ + x² + 1: with it the 32 digits are a field, and 2 has order 31, more than a code has places. */
const POLYNOMIAL = 0b100101
function doubled(value: number): number {
  const twice = value << 1
  return twice & 32 ? twice ^ POLYNOMIAL : twice
}

/** The same over values of base-32 digits (0–31): a sum weighted by powers of 2 in GF(32), zero over a whole code. */
export function base32Check(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum = doubled(sum) ^ value
  return doubled(sum)
}
