// The ways to sign in: one row each, and nothing below enumerates them again.
import { ACCESS_METHODS, type AccessMethod } from '#radius/access-methods.ts'
import { issuePortalToken, readTokenUser, type TokenKeyring } from '#radius/access/portal-token.ts'
import { nameProblem } from '#radius/accounts/name.ts'
import { readVoucherCode } from '#radius/vouchers/code.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Purpose } from '../consent/form-token.ts'
import type { PortalSettings } from '../settings.ts'
import type { MethodId } from './method-ids.ts'
import { problem, type Problem } from './problems.ts'
import { MOST_TYPED, readCode, type ReentryCode } from './reentry/code.ts'

/** Something to type. Its label and hint are texts `field.<method>.<name>`. */
export type Field = {
  readonly name: string
  readonly autocomplete: string
  /** Never written into a page again, nor kept. */
  readonly secret?: true
  readonly most: number
  /** A parameter of the page's address that fills it; it only fills it. */
  readonly query?: string
}

/** What somebody shows to be let in. `token`: the portal itself vouches for the device, and RADIUS decides. */
export type Proof =
  | { readonly kind: 'token' }
  | { readonly kind: 'name'; readonly name: string; readonly password: string }
  | { readonly kind: 'code'; readonly code: ReentryCode }

export type Method = {
  readonly id: MethodId
  /** What its form's token is good for. */
  readonly purpose: Purpose
  /** Whose limits its portal tokens ask for. */
  readonly access: AccessMethod
  /** What its form asks, in this order; none: one press is enough. */
  readonly fields: readonly Field[]
  /** False for one that shows no page. */
  readonly form: boolean
  /** From the fields as they came; what cannot be right is told without asking anybody. */
  prove(typed: (name: string) => string | undefined): Proof | Problem
}

/** 20 digits with something between all of them. */
const MOST_VOUCHER = 48
/** RFC 2865 §5.1, §5.2. */
const MOST_NAME = 253
const MOST_PASSWORD = 128

/** The code as RADIUS takes it, canonical, as name and password (radius/vouchers). */
function voucher(typed: string): Proof | Problem {
  if (typed.trim() === '') return problem('missing')
  const read = readVoucherCode(typed.trim())
  // Whatever is no code would be asked for as somebody's name.
  return read.kind === 'code' ? { kind: 'name', name: read.code, password: read.code } : problem('mistyped')
}

function account(name: string, password: string): Proof | Problem {
  if (name === '') return problem('missing', { field: 'name' })
  if (password === '') return problem('missing', { field: 'password' })
  // No account is called like this; a portal token or a voucher is, and has a way of its own.
  if (nameProblem(name) !== undefined || readTokenUser(name) || Buffer.byteLength(password) > MOST_PASSWORD) return problem('wrong', { field: 'password' })
  return { kind: 'name', name, password }
}

function reentry(typed: string): Proof | Problem {
  if (typed.trim() === '') return problem('missing')
  const code = readCode(typed.trim())
  return code === undefined ? problem('mistyped') : { kind: 'code', code }
}

/**
 * Every one ends in a portal token or in a name that RADIUS decides on; a re-entry code moves what RADIUS has decided before. Codes by
 * SMS or e-mail and OIDC are rows to come, with a first form that asks where to send or whom to ask.
 */
export const METHODS: readonly Method[] = [
  { id: 'click', purpose: 'connect', access: 'click', form: true, fields: [], prove: () => ({ kind: 'token' }) },
  {
    id: 'voucher', purpose: 'voucher', access: 'voucher', form: true,
    fields: [{ name: 'voucher', autocomplete: 'off', most: MOST_VOUCHER, query: 'v' }],
    prove: (typed) => voucher(typed('voucher') ?? ''),
  },
  {
    id: 'account', purpose: 'account', access: 'account', form: true,
    fields: [
      { name: 'name', autocomplete: 'username', most: MOST_NAME },
      { name: 'password', autocomplete: 'current-password', most: MOST_PASSWORD, secret: true },
    ],
    prove: (typed) => account((typed('name') ?? '').trim(), typed('password') ?? ''),
  },
  {
    id: 'reentry', purpose: 'reentry', access: 'click', form: true,
    fields: [{ name: 'code', autocomplete: 'off', most: MOST_TYPED }],
    prove: (typed) => reentry(typed('code') ?? ''),
  },
  { id: 'free', purpose: 'connect', access: 'free', form: false, fields: [], prove: () => ({ kind: 'token' }) },
]

/** Enabled at this site, the first one first. */
export function methodsAt({ methods, methodsAt: at }: Pick<PortalSettings, 'methods' | 'methodsAt'>, site: string): readonly Method[] {
  return (at?.[site] ?? methods).flatMap((id) => METHODS.find((method) => method.id === id) ?? [])
}

/** Whether connections there come with a code that moves them. */
export function offersReentry(settings: Pick<PortalSettings, 'methods' | 'methodsAt'>, site: string): boolean {
  return methodsAt(settings, site).some(({ id }) => id === 'reentry')
}

/** The row of an enabled method; undefined for any other name, as forms may bring them. */
export function methodOf(enabled: readonly Method[], id: string | undefined): Method | undefined {
  return enabled.find((method) => method.form && method.id === id)
}

/** No page is shown there: devices are admitted on sight. */
export function isFree(enabled: readonly Method[]): boolean {
  return enabled.some(({ form }) => !form)
}

/** What RADIUS is asked with. `nonce` is empty where the name is somebody's own. */
export type Credentials = { readonly user: string; readonly password: string; readonly nonce: string }
/** What a portal token is made of. */
export type TokenGround = { readonly keyring: TokenKeyring; readonly nasName: string; readonly nowMs: number; random(length: number): Buffer }

export function credentialsFor(proof: Exclude<Proof, { kind: 'code' }>, method: Method, mac: MacAddress, { keyring, nasName, nowMs, random }: TokenGround): Credentials {
  if (proof.kind === 'name') return { user: proof.name, password: proof.password, nonce: '' }
  return issuePortalToken(keyring, { profile: ACCESS_METHODS.indexOf(method.access), csid: mac, nas: nasName }, nowMs, random)
}
