/**
 * The one-time user name and password that the portal hands to a phone and that RADIUS recomputes: nothing is stored at
 * issue. `user = b32(version1 kid1 iat4 profile1 nonce8)`, `password = b32(mac(key, user, csid, nas)[0..10])`.
 */
import { decodeBase32, encodeBase32 } from '#shared/base32.ts'
import { mac, secretKey, type KeyObject } from '#shared/keyed-mac.ts'

export const TOKEN_USER_LENGTH = 24
export const TOKEN_PASSWORD_LENGTH = 16
const VERSION = 1
const NONCE_BYTES = 8
/** 80 bits; 16 digits are one block of User-Password and of UAM's PAP. */
const PASSWORD_BYTES = 10
const LABEL = 'parvis/portal-token/1'
const LEAST_KEY_BYTES = 16

/** The keys a server accepts, by key id (0–255); the portal issues under `current`. */
export type TokenKeyring = { readonly keys: ReadonlyMap<number, KeyObject>; readonly current: number }

/** What a token is bound to. */
export type TokenBinding = {
  /** Calling-Station-Id as 12 lower-case hexadecimal digits; empty where the client's binding is `none`. */
  readonly csid: string
  /** The RADIUS client's configured name: `local` for the portal beside its server. */
  readonly nas: string
}
export type TokenTerms = TokenBinding & { /** Number of a row of the profiles table, 0–255. */ readonly profile: number }
export type PortalToken = { readonly user: string; readonly password: string; /** 16 hexadecimal digits. */ readonly nonce: string }
/** What a user name says about its token. */
export type TokenUser = { readonly user: string; readonly kid: number; readonly issuedSeconds: number; readonly profile: number; readonly nonce: string }

/** @throws TypeError when a key is shorter than 16 bytes or no key is given; the first is the current one. */
export function tokenKeyring(...keys: readonly (readonly [kid: number, bytes: Uint8Array])[]): TokenKeyring {
  const current = keys[0]?.[0]
  if (current === undefined) throw new TypeError('a token keyring needs a key: set radius.token_key')
  for (const [kid, bytes] of keys) {
    if (bytes.length < LEAST_KEY_BYTES) throw new TypeError(`token key ${kid} has ${bytes.length} bytes: give it ${LEAST_KEY_BYTES} or more`)
  }
  return { keys: new Map(keys.map(([kid, bytes]) => [kid, secretKey(bytes)])), current }
}

function userOf(kid: number, issuedSeconds: number, profile: number, nonce: Uint8Array): string {
  const head = Buffer.alloc(7)
  head[0] = VERSION
  head[1] = kid
  head.writeUInt32BE(issuedSeconds, 2)
  head[6] = profile
  return encodeBase32(Buffer.concat([head, nonce]))
}

/** @param random as of Effects. @throws TypeError when the keyring lacks its current key. */
export function issuePortalToken(keyring: TokenKeyring, terms: TokenTerms, nowMs: number, random: (length: number) => Uint8Array): PortalToken {
  const key = keyring.keys.get(keyring.current)
  if (!key) throw new TypeError(`the token keyring has no key ${keyring.current}`)
  const nonce = Buffer.from(random(NONCE_BYTES))
  const user = userOf(keyring.current, Math.floor(nowMs / 1000) >>> 0, terms.profile, nonce)
  return { user, password: portalTokenPassword(key, user, terms), nonce: nonce.toString('hex') }
}

/** The password that belongs to a token; whoever shows it was given it for this station and this client. */
export function portalTokenPassword(key: KeyObject, user: string, binding: TokenBinding): string {
  return encodeBase32(mac(key, LABEL, user, binding.csid, binding.nas).subarray(0, PASSWORD_BYTES))
}

/** Reads a User-Name, with or without a realm; undefined when it is no portal token's. */
export function readTokenUser(userName: string): TokenUser | undefined {
  const realm = userName.indexOf('@')
  const user = realm < 0 ? userName : userName.slice(0, realm)
  if (user.length !== TOKEN_USER_LENGTH) return undefined
  const bytes = decodeBase32(user)
  if (bytes?.length !== 15 || bytes[0] !== VERSION) return undefined
  const view = Buffer.from(bytes.buffer)
  // Some access servers change the case of a name: the canonical spelling is what the password was computed over.
  return { user: encodeBase32(bytes), kid: view.readUInt8(1), issuedSeconds: view.readUInt32BE(2), profile: view.readUInt8(6), nonce: view.toString('hex', 7) }
}

/**
 * The token's user as accounting keeps it: issued in the minute, because a list of log-ins to the second could be laid beside what
 * somebody saw at the counter. Its nonce still tells it from all others.
 */
export function userOfRecord({ kid, issuedSeconds, profile, nonce }: TokenUser): string {
  return userOf(kid, issuedSeconds - (issuedSeconds % 60), profile, Buffer.from(nonce, 'hex'))
}

/** The nonce (16 hexadecimal digits) of the token behind a User-Name; undefined for every other name. */
export function tokenNonce(userName: string): string | undefined {
  return readTokenUser(userName)?.nonce
}
