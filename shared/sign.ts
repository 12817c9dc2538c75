/**
 * Signatures of a device: one Ed25519 key per gateway, kiosk or hub, named by its thumbprint (RFC 7638).
 * Everything signed is a compact JWS (RFC 7515) whose `typ` says what it is, so that no signature can stand in for another.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { MalformedError, UsageError } from './errors.ts'

/** Both names mean Ed25519 with such a key (RFC 8037 §3.1, RFC 9864 §2.2); we write the first. */
const ALGORITHMS: ReadonlySet<unknown> = new Set(['EdDSA', 'Ed25519'])
const SIGNATURE_BYTES = 64
const LONGEST_HEADER = 2_048

export type PublicJwk = { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
export type PublicKey = { readonly kid: string; readonly key: KeyObject; readonly jwk: PublicJwk }
export type DeviceKey = PublicKey & { readonly privateKey: KeyObject }

/** The header of a JWS: what verification relies on, and what else its `typ` defines. */
export type JwsHeader = { readonly alg: string; readonly typ: string; readonly kid?: string; readonly [name: string]: unknown }

/** A JWS taken apart and not yet believed. */
export type ParsedJws = { readonly header: JwsHeader; readonly payload: Buffer; readonly signed: string; readonly signature: Buffer }

export function generateDeviceKey(): DeviceKey {
  return deviceKey(generateKeyPairSync('ed25519').privateKey)
}

/** @throws UsageError `device_key` when the text is not an Ed25519 private key in PEM (PKCS #8). */
export function parseDeviceKey(pem: string): DeviceKey {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw new UsageError('device_key', 'the device key is not PEM (PKCS #8); restore it from its backup or enrol the device anew', { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new UsageError('device_key', `the device key is ${key.asymmetricKeyType}, not Ed25519`)
  return deviceKey(key)
}

/** PEM (PKCS #8): what a key file holds. Secret. */
export function deviceKeyPem(key: DeviceKey): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function deviceKey(privateKey: KeyObject): DeviceKey {
  return { ...publicKey(createPublicKey(privateKey).export({ format: 'jwk' })), privateKey }
}

/** @throws MalformedError `jwk` when it is not an Ed25519 public key. Members beyond the key itself are dropped. */
export function publicKey(jwk: unknown): PublicKey {
  if (typeof jwk !== 'object' || jwk === null || !('kty' in jwk) || !('crv' in jwk) || !('x' in jwk)) throw notAKey()
  const { kty, crv, x } = jwk
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string' || !/^[\w-]{43}$/.test(x)) throw notAKey()
  const canonical: PublicJwk = { kty, crv, x: Buffer.from(x, 'base64url').toString('base64url') }
  try {
    return { kid: thumbprint(canonical), key: createPublicKey({ key: canonical, format: 'jwk' }), jwk: canonical }
  } catch (cause) {
    throw notAKey(cause)
  }
}

function notAKey(cause?: unknown): MalformedError {
  return new MalformedError('jwk', 'not an Ed25519 public key (RFC 8037)', { cause })
}

/** RFC 7638 §3.2, RFC 8037 §2: the required members in this order, nothing else. */
function thumbprint({ crv, kty, x }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}

export type SignOptions = {
  /** `jwk` carries the whole key, where the other side cannot know it yet. */
  readonly named?: 'kid' | 'jwk'
  /** Further members of the protected header, as the `typ` defines them. */
  readonly header?: Readonly<Record<string, string>>
}

/**
 * Signs `payload` as a compact JWS (RFC 7515 §3.1). Not by a library: every log-in has a receipt, and through WebCrypto's queue a
 * signature costs three times as much.
 */
export async function signJws(key: DeviceKey, typ: string, payload: string | Uint8Array, options: SignOptions = {}): Promise<string> {
  const name = options.named === 'jwk' ? { jwk: key.jwk } : { kid: key.kid }
  const header = JSON.stringify({ alg: 'EdDSA', typ, ...name, ...options.header })
  const signed = `${base64url(header)}.${base64url(payload)}`
  return `${signed}.${sign(null, Buffer.from(signed, 'latin1'), key.privateKey).toString('base64url')}`
}

function base64url(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

/** Takes a compact JWS of kind `typ` apart. @throws MalformedError `jws` naming what is wrong with its form. */
export function parseJws(compact: string, typ: string): ParsedJws {
  const [protectedHeader = '', payload = '', signature = '', ...more] = compact.split('.', 4)
  if (more.length > 0 || ![protectedHeader, payload, signature].every((part) => /^[\w-]+$/.test(part))) throw bad('not three base64url parts')
  const signatureBytes = Buffer.from(signature, 'base64url')
  if (signatureBytes.length !== SIGNATURE_BYTES) throw bad('the signature has not 64 bytes')
  return { header: parseHeader(protectedHeader, typ), payload: Buffer.from(payload, 'base64url'), signed: `${protectedHeader}.${payload}`, signature: signatureBytes }
}

function parseHeader(encoded: string, typ: string): JwsHeader {
  if (encoded.length > LONGEST_HEADER) throw bad('the header is too long')
  let header: unknown
  try {
    header = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
  } catch (cause) {
    throw bad('the header is not JSON', cause)
  }
  if (!isHeader(header)) throw bad('the header is not that of an Ed25519 JWS')
  if (header.typ !== typ) throw bad(`its typ is not ${typ}`)
  // RFC 7515 §4.1.11: an extension that is named critical and not understood makes the JWS invalid; we define none.
  if ('crit' in header || 'b64' in header) throw bad('it asks for an extension')
  return header
}

function isHeader(header: unknown): header is JwsHeader {
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return false
  if (!('alg' in header) || !ALGORITHMS.has(header.alg)) return false
  return 'typ' in header && typeof header.typ === 'string' && (!('kid' in header) || typeof header.kid === 'string')
}

function bad(what: string, cause?: unknown): MalformedError {
  return new MalformedError('jws', `bad JWS: ${what}`, { cause })
}

/** True when `key` made this signature. */
export function signatureHolds(jws: ParsedJws, key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(jws.signed, 'latin1'), key, jws.signature)
}

/** The payload of a compact JWS of kind `typ` made by `key`. @throws MalformedError `jws`, also when the signature is another's. */
export function openJws(compact: string, typ: string, key: PublicKey): Buffer {
  const jws = parseJws(compact, typ)
  if (jws.header.kid !== undefined && jws.header.kid !== key.kid) throw bad('another key signed it')
  if (!signatureHolds(jws, key.key)) throw bad('the signature does not hold')
  return jws.payload
}
