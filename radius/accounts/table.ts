/** How an account lies in its row, and back. */
import type { Statement } from '#shared/db/group-commit.ts'
import { UnavailableError } from '#shared/errors.ts'
import { VERIFIER_BYTES } from './keys.ts'
import { ACCOUNT_KINDS, type AccountKind, type AccountRow } from './row.ts'

export type FindRow = { kind: number; check_high: number | null; check_low: number | null; sessions: number | null }
export type ListRow = { key: string; kind: number; made_day: number; label: string; sessions: number | null }

export const COLUMNS = 'key, kind, check_high, check_low, sessions, made_day, label, proof'
export const PERSON = ACCOUNT_KINDS.indexOf('person')
/** Two numbers cost a quarter of a look-up less than a blob. */
const HALF = VERIFIER_BYTES / 2
const PUT = (table: string): string => `insert or replace into ${table} (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`

export function putStatement(table: 'account' | 'account_staged', { key, kind, proof, verifier, madeDay, label, sessions }: AccountRow): Statement {
  const [high, low] = verifier ? [verifier.readUIntBE(0, HALF), verifier.readUIntBE(HALF, HALF)] : [null, null]
  return { sql: PUT(table), values: [key, ACCOUNT_KINDS.indexOf(kind), high, low, sessions ?? null, madeDay, label, proof] }
}

/** A verifier as two numbers of 48 bits. */
export type Check = { readonly checkHigh: number | undefined; readonly checkLow: number | undefined }

/** Both halves always. What is compared is a hash under a key of ours: nobody can steer where it differs. */
export function sameCheck(verifier: Buffer, { checkHigh, checkLow }: Check): boolean {
  return Number(verifier.readUIntBE(0, HALF) === checkHigh) + Number(verifier.readUIntBE(HALF, HALF) === checkLow) === 2
}

/** @throws UnavailableError `account_kind` */
export function kindOf(number: number): AccountKind {
  const kind = ACCOUNT_KINDS[number]
  if (!kind) throw new UnavailableError('account_kind', 'accounts.db holds a kind of account that this version does not know')
  return kind
}
