import { expect, test } from 'vitest'
import { bernoulliExp, exactDraw, laplaceTry, noiseSdMilli, uniformFrom, type Uniform } from './sampler.ts'
import { seededBits } from './test/seeded-bits.ts'

/**
 * Follows every path of the sampler through its first `depth` choices, each weighed exactly: the odds of each outcome as
 * fractions, without a single random bit. What needs more choices is left over.
 */
function exactOdds<Outcome>(sample: (uniform: Uniform) => Outcome, least: number): Map<Outcome, number> {
  const odds = new Map<Outcome, number>()
  const open: { choices: bigint[]; weight: number }[] = [{ choices: [], weight: 1 }]
  class Fork extends Error {
    readonly limit: bigint
    constructor(limit: bigint) {
      super('fork')
      this.limit = limit
    }
  }
  for (let path = open.pop(); path; path = open.pop()) {
    let at = 0
    const { choices, weight } = path
    try {
      const outcome = sample((limit) => {
        if (limit === 1n) return 0n
        const choice = choices[at++]
        if (choice === undefined) throw new Fork(limit)
        return choice
      })
      odds.set(outcome, (odds.get(outcome) ?? 0) + weight)
    } catch (fork) {
      if (!(fork instanceof Fork)) throw fork
      const share = weight / Number(fork.limit)
      if (share >= least) for (let choice = 0n; choice < fork.limit; choice++) open.push({ choices: [...choices, choice], weight: share })
    }
  }
  return odds
}

test('the coin of odds e^(−γ) is exact for fractions below, at and above one', () => {
  for (const [n, d] of [[0n, 1n], [1n, 3n], [2n, 3n], [1n, 1n], [3n, 2n]] as const) {
    const odds = exactOdds((uniform) => bernoulliExp(uniform, n, d), 1e-7)
    const lost = 1 - (odds.get(true) ?? 0) - (odds.get(false) ?? 0)
    expect(Math.abs((odds.get(true) ?? 0) - Math.exp(-Number(n) / Number(d)))).toBeLessThanOrEqual(lost + 1e-12)
    expect(lost).toBeLessThan(0.002)
  }
})

test('the odds of each value are those of the discrete Laplace law, worked out along every path', () => {
  for (const [t, s] of [[2n, 3n], [3n, 2n]] as const) {
    const odds = exactOdds((uniform) => laplaceTry(uniform, t, s), 1e-6)
    const ended = [...odds.values()].reduce((sum, p) => sum + p, 0)
    expect(ended).toBeGreaterThan(0.98)
    const kept = ended - (odds.get(undefined) ?? 0)
    const a = Math.exp(-Number(s) / Number(t))
    for (let x = -2n; x <= 2n; x++) {
      const law = ((1 - a) / (1 + a)) * a ** Math.abs(Number(x))
      expect(Math.abs((odds.get(x) ?? 0) / kept - law)).toBeLessThan(0.01)
      expect(odds.get(x)).toBeCloseTo(odds.get(-x) ?? 0, 12)
    }
  }
})

test.each([
  [1_000, 1],
  [350, 1],
  [750, 3],
  [60, 20],
])('20,000 draws at ε = %i ‰ and Δ = %i follow the law (chi-square), their zero and their tail too', (eps, delta) => {
  const N = 20_000
  const draw = exactDraw(seededBits(`chi/${eps}/${delta}`))
  const seen = new Map<number, number>()
  for (let i = 0; i < N; i++) {
    const x = draw(eps, delta)
    seen.set(x, (seen.get(x) ?? 0) + 1)
  }
  const a = Math.exp(-eps / (1_000 * delta))
  const law = (x: number): number => ((1 - a) / (1 + a)) * a ** Math.abs(x)
  const count = (test: (x: number) => boolean): number => [...seen].reduce((sum, [x, n]) => sum + (test(x) ? n : 0), 0)
  const within = (got: number, p: number): void => expect(Math.abs(got - N * p)).toBeLessThan(4 * Math.sqrt(N * p * (1 - p)))
  within(seen.get(0) ?? 0, law(0))
  const far = Math.ceil((3 * 1_000 * delta) / eps)
  within(count((x) => x >= far), a ** far / (1 + a))
  within(count((x) => x <= -far), a ** far / (1 + a))

  let chi = 0
  let cells = 0
  for (let x = -far; x <= far; x++) {
    const expected = N * law(x)
    if (expected < 10) continue
    chi += ((seen.get(x) ?? 0) - expected) ** 2 / expected
    cells++
  }
  // Mean cells, sd √(2·cells): four of them.
  expect(chi).toBeLessThan(cells + 4 * Math.sqrt(2 * cells))
})

test('uniform integers are not bent by a limit that is no power of two', () => {
  const uniform = uniformFrom(seededBits('uniform'))
  const seen = [0, 0, 0, 0, 0]
  for (let i = 0; i < 20_000; i++) {
    const x = Number(uniform(5n))
    seen[x] = (seen[x] ?? Number.NaN) + 1
  }
  for (const n of seen) expect(Math.abs(n - 4_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.2 * 0.8))
  expect(uniformFrom(() => new Uint8Array(32).fill(255))(2n ** 16n)).toBe(2n ** 16n - 1n)
})

test('every draw asks for bits of its own, and a source without any is refused', () => {
  const asked: number[] = []
  const source = seededBits('own')
  const draw = exactDraw((bytes) => (asked.push(bytes), source(bytes)))
  draw(1_000, 1)
  const first = asked.length
  draw(1_000, 1)
  expect(first).toBeGreaterThan(0)
  expect(asked.length).toBeGreaterThan(first)
  expect(() => exactDraw(() => new Uint8Array(0))(1_000, 1)).toThrow(/no bytes/)
  expect(() => draw(0, 1)).toThrow(/ε/)
  expect(() => draw(1.5, 1)).toThrow(/ε/)
  expect(() => draw(1_000, 0)).toThrow(/Δ/)
})

test('the standard deviations on the cells are those the design page states', () => {
  const stated: readonly [eps: number, delta: number, sd: number][] = [
    [1_000, 1, 1.4],
    [350, 1, 4.0],
    [150, 1, 9.4],
    [1_000, 3, 4.2],
    [750, 3, 5.6],
    [500, 1, 2.8],
    [250, 1, 5.6],
    [100, 1, 14],
    [250, 20, 113],
  ]
  for (const [eps, delta, sd] of stated) expect(Number((noiseSdMilli(eps, delta) / 1_000).toPrecision(sd > 99 ? 3 : 2))).toBe(sd)
})
