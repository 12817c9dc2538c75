import { createHash } from 'node:crypto'

/** RFC 1994 §4.1, as RFC 2865 §5.3 has it for CHAP-Password: MD5 over identifier, secret and challenge. */
export function chapResponse(identifier: number, password: string, challenge: Uint8Array): Buffer {
  return md5Of(Buffer.of(identifier), Buffer.from(password, 'utf8'), challenge)
}

/** MD5 because these protocols prescribe it; nothing of ours relies on it. */
export function md5Of(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
