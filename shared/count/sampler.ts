/**
 * Discrete Laplace noise drawn exactly: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020),
 * algorithms 1 and 2. Integers and rational coin flips only: floating-point Laplace noise leaks the count through the
 * numbers it cannot produce (Mironov 2012), so no Math.random, log or exp may come in here.
 */

/** `bytes` fresh, unpredictable bytes. The process hands in reads of /dev/random; only tests hand in anything repeatable. */
export type Bits = (bytes: number) => Uint8Array

/** One draw of noise with P(x) ∝ e^(−ε|x|/Δ), for ε in thousandths and a whole Δ. */
export type Draw = (epsMilli: number, delta: number) => number

/** n with 0 ≤ n < limit, each equally likely. */
export type Uniform = (limit: bigint) => bigint

/** Bytes asked for at a time, and thrown away with the draw: no bit outlives the number it made. */
const BLOCK_BYTES = 32
const EPS_UNIT = 1_000

/** The draw of the running system. */
export function exactDraw(bits: Bits): Draw {
  return function draw(epsMilli, delta) {
    for (const [name, value] of [['ε', epsMilli], ['Δ', delta]] as const) {
      if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name} of a release must be a whole number of at least 1`)
    }
    return Number(discreteLaplace(uniformFrom(bits), BigInt(EPS_UNIT * delta), BigInt(epsMilli)))
  }
}

/** Uniform integers by rejection, so that no limit but a power of two bends the odds. */
export function uniformFrom(bits: Bits): Uniform {
  let block: Uint8Array = new Uint8Array(0)
  let at = 0

  function byte(): bigint {
    if (at === block.length) {
      block = bits(BLOCK_BYTES)
      at = 0
      if (block.length === 0) throw new TypeError('the bit source gave no bytes')
    }
    return BigInt(block[at++] ?? 0)
  }

  return function uniform(limit) {
    const width = bitLength(limit - 1n)
    for (;;) {
      let value = 0n
      for (let have = 0; have < width; have += 8) value = (value << 8n) | byte()
      value &= (1n << BigInt(width)) - 1n
      if (value < limit) return value
    }
  }
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}

/** Algorithm 1: true with probability e^(−numerator/denominator), for any non-negative fraction. */
export function bernoulliExp(uniform: Uniform, numerator: bigint, denominator: bigint): boolean {
  for (let whole = numerator / denominator; whole > 0n; whole--) {
    if (!bernoulliExpBelowOne(uniform, 1n, 1n)) return false
  }
  return bernoulliExpBelowOne(uniform, numerator % denominator, denominator)
}

/** The series of e^(−γ) for 0 ≤ γ ≤ 1 as a game: coins of odds γ/1, γ/2, γ/3 … until one fails; an odd try wins. */
function bernoulliExpBelowOne(uniform: Uniform, numerator: bigint, denominator: bigint): boolean {
  let tries = 1n
  while (uniform(denominator * tries) < numerator) tries++
  return tries % 2n === 1n
}

/** Algorithm 2: P(x) ∝ e^(−|x|·s/t). */
function discreteLaplace(uniform: Uniform, t: bigint, s: bigint): bigint {
  for (;;) {
    const x = laplaceTry(uniform, t, s)
    if (x !== undefined) return x
  }
}

/** One pass of algorithm 2; undefined where it begins again. */
export function laplaceTry(uniform: Uniform, t: bigint, s: bigint): bigint | undefined {
  const remainder = uniform(t)
  if (!bernoulliExp(uniform, remainder, t)) return undefined
  let quotient = 0n
  while (bernoulliExp(uniform, 1n, 1n)) quotient++
  const size = (remainder + t * quotient) / s
  const negative = uniform(2n) === 1n
  // Zero has no sign: counting it twice would make it twice as likely.
  if (negative && size === 0n) return undefined
  return negative ? -size : size
}

/** Standard deviation of such noise, in thousandths: what a cell is labelled with, no part of any draw. */
export function noiseSdMilli(epsMilli: number, delta: number): number {
  const a = Math.exp(-epsMilli / (EPS_UNIT * delta))
  return Math.round((1_000 * Math.sqrt(2 * a)) / (1 - a))
}
