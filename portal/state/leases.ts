// How full the pool of addresses is, from dnsmasq's own list. Nothing of it is kept but whether nine tenths are taken.
import type { Pool } from '../gateway/network/dnsmasq.ts'

const NEARLY = 0.9
/** Below this it is over: at the border one lease more or less must not ring twice. */
const RELIEVED = 0.85

function numberOf(address: string): number {
  const bytes = address.split('.').map(Number)
  return bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255) ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : NaN
}

/** How many addresses the ranges hold. */
export function poolSize(pools: readonly Pool[]): number {
  return pools.reduce((sum, { first, last }) => sum + numberOf(last) - numberOf(first) + 1, 0)
}

/** Leases of the ranges that still run. A line is `<end in seconds since 1970, 0 never> <MAC> <address> <name> <client id>`. */
export function leasesIn(text: string, pools: readonly Pool[], nowMs: number): number {
  const ranges = pools.map(({ first, last }) => [numberOf(first), numberOf(last)] as const)
  return text.split('\n').filter((line) => {
    const [ends = '', , address = ''] = line.split(' ', 3)
    const at = numberOf(address)
    return (ends === '0' || Number(ends) * 1000 > nowMs) && ranges.some(([first, last]) => at >= first && at <= last)
  }).length
}

/** Takes each count of leases and tells whether the pool is nearly full. */
export function nearlyFull(size: number): (taken: number) => boolean {
  let ringing = false
  return (taken) => (ringing = size > 0 && taken >= size * (ringing ? RELIEVED : NEARLY))
}
