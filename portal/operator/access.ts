// Who may look at live sessions: whoever this machine's own account gave a code to, by name, for some minutes. City staff who see
// releases have their accounts at the hub, which open nothing here; and nothing here shows a release (privacy.md).
import { hash } from 'node:crypto'
import { canonicalBase32, encodeBase32 } from '#shared/base32.ts'
import type { Clock } from '#shared/clock.ts'

/** 40 bits, for ten minutes, against 60 tries a minute: eight digits to read aloud. */
const CODE_BYTES = 5
const CODE_MS = 10 * 60_000
const TRIES_PER_MINUTE = 60
const TOKEN_BYTES = 32
const IDLE_MS = 30 * 60_000
const LONGEST_MS = 10 * 3_600_000
const MOST_CODES = 8
const MOST_SIGNED_IN = 32
export const NAME_FORM = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u

/** What is kept of codes and tokens; looking one up by it takes no time that tells anything. */
const digestOf = (secret: string): string => hash('sha256', secret)

type SignedIn = { readonly name: string; readonly sinceMs: number; seenMs: number }
export type Entered = { readonly kind: 'in'; readonly token: string; readonly name: string } | { readonly kind: 'wrong' | 'wait' }

export type Access = {
  /** @throws TypeError when the name is none: it is what the log says. */
  mint(name: string): { readonly code: string; readonly minutes: number }
  /** A code opens once. */
  enter(typed: string): Entered
  /** The name that is signed in by this token; keeps it awake. */
  recognise(token: string): string | undefined
  leave(token: string): void
}

export function createAccess(clock: Pick<Clock, 'monotonic'>, random: (length: number) => Buffer): Access {
  const codes = new Map<string, { readonly name: string; readonly untilMs: number }>()
  const people = new Map<string, SignedIn>()
  let tries = 0
  let minuteMs = -Infinity

  const awake = ({ sinceMs, seenMs }: SignedIn, now: number): boolean => now - seenMs < IDLE_MS && now - sinceMs < LONGEST_MS
  function forget(now: number): void {
    for (const [code, { untilMs }] of codes) if (untilMs <= now) codes.delete(code)
    for (const [token, person] of people) if (!awake(person, now)) people.delete(token)
  }
  function tooMany(now: number): boolean {
    if (now - minuteMs >= 60_000) [tries, minuteMs] = [0, now]
    return ++tries > TRIES_PER_MINUTE
  }
  function dropOldest<V>(map: Map<string, V>, most: number): void {
    const [oldest] = map.keys()
    if (map.size >= most && oldest !== undefined) map.delete(oldest)
  }

  return {
    mint(name) {
      if (!NAME_FORM.test(name)) throw new TypeError('a name of letters, digits, dots and hyphens, 40 at most')
      const now = clock.monotonic()
      forget(now)
      dropOldest(codes, MOST_CODES)
      const code = encodeBase32(random(CODE_BYTES))
      codes.set(digestOf(code), { name, untilMs: now + CODE_MS })
      return { code: `${code.slice(0, 4)}-${code.slice(4)}`, minutes: CODE_MS / 60_000 }
    },
    enter(typed) {
      const now = clock.monotonic()
      forget(now)
      if (tooMany(now)) return { kind: 'wait' }
      const digest = digestOf(canonicalBase32(typed.slice(0, 64)))
      const code = codes.get(digest)
      if (!code) return { kind: 'wrong' }
      codes.delete(digest)
      dropOldest(people, MOST_SIGNED_IN)
      const token = random(TOKEN_BYTES).toString('base64url')
      people.set(digestOf(token), { name: code.name, sinceMs: now, seenMs: now })
      return { kind: 'in', token, name: code.name }
    },
    recognise(token) {
      const now = clock.monotonic()
      forget(now)
      const person = people.get(digestOf(token))
      if (person) person.seenMs = now
      return person?.name
    },
    leave: (token) => void people.delete(digestOf(token)),
  }
}
