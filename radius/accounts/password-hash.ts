/** People's passwords at rest: argon2id (RFC 9106), written down with its costs so that these can be raised. */
import { argon2 } from 'node:crypto'
import { UnavailableError } from '#shared/errors.ts'
import { equalBytes } from '#shared/keyed-mac.ts'

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }
/** 19 MiB and two passes took 26 ms where this was written; RFC 9106 §4 says how to weigh one against the other. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
const FORM = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/

/** What is mixed in beside the password: `key` so that a hash proves nothing under another name, `pepper` from the device key. */
export type Mixed = { readonly key: Uint8Array; readonly pepper: Uint8Array }

function tagOf(password: Uint8Array, salt: Uint8Array, { memory, passes, parallelism }: Cost, { key, pepper }: Mixed): Promise<Buffer> {
  const parameters = { message: password, nonce: salt, memory, passes, parallelism, tagLength: TAG_BYTES, secret: pepper, associatedData: key }
  return new Promise((resolve, reject) => argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(Buffer.from(tag)))))
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/** In the PHC string format, without naming what is mixed in. Takes tens of milliseconds of a thread of libuv's pool. */
export async function hashPassword(password: Uint8Array, mixed: Mixed, random: (length: number) => Uint8Array): Promise<string> {
  const salt = random(SALT_BYTES)
  const tag = await tagOf(password, salt, COST, mixed)
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(tag)}`
}

/** @throws (rejects) UnavailableError `account_hash` when the row holds no hash. */
export async function passwordMatches(hash: string, password: Uint8Array, mixed: Mixed): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = FORM.exec(hash) ?? []
  if (salt === undefined || tag === undefined) throw new UnavailableError('account_hash', 'accounts.db holds no password hash where one should be')
  const cost: Cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return equalBytes(await tagOf(password, Buffer.from(salt, 'base64'), cost, mixed), Buffer.from(tag, 'base64'))
}
