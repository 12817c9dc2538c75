import { equalBytes, mac, type KeyObject } from '#shared/keyed-mac.ts'
import type { ClientId, MacAddress, Personal } from '#shared/personal.ts'

export type FormToken = Personal<'form-token'>
/** What the form asks for: a token for one cannot serve another. */
export const PURPOSES = ['connect', 'voucher', 'account', 'reentry', 'session'] as const
export type Purpose = (typeof PURPOSES)[number]

const LIFE_SECONDS = 30 * 60
const LABEL = 'parvis/form/1'
const EXP_BYTES = 4
const NONCE_BYTES = 8
const MAC_BYTES = 16
const TOKEN_BYTES = EXP_BYTES + NONCE_BYTES + MAC_BYTES
const TOKEN_CHARACTERS = Math.ceil((TOKEN_BYTES * 8) / 6)

/** A device on our own network (protocols.md §1). */
export function localClient(address: MacAddress): ClientId {
  return `l2:${address}` as string as ClientId
}

/** Who asks for what, having read which terms. */
export type FormFacts = { readonly client: ClientId; readonly purpose: Purpose; readonly termsSha256: string }

function proof(key: KeyObject, facts: FormFacts, exp: Uint8Array, nonce: Uint8Array): Buffer {
  return mac(key, LABEL, facts.client, facts.purpose, facts.termsSha256, exp, nonce).subarray(0, MAC_BYTES)
}

/** `b64url(exp4 ‖ nonce8 ‖ mac(…)[0..16])`, 38 characters, good for 30 minutes (protocols.md §1). */
export function issueFormToken(key: KeyObject, facts: FormFacts, nowMs: number, random: (length: number) => Buffer): FormToken {
  const exp = Buffer.alloc(EXP_BYTES)
  exp.writeUInt32BE(Math.floor(nowMs / 1000) + LIFE_SECONDS)
  const nonce = random(NONCE_BYTES)
  return Buffer.concat([exp, nonce, proof(key, facts, exp, nonce)]).toString('base64url') as FormToken
}

/** `stale`: ours, for this client and these terms, but too old. `foreign`: made for another, or by nobody. */
export type FormVerdict = 'good' | 'stale' | 'foreign'

export function checkFormToken(key: KeyObject, facts: FormFacts, token: string, nowMs: number): FormVerdict {
  if (token.length !== TOKEN_CHARACTERS || !/^[\w-]+$/.test(token)) return 'foreign'
  const bytes = Buffer.from(token, 'base64url')
  const exp = bytes.subarray(0, EXP_BYTES)
  const nonce = bytes.subarray(EXP_BYTES, EXP_BYTES + NONCE_BYTES)
  if (!equalBytes(bytes.subarray(EXP_BYTES + NONCE_BYTES), proof(key, facts, exp, nonce))) return 'foreign'
  return exp.readUInt32BE() * 1000 > nowMs ? 'good' : 'stale'
}
