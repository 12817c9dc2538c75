// What the holder of a withdrawal code may do with the receipt behind it.
import type { Effects } from '#shared/effects.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { writeInTime } from '../session/desk.ts'
import { publicKey } from '#shared/sign.ts'
import type { WithdrawalCode } from '../session/session.ts'
import { makeReceipt, readReceipt, type ClockSync, type ReceiptText, type Signer } from './receipt.ts'
import type { Proof, ReceiptDays } from './receipt-days.ts'
import { MOST_FOLLOWING, storeReceipt, type Receipts, type StoredReceipt } from './receipts.ts'

/** A receipt as it stands after its withdrawals. */
export type HeldReceipt = {
  readonly code: WithdrawalCode
  readonly text: ReceiptText
  /** Optional consents with what holds now. */
  readonly consents: readonly { readonly id: string; readonly given: boolean }[]
}

/** The citizen's copy: whoever has it can check it with `parvis receipt verify` against the head that the hub publishes. */
export type ReceiptCopy = {
  readonly receipts: readonly { readonly jws: string; readonly proof?: Proof }[]
  /** The gateway's public key: a stranger's copy is checked with the key that the hub knows. */
  readonly key: unknown
}

export type ReceiptDesk = {
  /** Undefined: no such code, or erased. */
  held(code: WithdrawalCode): HeldReceipt | undefined
  copy(code: WithdrawalCode): Promise<ReceiptCopy | undefined>
  /** Takes an optional consent back: on the disk before it resolves. False when there is nothing to take back. @throws UnavailableError */
  withdraw(code: WithdrawalCode, purpose: string): Promise<boolean>
  /** Recomputes all that is kept: the first row, or the first day, that is not what was signed; null where there is none. */
  audit(): Promise<{ readonly position: number | null; readonly day: string | null }>
  /** Takes back what was given and deletes the texts; the leaves stay. False when there is nothing. @throws UnavailableError */
  erase(code: WithdrawalCode): Promise<boolean>
}

export type ReceiptDeskParts = {
  readonly receipts: Receipts
  readonly days: ReceiptDays
  readonly durable: DurableWriter
  readonly effects: Effects
  readonly sign: Signer
  readonly key: unknown
  clockSync(): ClockSync
}

/** The last word on each optional consent. */
function standing(texts: readonly ReceiptText[]): Map<string, boolean> {
  const last = new Map<string, boolean>()
  for (const { purposes } of texts) for (const { id, basis, given } of purposes) if (basis === 'consent') last.set(id, given)
  return last
}

export function createReceiptDesk(parts: ReceiptDeskParts): ReceiptDesk {
  const { receipts, days, effects } = parts

  function read(code: WithdrawalCode): { rows: StoredReceipt[]; first: ReceiptText; texts: ReceiptText[] } | undefined {
    const rows = receipts.of(code)
    const texts = rows.map(({ jws }) => readReceipt(jws))
    const [first] = texts
    return first && { rows, first, texts }
  }

  return {
    held(code) {
      const found = read(code)
      return found && { code, text: found.first, consents: [...standing(found.texts)].map(([id, given]) => ({ id, given })) }
    },
    async copy(code) {
      const found = read(code)
      if (!found) return undefined
      const copies: ReceiptCopy['receipts'][number][] = []
      for (const row of found.rows) {
        const proof = await days.proof(row)
        copies.push({ jws: row.jws, ...(proof && { proof }) })
      }
      return { receipts: copies, key: parts.key }
    },
    async withdraw(code, purpose) {
      const found = read(code)
      if (!found || standing(found.texts).get(purpose) !== true || found.rows.length > MOST_FOLLOWING) return false
      const { iss, site, controller, terms, bind } = found.first
      const facts = { gateway: iss, site, controller, terms, clk: parts.clockSync(), bind, purposes: [{ id: purpose, basis: 'consent', given: false } as const] }
      const follows = { code, ref: found.first.jti, place: found.rows.length }
      const receipt = await makeReceipt(facts, effects.clock.now(), effects.random, parts.sign, follows)
      await writeInTime(parts, [storeReceipt(receipt, effects.clock.now())])
      return true
    },
    async audit() {
      await receipts.link()
      const position = receipts.firstFlaw() ?? null
      const flaw = position === null && parts.key !== undefined ? await days.firstFlaw(publicKey(parts.key)) : undefined
      return { position, day: flaw?.day ?? null }
    },
    async erase(code) {
      const rows = receipts.of(code)
      // The youngest first: what is found by the oldest must not outlive it.
      if (rows.length > 0) await receipts.erase(...rows.map(({ jti }) => jti).toReversed())
      return rows.length > 0
    },
  }
}
