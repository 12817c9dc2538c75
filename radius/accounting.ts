/** Accounting-Request (RFC 2866): believed, read into a report, stored, and only then acknowledged. */
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import type { HolderOf, LiveSessions } from './live-sessions.ts'
import { ACCOUNTING_STATUS, TERMINATE_CAUSES, type AccountingReport, type AccountingStatus, type AccountingStore, type TerminateCause } from './nas.ts'
import { CODES, type Packet } from './packet.ts'
import type { Answer, Request, Service } from './server.ts'
import { doubtSelfProving } from './trust.ts'

const GIGAWORD = 2 ** 32
const A = ATTRIBUTES

function byNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  const names = Object.keys(numbers) as Name[]
  return new Map(names.map((name) => [numbers[name], name]))
}
const STATUSES = byNumber<AccountingStatus>(ACCOUNTING_STATUS)
const CAUSES = byNumber<TerminateCause>(TERMINATE_CAUSES)

/** RFC 2869 §5.1: the 32-bit counter went round `high` times. */
function octets(packet: Packet, low: AttributeRow<number>, high: AttributeRow<number>): number | undefined {
  const value = packet.read(low)
  return value === undefined ? undefined : Math.min(value + (packet.read(high) ?? 0) * GIGAWORD, Number.MAX_SAFE_INTEGER)
}

/** When it happened: Event-Timestamp, else the arrival less Acct-Delay-Time (RFC 2866 §5.2). */
function eventSeconds(packet: Packet, nowMs: number): number {
  return packet.read(A['Event-Timestamp']) ?? Math.floor(nowMs / 1000) - (packet.read(A['Acct-Delay-Time']) ?? 0)
}

function terminateCause(packet: Packet): TerminateCause | undefined {
  const number = packet.read(A['Acct-Terminate-Cause'])
  return number === undefined ? undefined : CAUSES.get(number)
}

/** Leaves out the keys whose value is absent. */
function present<T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/**
 * @param nowMs wall clock, for senders without Event-Timestamp.
 * @throws MalformedError `attribute_value`, `status_type_unknown`, or `session_id_absent` (RFC 2866 §5.5 demands one).
 */
export function readAccountingReport(packet: Packet, nowMs: number): AccountingReport {
  const status = STATUSES.get(packet.read(A['Acct-Status-Type']) ?? 0)
  if (!status) throw new MalformedError('status_type_unknown', 'Acct-Status-Type is absent or none that we know')
  const aboutTheNas = status === 'on' || status === 'off'
  const acctSessionId = packet.read(A['Acct-Session-Id']) ?? ''
  if (acctSessionId === '' && !aboutTheNas) throw new MalformedError('session_id_absent', 'Acct-Session-Id is absent')
  return present<AccountingReport>({
    status,
    acctSessionId,
    nasIdentifier: packet.read(A['NAS-Identifier']) ?? packet.read(A['NAS-IP-Address']) ?? packet.read(A['NAS-IPv6-Address']) ?? '',
    userName: packet.read(A['User-Name']) ?? '',
    callingStationId: packet.read(A['Calling-Station-Id']),
    calledStationId: packet.read(A['Called-Station-Id']),
    eventSeconds: eventSeconds(packet, nowMs),
    sessionSeconds: packet.read(A['Acct-Session-Time']),
    inputOctets: octets(packet, A['Acct-Input-Octets'], A['Acct-Input-Gigawords']),
    outputOctets: octets(packet, A['Acct-Output-Octets'], A['Acct-Output-Gigawords']),
    inputPackets: packet.read(A['Acct-Input-Packets']),
    outputPackets: packet.read(A['Acct-Output-Packets']),
    terminateCause: terminateCause(packet),
    class: packet.read(A.Class),
  })
}

export type AccountingParts = {
  readonly store: Pick<AccountingStore, 'record'>
  readonly live: LiveSessions
  readonly holderOf: HolderOf
}

export function accountingService({ store, live, holderOf }: AccountingParts, effects: Pick<Effects, 'clock' | 'metrics'>): Service {
  const heard = new Map(
    Object.keys(ACCOUNTING_STATUS).map((status) => [status, effects.metrics.counter('parvis_radius_accounting_total', 'Accounting reports stored', { status })]),
  )

  async function answer({ packet, client, address }: Request): Promise<Answer> {
    const report = readAccountingReport(packet, effects.clock.now())
    const origin = { client: client.name, address }
    try {
      await store.record(origin, report)
    } catch {
      // The NAS keeps what we do not acknowledge and sends it again.
      return { silent: 'not_stored' }
    }
    live.heard(origin, report, holderOf)
    heard.get(report.status)?.()
    return { code: CODES.accountingResponse }
  }
  return { doubt: doubtSelfProving, answer, late: () => ({ silent: 'store_late' }), proves: () => false }
}
