// Pure: what a gateway is given of a voucher of the city. What it is given is taken out at once, and only the gateway itself can give
// the rest back: no timer does, so that nothing is spent twice by whoever was cut off meanwhile (protocols.md §7).
import { isDataSpent } from '#radius/vouchers/spent-data.ts'
import { LEASE_OCTETS, LEASE_SECONDS, type LeaseRefusal } from '#shared/voucher-lease.ts'

export type CityTerms = {
  /** Time online of all devices together. */
  readonly seconds: number | undefined
  /** In both directions together. */
  readonly octets: number | undefined
  /** Minutes since 1970: good before this one. */
  readonly untilMinute: number | undefined
  /** How long it is good from its first use on. */
  readonly validMinutes: number | undefined
  /** At once; 0 is without limit. */
  readonly devices: number
  readonly downKbps: number | undefined
  readonly upKbps: number | undefined
}

export type CityVoucher = {
  readonly terms: CityTerms
  readonly void: boolean
  /** Leases that are out included. */
  readonly usedSeconds: number
  readonly usedOctets: number
  /** Set at the first use, where `validMinutes` says so. */
  readonly endsMinute: number | undefined
}

/** Another gateway's, neither given back nor over. */
export type LiveLease = { readonly id: Buffer; readonly places: number; readonly endsMinute: number }

export type Granted = {
  readonly kind: 'granted'
  readonly seconds: number
  readonly octets: number
  readonly places: number
  readonly endsMinute: number
  readonly untilMinute: number | undefined
  /** These have to go: whoever walks on to the next square takes the voucher along. */
  readonly moved: readonly Buffer[]
}
export type Ruling = Granted | { readonly kind: 'refused'; readonly reason: LeaseRefusal }

const HOUR_MINUTES = 60

function refused(reason: LeaseRefusal): Ruling {
  return { kind: 'refused', reason }
}

/** To the full hour, in favour of its holder: what is kept tells no minute at which somebody came. */
export function endOfValidity(nowMinute: number, validMinutes: number): number {
  return Math.ceil((nowMinute + validMinutes) / HOUR_MINUTES) * HOUR_MINUTES
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

/** The oldest leases of other gateways that leave no room for `places` more. */
function inTheWay(others: readonly LiveLease[], devices: number, places: number): Buffer[] {
  let taken = others.reduce((sum, lease) => sum + lease.places, 0)
  const oldestFirst = [...others].sort((a, b) => a.endsMinute - b.endsMinute)
  const gone: Buffer[] = []
  for (const lease of devices === 0 ? [] : oldestFirst) {
    if (taken + places <= devices) break
    gone.push(lease.id)
    taken -= lease.places
  }
  return gone
}

export function rule(voucher: CityVoucher, places: number, others: readonly LiveLease[], nowMinute: number): Ruling {
  const { terms } = voucher
  if (voucher.void) return refused('void')
  const fromNow = terms.validMinutes === undefined ? undefined : endOfValidity(nowMinute, terms.validMinutes)
  const untilMinute = earlier(terms.untilMinute, voucher.endsMinute ?? fromNow)
  if (untilMinute !== undefined && nowMinute >= untilMinute) return refused('expired')
  const seconds = Math.min(LEASE_SECONDS, (terms.seconds ?? Infinity) - voucher.usedSeconds)
  const octets = Math.min(LEASE_OCTETS, (terms.octets ?? Infinity) - voucher.usedOctets)
  if (terms.seconds !== undefined && seconds < 1) return refused('spent')
  if (terms.octets !== undefined && isDataSpent(terms.octets, voucher.usedOctets)) return refused('spent')
  if (terms.devices > 0 && places > terms.devices) return refused('in_use')
  return {
    kind: 'granted',
    seconds: terms.seconds === undefined ? LEASE_SECONDS : seconds,
    octets: terms.octets === undefined ? 0 : octets,
    places,
    endsMinute: nowMinute + Math.ceil(LEASE_SECONDS / 60),
    untilMinute,
    moved: inTheWay(others, terms.devices, places),
  }
}
