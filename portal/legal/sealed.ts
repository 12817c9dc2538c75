// One envelope in another (protocols.md §9): the inner opens for holder B alone, the outer for holder A alone and only while A keeps the
// key of that day. A JWE for two recipients would open for either.
import type { KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { MalformedError } from '#shared/errors.ts'
import { recordsSchema, type LegalRecord } from './record.ts'

const HEADER = { alg: 'ECDH-ES', enc: 'A256GCM' } as const
const ALLOWED = { keyManagementAlgorithms: [HEADER.alg], contentEncryptionAlgorithms: [HEADER.enc] }
/** Lengths are powers of two from here on: one session and five cannot be told apart. */
const SMALLEST_BYTES = 2_048

// Most gateways seal nothing: what they never use stays out of their memory.
const encrypting = () => import('jose/jwe/compact/encrypt')
const decrypting = () => import('jose/jwe/compact/decrypt')

function padded(text: string): Buffer {
  const bytes = Buffer.byteLength(text)
  let size = SMALLEST_BYTES
  while (size < bytes) size *= 2
  // White space after a JSON text means nothing (RFC 8259 §2).
  const whole = Buffer.alloc(size, ' ')
  whole.write(text)
  return whole
}

export type SealTo = { readonly day: string; readonly outer: KeyObject; readonly inner: KeyObject }

/** @returns one line of the log. */
export async function seal(records: readonly LegalRecord[], { day, outer, inner }: SealTo): Promise<string> {
  const { CompactEncrypt } = await encrypting()
  const core = await new CompactEncrypt(padded(JSON.stringify(records))).setProtectedHeader(HEADER).encrypt(inner)
  return new CompactEncrypt(Buffer.from(core)).setProtectedHeader({ ...HEADER, cty: 'JWE', kid: day }).encrypt(outer)
}

/** What holder A does: the envelope for B comes out. @throws MalformedError `sealed` when this key does not open it. */
export async function openOuter(line: string, key: KeyObject): Promise<string> {
  const { compactDecrypt } = await decrypting()
  try {
    const { plaintext } = await compactDecrypt(line, key, ALLOWED)
    return Buffer.from(plaintext).toString('ascii')
  } catch {
    throw new MalformedError('sealed', 'this key does not open this line')
  }
}

/** What holder B does. @throws MalformedError `sealed` when this key does not open it. */
export async function openInner(core: string, key: KeyObject): Promise<LegalRecord[]> {
  const { compactDecrypt } = await decrypting()
  try {
    const { plaintext } = await compactDecrypt(core, key, ALLOWED)
    return v.parse(recordsSchema, JSON.parse(Buffer.from(plaintext).toString('utf8')))
  } catch {
    throw new MalformedError('sealed', 'this key does not open this envelope')
  }
}
