import { issuePortalToken, type PortalToken, type TokenKeyring } from '#radius/access/portal-token.ts'
import type { MacAddress } from '#shared/personal.ts'

/** What a method may use to make credentials. */
export type SignIn = {
  readonly keyring: TokenKeyring
  readonly profile: number
  readonly nasName: string
  readonly mac: MacAddress
  readonly nowMs: number
  random(length: number): Buffer
}

/**
 * One row per way to sign in; nothing below enumerates them again. A method proves to the portal that access may be asked
 * for, and every one of them ends in a portal token, because RADIUS always decides. Vouchers, accounts, codes and OIDC are
 * rows to come, with fields of their own on the page.
 */
export type Method = { readonly id: string; credentials(signIn: SignIn): PortalToken }

export const METHODS: readonly Method[] = [
  {
    id: 'click',
    credentials: ({ keyring, profile, nasName, mac, nowMs, random }) => issuePortalToken(keyring, { profile, csid: mac, nas: nasName }, nowMs, random),
  },
]

/** The row of an enabled method; undefined for any other name, as forms may bring them. */
export function methodOf(enabled: readonly string[], id: string | undefined): Method | undefined {
  return METHODS.find((method) => method.id === id && enabled.includes(method.id))
}
