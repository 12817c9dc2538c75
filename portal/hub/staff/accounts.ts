import { createHash } from 'node:crypto'
import { encodeBase32 } from '#shared/base32.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import type { Account, HubStore, StaffSession } from '../store/store.ts'
import { createPasswords, LONGEST_PASSWORD, SHORTEST_PASSWORD } from './password.ts'

/** What an account may do. One row per role; pages ask `may`, never for a role's name. */
export const ROLES = {
  admin: { counts: true, download: true, vouchers: true },
  steward: { counts: true, download: true, vouchers: false },
  viewer: { counts: true, download: false, vouchers: false },
  /** Prints vouchers and can do nothing else. */
  desk: { counts: false, download: false, vouchers: true },
} as const
export type Role = keyof typeof ROLES
export const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name)
export type Right = keyof (typeof ROLES)['admin']

const IDLE_MS = 30 * 60_000
const LONGEST_MS = 10 * 60 * 60_000
/** Writing each request down would cost an fsync each. */
const SEEN_EVERY_MS = 60_000
const TOKEN_BYTES = 32
/** 80 bits: 16 letters and digits. */
const PASSWORD_BYTES = 10
/** NIST SP 800-63B §5.2.2 allows no more consecutive failures on an account. */
const MOST_FAILURES = 100
const FREE_FAILURES = 5
const LONGEST_DELAY_MS = 60_000
const LONGEST_NAME = 64
/** Names that nobody has, remembered so that they are delayed and locked like others: flushing them out takes longer than the longest delay. */
const MOST_STRANGERS = 10_000

type Tries = Pick<Account, 'failures' | 'lastFailureMs'>
const NO_TRIES: Tries = { failures: 0, lastFailureMs: Number.NEGATIVE_INFINITY }

export type SignIn = { readonly kind: 'in'; readonly token: string } | { readonly kind: 'wrong' | 'wait' | 'locked' | 'busy' }
/** `name` is the store's digest of it: enough to tell two apart, nothing to show. */
export type Staff = { readonly name: string; may(right: Right): boolean }

export type Accounts = {
  signIn(name: string, password: string): Promise<SignIn>
  /** Undefined when the cookie is none of ours, or its time is over. */
  recognise(token: string): Promise<Staff | undefined>
  signOut(token: string): Promise<void>
  /** The very first account, an admin. `wrong-name` also when another was faster. */
  createFirst(name: string, password: string): Promise<'created' | 'wrong-name' | 'wrong-password'>
  /** Its first password, shown once; undefined when the name is none or is taken. */
  create(name: string, role: Role): Promise<string | undefined>
}

/** Names are compared as people see them: folded, one spelling. Undefined when it cannot be a name. */
export function accountName(typed: string): string | undefined {
  const name = typed.normalize('NFC').trim().toLowerCase()
  return /^[\p{L}\p{M}\p{N}._@-]+$/u.test(name) && name.length <= LONGEST_NAME ? name : undefined
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(`parvis/staff/1\0${token}`).digest()
}

export function createAccounts(store: HubStore, effects: Effects): Accounts {
  const { clock, random, metrics } = effects
  const passwords = createPasswords(effects)
  const failures = metrics.counter('parvis_staff_failed_sign_ins_total', 'Sign-ins refused')

  const strangers = new Map<string, Tries>()

  /** A name that nobody has answers as one that somebody has, or waiting would tell which are real. */
  async function triesOf(name: string): Promise<{ account: Account | undefined; tries: Tries }> {
    const account = await store.staff.account(name)
    return { account, tries: account ?? strangers.get(name) ?? NO_TRIES }
  }
  async function failed(name: string, account: Account | undefined): Promise<void> {
    failures()
    if (account) return store.staff.failed(name, clock.now())
    const before = strangers.get(name)?.failures ?? 0
    strangers.delete(name)
    strangers.set(name, { failures: before + 1, lastFailureMs: clock.now() })
    const [oldest] = strangers.keys()
    if (strangers.size > MOST_STRANGERS && oldest !== undefined) strangers.delete(oldest)
  }
  function isWaiting({ failures: count, lastFailureMs }: Tries): boolean {
    const delayMs = count < FREE_FAILURES ? 0 : Math.min(LONGEST_DELAY_MS, 1_000 * 2 ** (count - FREE_FAILURES))
    const sinceMs = clock.now() - lastFailureMs
    // A clock that was ahead and was set back must not lock an account for years.
    return sinceMs >= 0 && sinceMs < delayMs
  }
  function isOver({ openedMs, seenMs }: StaffSession): boolean {
    const now = clock.now()
    return now - seenMs >= IDLE_MS || now - openedMs >= LONGEST_MS || seenMs > now + SEEN_EVERY_MS
  }

  async function check(name: string, password: string): Promise<SignIn> {
    const { account, tries } = await triesOf(name)
    if (tries.failures >= MOST_FAILURES) return { kind: 'locked' }
    if (isWaiting(tries)) return { kind: 'wait' }
    const right = await passwords.matches(password.slice(0, LONGEST_PASSWORD), account?.password)
    // Others that came at the same moment may have used up the tries meanwhile; then this one learns nothing.
    const { tries: now } = await triesOf(name)
    if (now.failures >= MOST_FAILURES) return { kind: 'locked' }
    if (now.failures > tries.failures && isWaiting(now)) return { kind: 'wait' }
    if (!right || !account) {
      await failed(name, account)
      return { kind: 'wrong' }
    }
    const token = random(TOKEN_BYTES).toString('base64url')
    await store.staff.sweep(clock.now() - LONGEST_MS, clock.now() - IDLE_MS)
    await store.staff.open(hashOf(token), account.name, clock.now())
    return { kind: 'in', token }
  }

  return {
    async signIn(typed, password) {
      try {
        return await check(accountName(typed) ?? typed.slice(0, LONGEST_NAME), password)
      } catch (error) {
        if (error instanceof UnavailableError && error.code === 'busy') return { kind: 'busy' }
        throw error
      }
    },
    async recognise(token) {
      const hash = hashOf(token)
      const session = await store.staff.session(hash)
      if (!session || isOver(session)) return undefined
      if (clock.now() - session.seenMs >= SEEN_EVERY_MS) await store.staff.seen(hash, clock.now())
      const rights: Readonly<Record<Right, boolean>> | undefined = Object.entries(ROLES).find(([role]) => role === session.role)?.[1]
      return { name: session.account, may: (right) => rights?.[right] ?? false }
    },
    signOut: (token) => store.staff.end(hashOf(token)),
    async createFirst(typed, password) {
      const name = accountName(typed)
      if (name === undefined) return 'wrong-name'
      if ([...password].length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) return 'wrong-password'
      return (await store.staff.addAccount({ name, password: await passwords.hash(password), role: 'admin' satisfies Role, first: true })) ? 'created' : 'wrong-name'
    },
    async create(typed, role) {
      const name = accountName(typed)
      const password = encodeBase32(random(PASSWORD_BYTES)).replace(/(.{4})(?=.)/g, '$1-')
      const made = name !== undefined && (await store.staff.addAccount({ name, password: await passwords.hash(password), role }))
      return made ? password : undefined
    },
  }
}
