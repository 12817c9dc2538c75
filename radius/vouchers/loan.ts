/** What a gateway knows of a voucher that it was lent. */
import type { LeaseGrant, LeaseQuestion } from '#shared/voucher-lease.ts'
import type { LeaseRow } from './city-table.ts'
import { MINUTE_MS } from './table.ts'

export type Used = { readonly seconds: number; readonly octets: number }
export type Lease = { readonly id: string; readonly seconds: number; readonly places: number; readonly grantedMs: number; /** On the clock that does not jump. */ readonly endsMs: number }
/** Asked and not answered: asked again word by word until it is, so that nothing is taken out twice. */
export type Pending = { readonly question: Question; readonly used: Used }
/** A question but for what only its messenger knows. */
export type Question = Omit<LeaseQuestion, 'aud' | 'minute'>

export type Loan = {
  /** Somebody made it, as far as this gateway can tell. */
  known: boolean
  /** In memory only, while somebody uses it: the hub is asked by it once. */
  code: string | undefined
  lease: Lease | undefined
  pending: Pending | undefined
  /** Of the whole voucher when the lease was granted, what this lease took out included; undefined is without that limit. */
  left: { readonly seconds: number | undefined; readonly octets: number | undefined }
  untilMinute: number | undefined
  /** At once, in the whole city; 0: any number. */
  devices: number
  downKbps: number | undefined
  upKbps: number | undefined
  /** What of the use here its hub has heard. */
  told: Used
  /** When it was last brought here, in days since 1970. */
  day: number
  /** Questions under way: meanwhile it is not over. */
  busy: number
}

export const NOTHING: Used = { seconds: 0, octets: 0 }

export function newLoan(code: string | undefined, day: number): Loan {
  return { known: false, code, lease: undefined, pending: undefined, left: { seconds: undefined, octets: undefined }, untilMinute: undefined, devices: 1, downKbps: undefined, upKbps: undefined, told: NOTHING, day, busy: 0 }
}

/** Each device of several uses as much in the same time, so that it is over sooner. */
export function leaseOf({ id, seconds, places }: Pick<LeaseGrant, 'id' | 'seconds' | 'places'>, nowMs: number): Lease {
  return { id, seconds, places, grantedMs: nowMs, endsMs: nowMs + (seconds * 1_000) / places }
}

export function take(loan: Loan, grant: LeaseGrant, told: Used, nowMs: number): void {
  Object.assign(loan, {
    known: true, lease: leaseOf(grant, nowMs), left: { seconds: grant.left_seconds, octets: grant.left_octets }, untilMinute: grant.until_minute,
    devices: grant.devices, downKbps: grant.down_kbps, upKbps: grant.up_kbps, told,
  } satisfies Partial<Loan>)
}

export function rowOf(id: string, loan: Loan, now: { readonly wallMs: number; readonly steadyMs: number }): LeaseRow {
  const { lease, left, told, day, devices } = loan
  return {
    voucher: Buffer.from(id, 'hex'), lease: lease ? Buffer.from(lease.id, 'hex') : null, seconds: lease?.seconds ?? 0, places: lease?.places ?? 1,
    ends_minute: lease ? Math.floor((now.wallMs + lease.endsMs - now.steadyMs) / MINUTE_MS) : 0,
    left_seconds: left.seconds ?? null, left_octets: left.octets ?? null, until_minute: loan.untilMinute ?? null, devices,
    down_kbps: loan.downKbps ?? null, up_kbps: loan.upKbps ?? null, told_seconds: told.seconds, told_octets: told.octets, day,
  }
}

/** After a restart. A wall clock that was wrong makes a lease no longer than it was. */
export function loanOf(row: LeaseRow, now: { readonly wallMs: number; readonly steadyMs: number }): Loan {
  const wholeMs = (row.seconds * 1_000) / row.places
  const leftMs = Math.min(wholeMs, Math.max(0, row.ends_minute * MINUTE_MS - now.wallMs))
  const endsMs = now.steadyMs + leftMs
  return {
    ...newLoan(undefined, row.day),
    known: true,
    lease: row.lease ? { id: row.lease.toString('hex'), seconds: row.seconds, places: row.places, grantedMs: endsMs - wholeMs, endsMs } : undefined,
    left: { seconds: row.left_seconds ?? undefined, octets: row.left_octets ?? undefined },
    untilMinute: row.until_minute ?? undefined, devices: row.devices, downKbps: row.down_kbps ?? undefined, upKbps: row.up_kbps ?? undefined,
    told: { seconds: row.told_seconds, octets: row.told_octets },
  }
}
