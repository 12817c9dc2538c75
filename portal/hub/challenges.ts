import type { Effects } from '#shared/effects.ts'

const LIFE_MS = 5 * 60_000
const MOST_PENDING = 100
const MOST_PER_NETWORK = 5
const NONCE_BYTES = 16

/** Enrolments that were begun and not finished. One network cannot take every place (`protocols.md` §8). */
export type Challenges = {
  /** Undefined when too many are pending, in all or from this network. */
  give(address: string): string | undefined
  /** True once, within five minutes. */
  take(nonce: string): boolean
}

export function createChallenges(effects: Effects): Challenges {
  const pending = new Map<string, { network: string; untilMs: number }>()
  const now = () => effects.clock.monotonic()

  return {
    give(address) {
      for (const [nonce, { untilMs }] of pending) if (untilMs <= now()) pending.delete(nonce)
      const network = networkOf(address)
      const same = [...pending.values()].filter((one) => one.network === network).length
      if (pending.size >= MOST_PENDING || same >= MOST_PER_NETWORK) return undefined
      const nonce = effects.random(NONCE_BYTES).toString('base64url')
      pending.set(nonce, { network, untilMs: now() + LIFE_MS })
      return nonce
    },
    take(nonce) {
      const one = pending.get(nonce)
      pending.delete(nonce)
      return one !== undefined && one.untilMs > now()
    },
  }
}

/** The /24 or /64 of an address: what one subscriber or one small office has. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/i.exec(address) ?? /^(\d+\.\d+\.\d+)\.\d+$/.exec(address)
  if (mapped) return `${mapped[1]}.0/24`
  const [head = '', tail] = address.toLowerCase().split('::', 2)
  const groups = head.split(':').filter(Boolean)
  const behind = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - behind.length) }, () => '0')
  return `${[...groups, ...(tail === undefined ? [] : [...zeros, ...behind])].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}
