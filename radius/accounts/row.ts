/** One account as it lies in accounts.db: nothing in it tells whose it is. */
import { MalformedError } from '#shared/errors.ts'
import { ACCOUNT_KEY_BYTES, VERIFIER_BYTES } from './keys.ts'

/** The place in the list is what stands in the table: add at the end only. */
export const ACCOUNT_KINDS = ['person', 'machine'] as const
/** People choose passwords, of which a slow hash is kept (PAP only); machines are given secrets, kept sealed (CHAP and MS-CHAPv2 too). */
export type AccountKind = (typeof ACCOUNT_KINDS)[number]
export function isAccountKind(value: unknown): value is AccountKind {
  return ACCOUNT_KINDS.some((kind) => kind === value)
}

export const MOST_LABEL_CHARACTERS = 100
/** More devices than anyone has: zero says as many as come. */
export const MOST_SESSIONS = 1_000
const MOST_PROOF_BYTES = 1_024

export type AccountRow = {
  /** 16 bytes, as AccountKeys.nameKey makes them. */
  readonly key: Buffer
  readonly kind: AccountKind
  /** A person's argon2id hash as text; a machine's sealed secret. */
  readonly proof: Buffer
  /** A machine's, for PAP. */
  readonly verifier: Buffer | undefined
  /** Days since 1970. */
  readonly madeDay: number
  readonly label: string
  /** Sessions at the same time; 0 is without limit, undefined what the profile says. */
  readonly sessions: number | undefined
}

export const ACCOUNT_MIGRATIONS: readonly string[] = [
  `create table account (
     key blob primary key, kind integer not null, check_high integer, check_low integer, sessions integer,
     made_day integer not null, label text not null, proof blob not null
   ) strict, without rowid;
   -- An import gathers here and becomes valid all at once.
   create table account_staged (
     key blob primary key, kind integer not null, check_high integer, check_low integer, sessions integer,
     made_day integer not null, label text not null, proof blob not null
   ) strict, without rowid`,
]

/** An account on its way from a command to the running server. */
export function accountToJson({ key, proof, verifier, ...rest }: AccountRow): Readonly<Record<string, unknown>> {
  return { ...rest, key: key.toString('base64'), proof: proof.toString('base64'), verifier: verifier?.toString('base64') }
}

function bytesOf(value: unknown, wanted: (length: number) => boolean, name: string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
  if (!bytes || !wanted(bytes.length)) throw new MalformedError('account_row', `${name} of an account has not the right form`)
  return bytes
}
function wholeOf(value: unknown, most: number, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) throw new MalformedError('account_row', `${name} of an account is not a number from 0 to ${most}`)
  return value
}

/** @throws MalformedError `account_row`. */
export function accountFromJson(value: unknown): AccountRow {
  const { key, kind, proof, verifier, madeDay, label, sessions } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (!isAccountKind(kind)) throw new MalformedError('account_row', 'kind of an account is neither person nor machine')
  if (typeof label !== 'string' || label.length > MOST_LABEL_CHARACTERS) throw new MalformedError('account_row', `label of an account is longer than ${MOST_LABEL_CHARACTERS} characters`)
  return {
    kind,
    label,
    key: bytesOf(key, (length) => length === ACCOUNT_KEY_BYTES, 'key'),
    proof: bytesOf(proof, (length) => length > 0 && length <= MOST_PROOF_BYTES, 'proof'),
    verifier: kind === 'machine' ? bytesOf(verifier, (length) => length === VERIFIER_BYTES, 'verifier') : undefined,
    madeDay: wholeOf(madeDay, Number.MAX_SAFE_INTEGER, 'madeDay'),
    sessions: sessions === undefined || sessions === null ? undefined : wholeOf(sessions, MOST_SESSIONS, 'sessions'),
  }
}
