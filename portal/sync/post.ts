import { gzipSync } from 'node:zlib'
import { MOST_BATCHES_PER_POST, MOST_INFLATED_BYTES, MOST_POST_BYTES, POST_TYP, type Ranges } from '#shared/batch.ts'
import { toRanges } from '#shared/ranges.ts'
import { signJws, type DeviceKey } from '#shared/sign.ts'
import type { WaitingBatch } from './outbox.ts'

/** Base 64 makes 4 bytes of 3, and the header needs room. */
const MOST_PAYLOAD_BYTES = Math.floor(((MOST_INFLATED_BYTES - 4_096) * 3) / 4)

export type SignedPost = { readonly kind: 'post'; readonly body: Buffer; readonly seqs: Ranges }
/** A batch that no POST can carry: it stays in the outbox, marked, because nothing is dropped silently. */
export type TooLarge = { readonly kind: 'too-large'; readonly seq: number }

/** Events are joined as they were stored: the hub's SHA-256 is over exactly these bytes. */
function payloadOf(batches: readonly WaitingBatch[]): Buffer {
  const parts: Buffer[] = [Buffer.from('[')]
  for (const [index, { bytes }] of batches.entries()) parts.push(...(index > 0 ? [Buffer.from(',')] : []), bytes)
  parts.push(Buffer.from(']'))
  return Buffer.concat(parts)
}

/** Signs as many of `batches` as one POST holds (`hub.md` rule 4), and compresses it. `next` is the token of the hub's last reply. */
export async function buildPost(key: DeviceKey, next: string, batches: readonly WaitingBatch[]): Promise<SignedPost | TooLarge> {
  let some = batches.slice(-MOST_BATCHES_PER_POST)
  for (;;) {
    const payload = payloadOf(some)
    if (payload.length <= MOST_PAYLOAD_BYTES) {
      const body = gzipSync(await signJws(key, POST_TYP, payload, { header: { next } }))
      if (body.length <= MOST_POST_BYTES) return { kind: 'post', body, seqs: toRanges(some.map(({ seq }) => seq)) }
    }
    const [only] = some
    if (only && some.length === 1) return { kind: 'too-large', seq: only.seq }
    some = some.slice(Math.ceil(some.length / 2))
  }
}
