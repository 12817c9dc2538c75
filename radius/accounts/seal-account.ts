import { encodeBase32 } from '#shared/base32.ts'
import { UsageError } from '#shared/errors.ts'
import { printedCode } from '../vouchers/code.ts'
import type { AccountKeys } from './keys.ts'
import { canonicalName, nameProblem } from './name.ts'
import { hashPassword } from './password-hash.ts'
import type { AccountKind, AccountRow } from './row.ts'
import { sealSecret } from './sealed-secret.ts'

/** RFC 2865 §5.2: what User-Password carries. */
const MOST_PASSWORD_BYTES = 128
/** NIST SP 800-63B (2017) §5.1.1.2: characters of a password that a person chose. Who guesses is slowed down, a stolen file is not. */
const LEAST_PASSWORD_CHARACTERS = 8
/** 120 bits: 24 digits. */
const SECRET_BYTES = 15

/** An account in clear, as a person typed it or a file has it. */
export type NewAccount = {
  readonly name: string
  readonly kind: AccountKind
  readonly password: string
  readonly label: string
  readonly sessions: number | undefined
}

/** A secret for a machine: 120 bits in base 32, grouped as it is printed. */
export function machineSecret(random: (length: number) => Uint8Array): string {
  return printedCode(encodeBase32(random(SECRET_BYTES)))
}

/** Why nothing can be this account, in words; undefined when it can. */
export function accountProblem({ name, kind, password }: Pick<NewAccount, 'name' | 'kind' | 'password'>): string | undefined {
  const bytes = Buffer.byteLength(password)
  if (bytes === 0) return 'the password is empty'
  if (bytes > MOST_PASSWORD_BYTES) return `the password is longer than ${MOST_PASSWORD_BYTES} bytes`
  // RFC 2865 §5.2 pads with zeros: at the end they cannot be told from the password.
  if (password.endsWith('\0')) return 'the password ends with a zero byte'
  if (kind === 'person' && Array.from(password).length < LEAST_PASSWORD_CHARACTERS) {
    return `the password is shorter than ${LEAST_PASSWORD_CHARACTERS} characters: take a longer one, such as a few words`
  }
  return nameProblem(name)
}

/**
 * What may be written down of an account. A person's takes tens of milliseconds of another thread.
 * @throws (rejects) UsageError `account` with what is wrong, in words.
 */
export async function sealAccount(keys: AccountKeys, account: NewAccount, madeDay: number, random: (length: number) => Buffer): Promise<AccountRow> {
  const problem = accountProblem(account)
  if (problem !== undefined) throw new UsageError('account', problem)
  const { kind, label, sessions } = account
  const key = keys.nameKey(canonicalName(account.name))
  const password = Buffer.from(account.password)
  const row = { key, kind, madeDay, label, sessions }
  if (kind === 'machine') return { ...row, proof: sealSecret(keys.sealing, key, password, random), verifier: keys.verifier(key, password) }
  return { ...row, proof: Buffer.from(await hashPassword(password, { key, pepper: keys.pepper }, random)), verifier: undefined }
}
