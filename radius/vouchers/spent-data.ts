/**
 * An access server stops at the first packet that does not fit, and offloading makes packets of 64 kB, one in each direction: what is
 * left then lets nothing more through. Whoever came back for it would be told that they are online, again and again.
 */
const REMAINDER_OCTETS = 131_072
/** Of a voucher over next to nothing, no more than that part. */
const REMAINDER_SHARE = 8

/** @param octets of the whole voucher. One that nobody has used is good for all of it. */
export function isDataSpent(octets: number, usedOctets: number): boolean {
  return octets - usedOctets <= (usedOctets > 0 ? Math.min(REMAINDER_OCTETS, octets / REMAINDER_SHARE) : 0)
}
