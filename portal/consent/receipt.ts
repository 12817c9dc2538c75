import { hash } from 'node:crypto'
import * as v from 'valibot'
import { canonicalBase32, decodeBase32, encodeBase32 } from '#shared/base32.ts'
import { parseJws } from '#shared/sign.ts'
import type { WithdrawalCode } from '../session/session.ts'
import { ACCESS, type Purpose } from './extras.ts'
import type { Terms } from './terms.ts'

export const RECEIPT_TYP = 'parvis-receipt+jws'
const JTI_BYTES = 16
const CODE_BYTES = 10
/** What a person types or a link carries. */
export const CODE_DIGITS = 16

/** Signs a payload as a compact JWS (EdDSA) of the given `typ`. */
export type Signer = (typ: string, payload: string) => Promise<string>

/** How sure the gateway was of the time. */
export type ClockSync = 'hub' | 'system' | 'none'

/** `acknowledged`: the terms were read. `given`: an optional consent with it. `withdrawn`: such a consent was taken back. */
export const ACTS = ['acknowledged', 'given', 'withdrawn'] as const
export type Act = (typeof ACTS)[number]

export type ReceiptFacts = {
  readonly gateway: string
  readonly site: string
  readonly controller: string
  readonly terms: Pick<Terms, 'id' | 'ver' | 'lang' | 'sha256'>
  readonly clk: ClockSync
  /** `l2`, `ctl` or `claim`: how the device was told from others; not which device. */
  readonly bind: string
  /** Access alone, where nothing optional was asked. */
  readonly purposes?: readonly Purpose[]
}

export type Receipt = { readonly jti: string; readonly site: string; readonly jws: string; readonly code: WithdrawalCode }

/** What a withdrawal says of the receipt that it follows. */
export type Follows = { readonly code: WithdrawalCode; readonly ref: string; readonly place: number }

/**
 * The id of the receipt at `place` (0: the first, then its withdrawals) of a code: whoever has the code finds them all, nothing
 * else on the disk leads to them, and no id tells the code or another id.
 */
export function jtiOf(code: WithdrawalCode, place: number): string {
  return encodeBase32(hash('sha256', `parvis/receipt-id/1\0${code}\0${place}`, 'buffer').subarray(0, JTI_BYTES))
}

/** What a link or a form brought; undefined when it cannot be a code. */
export function parseCode(text: string): WithdrawalCode | undefined {
  if (text.length > 3 * CODE_DIGITS) return undefined
  const canonical = canonicalBase32(text)
  return canonical.length === CODE_DIGITS && decodeBase32(canonical) ? (canonical as WithdrawalCode) : undefined
}

/** In groups of four, to read aloud and to type. */
export function printedCode(code: WithdrawalCode): string {
  return code.replace(/(.{4})(?=.)/g, '$1-')
}

function actOf(purposes: readonly Purpose[], follows: Follows | undefined): Act {
  if (follows) return 'withdrawn'
  return purposes.some(({ basis, given }) => basis === 'consent' && given) ? 'given' : 'acknowledged'
}

/**
 * A signed acknowledgement of the terms (protocols.md §4). Its time is a minute and it has neither subject nor number: two
 * receipts say nothing about who came, or how many came between. `wdh` binds the code by which its holder may erase it.
 */
export async function makeReceipt(facts: ReceiptFacts, nowMs: number, random: (length: number) => Buffer, sign: Signer, follows?: Follows): Promise<Receipt> {
  const { terms, site, purposes = [ACCESS] } = facts
  const code = follows?.code ?? (encodeBase32(random(CODE_BYTES)) as WithdrawalCode)
  const jti = jtiOf(code, follows?.place ?? 0)
  const payload = {
    iss: facts.gateway,
    site,
    jti,
    iat: Math.floor(nowMs / 60_000) * 60,
    clk: facts.clk,
    act: actOf(purposes, follows),
    ...(follows && { ref: follows.ref }),
    terms: { id: terms.id, ver: terms.ver, sha256: terms.sha256, lang: terms.lang },
    purposes,
    controller: facts.controller,
    bind: facts.bind,
    wdh: hash('sha256', code),
  }
  return { jti, site, code, jws: await sign(RECEIPT_TYP, JSON.stringify(payload)) }
}

/** `sha256(0x00 ‖ JWS)`, hex: the leaf of RFC 9162 §2.1.1. */
export function leafOf(jws: string): string {
  return hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(jws, 'ascii')]))
}

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const payloadSchema = v.object({
  iss: v.string(), site: v.string(), jti: v.string(), iat: v.pipe(v.number(), v.safeInteger()), clk: v.picklist(['hub', 'system', 'none']),
  act: v.picklist(ACTS), ref: v.optional(v.string()),
  terms: v.object({ id: v.string(), ver: v.string(), sha256: digest, lang: v.string() }),
  purposes: v.array(v.object({ id: v.string(), basis: v.picklist(['public_task', 'consent']), given: v.boolean(), sha256: v.optional(digest) })),
  controller: v.string(), bind: v.string(), wdh: digest,
})
export type ReceiptText = v.InferOutput<typeof payloadSchema>

/** What a receipt says, whoever signed it. @throws MalformedError `jws`, ValiError when it is no receipt. */
export function readReceipt(jws: string): ReceiptText {
  return v.parse(payloadSchema, JSON.parse(parseJws(jws, RECEIPT_TYP).payload.toString('utf8')))
}
