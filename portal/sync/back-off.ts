/** Full jitter: many gateways that lost the hub together must not return together. */
const FIRST_MS = 1_000
const LONGEST_MS = 15 * 60_000
/** Beyond this the doubling has passed the longest wait anyway. */
const MOST_DOUBLINGS = 12
const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60_000

/** Milliseconds before try number `failures + 1`: uniform between 0 and min(15 min, 1 s · 2^failures), at least what the hub asked for. */
export function backOff(failures: number, retryAfterMs: number, random: (length: number) => Buffer): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, MOST_DOUBLINGS))
  const share = random(4).readUInt32BE() / 2 ** 32
  return Math.max(Math.round(share * ceiling), retryAfterMs)
}

/** `Retry-After` (RFC 9110 §10.2.3) in milliseconds from `nowMs`: seconds or a date; 0 when absent or unreadable, at most a day. */
export function retryAfter(header: string | null, nowMs: number): number {
  if (header === null) return 0
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), LONGEST_RETRY_AFTER_MS) : 0
}
