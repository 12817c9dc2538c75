// One answer, one window: what ten segments carry (RFC 6928) arrives in one round trip, and there is nothing else to fetch.
import { gzipSync } from 'node:zlib'

/** Of 14 kB, the rest is for the head. */
const MOST_PLAIN_BYTES = 13_000
const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0?\.[0-9]*[1-9])[0-9.]*\s*)?(?:,|$)/i

/**
 * A page that would need a second round trip, compressed for whoever takes that; undefined for all others, which are most pages
 * and cost nothing here. What is secret on a page is drawn anew for each answer or was given to this reader alone by its
 * address, so that its length tells nobody anything (BREACH needs the same secret beside many guesses).
 */
export function squeezed(page: string | Uint8Array, accepted: string | undefined): Buffer<ArrayBuffer> | undefined {
  if (page.length <= MOST_PLAIN_BYTES / 3 || Buffer.byteLength(page) <= MOST_PLAIN_BYTES) return undefined
  return accepted !== undefined && GZIP.test(accepted) ? gzipSync(page) : undefined
}
