import { hash } from 'node:crypto'
import { encodeBase32 } from '#shared/base32.ts'
import type { WithdrawalCode } from '../session/session.ts'
import type { Terms } from './terms.ts'

export const RECEIPT_TYP = 'parvis-receipt+jws'
const JTI_BYTES = 16
const CODE_BYTES = 10

/** Signs a payload as a compact JWS (EdDSA) of the given `typ`. */
export type Signer = (typ: string, payload: string) => Promise<string>

/** How sure the gateway was of the time. */
export type ClockSync = 'hub' | 'system' | 'none'

export type ReceiptFacts = {
  readonly gateway: string
  readonly site: string
  readonly controller: string
  readonly terms: Terms
  readonly clk: ClockSync
  /** `l2`, `ctl` or `claim`: how the device was told from others; not which device. */
  readonly bind: string
}

export type Receipt = { readonly jti: string; readonly jws: string; readonly code: WithdrawalCode }

/**
 * A signed acknowledgement of the terms (protocols.md §4). Its time is a minute and it has neither subject nor number: two
 * receipts say nothing about who came, or how many came between. `wdh` binds the code by which its holder may erase it.
 */
export async function makeReceipt(facts: ReceiptFacts, nowMs: number, random: (length: number) => Buffer, sign: Signer): Promise<Receipt> {
  const { terms } = facts
  const jti = encodeBase32(random(JTI_BYTES))
  const code = encodeBase32(random(CODE_BYTES)) as WithdrawalCode
  const payload = {
    iss: facts.gateway,
    site: facts.site,
    jti,
    iat: Math.floor(nowMs / 60_000) * 60,
    clk: facts.clk,
    act: 'acknowledged',
    terms: { id: terms.id, ver: terms.ver, sha256: terms.sha256, lang: terms.lang },
    // Access is a public service, not a matter of consent (people.md): nothing optional is asked, so nothing is given.
    purposes: [{ id: 'access', basis: 'public_task', given: true }],
    controller: facts.controller,
    bind: facts.bind,
    wdh: hash('sha256', code),
  }
  return { jti, code, jws: await sign(RECEIPT_TYP, JSON.stringify(payload)) }
}

/** `sha256(0x00 ‖ JWS)`, hex: the leaf of RFC 9162 §2.1.1. */
export function leafOf(jws: string): string {
  return hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(jws, 'ascii')]))
}
