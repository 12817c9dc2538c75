/** Accounting-Request → report: one walk over the packet, one row for each attribute that we use. */
import { MalformedError } from '#shared/errors.ts'
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { ACCOUNTING_STATUS, TERMINATE_CAUSES, type AccountingReport, type AccountingStatus, type TerminateCause } from '../nas.ts'
import { HEADER_BYTES, type Packet } from '../packet.ts'

const GIGAWORD = 2 ** 32
const A = ATTRIBUTES

function byNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  const names = Object.keys(numbers) as Name[]
  return new Map(names.map((name) => [numbers[name], name]))
}
const STATUSES = byNumber<AccountingStatus>(ACCOUNTING_STATUS)
const CAUSES = byNumber<TerminateCause>(TERMINATE_CAUSES)

/** The first value of each attribute, as it came. */
type Heard = {
  status: number | undefined; delaySeconds: number | undefined; eventSeconds: number | undefined; cause: number | undefined
  userName: string | undefined; acctSessionId: string | undefined; callingStationId: string | undefined; calledStationId: string | undefined
  nasIdentifier: string | undefined; nasIp: string | undefined; nasIpv6: string | undefined
  sessionSeconds: number | undefined; interimSeconds: number | undefined
  inputOctets: number | undefined; outputOctets: number | undefined; inputGigawords: number | undefined; outputGigawords: number | undefined
  inputPackets: number | undefined; outputPackets: number | undefined; class: Uint8Array | undefined
}
type Take = (heard: Heard, bytes: Buffer, from: number, to: number) => void

const TAKES: (Take | undefined)[] = Array.from({ length: 256 })

/** @throws MalformedError `attribute_value`, when a packet has a value that is none of the row's type. */
function takes<V>({ number, type }: AttributeRow<V>, put: (heard: Heard, value: V) => void): void {
  TAKES[number] = (heard, bytes, from, to) => put(heard, type.decode(bytes, from, to))
}
takes(A['Acct-Status-Type'], (heard, value) => (heard.status ??= value))
takes(A['Acct-Delay-Time'], (heard, value) => (heard.delaySeconds ??= value))
takes(A['Event-Timestamp'], (heard, value) => (heard.eventSeconds ??= value))
takes(A['Acct-Terminate-Cause'], (heard, value) => (heard.cause ??= value))
takes(A['User-Name'], (heard, value) => (heard.userName ??= value))
takes(A['Acct-Session-Id'], (heard, value) => (heard.acctSessionId ??= value))
takes(A['Calling-Station-Id'], (heard, value) => (heard.callingStationId ??= value))
takes(A['Called-Station-Id'], (heard, value) => (heard.calledStationId ??= value))
takes(A['NAS-Identifier'], (heard, value) => (heard.nasIdentifier ??= value))
takes(A['NAS-IP-Address'], (heard, value) => (heard.nasIp ??= value))
takes(A['NAS-IPv6-Address'], (heard, value) => (heard.nasIpv6 ??= value))
takes(A['Acct-Session-Time'], (heard, value) => (heard.sessionSeconds ??= value))
takes(A['Acct-Interim-Interval'], (heard, value) => (heard.interimSeconds ??= value))
takes(A['Acct-Input-Octets'], (heard, value) => (heard.inputOctets ??= value))
takes(A['Acct-Output-Octets'], (heard, value) => (heard.outputOctets ??= value))
takes(A['Acct-Input-Gigawords'], (heard, value) => (heard.inputGigawords ??= value))
takes(A['Acct-Output-Gigawords'], (heard, value) => (heard.outputGigawords ??= value))
takes(A['Acct-Input-Packets'], (heard, value) => (heard.inputPackets ??= value))
takes(A['Acct-Output-Packets'], (heard, value) => (heard.outputPackets ??= value))
takes(A.Class, (heard, value) => (heard.class ??= value))

function nothing(): Heard {
  return {
    status: undefined, delaySeconds: undefined, eventSeconds: undefined, cause: undefined,
    userName: undefined, acctSessionId: undefined, callingStationId: undefined, calledStationId: undefined,
    nasIdentifier: undefined, nasIp: undefined, nasIpv6: undefined, sessionSeconds: undefined, interimSeconds: undefined,
    inputOctets: undefined, outputOctets: undefined, inputGigawords: undefined, outputGigawords: undefined,
    inputPackets: undefined, outputPackets: undefined, class: undefined,
  }
}

function hear({ bytes, end }: Packet): Heard {
  const heard = nothing()
  for (let at = HEADER_BYTES; at < end; ) {
    const next = at + (bytes[at + 1] ?? end)
    TAKES[bytes[at] ?? 0]?.(heard, bytes, at + 2, next)
    at = next
  }
  return heard
}

/** RFC 2869 §5.1: the 32-bit counter went round `high` times. */
function octets(low: number | undefined, high: number | undefined): number | undefined {
  return low === undefined ? undefined : Math.min(low + (high ?? 0) * GIGAWORD, Number.MAX_SAFE_INTEGER)
}

/**
 * Undefined for an Acct-Status-Type that begins, continues or ends no session: tunnels (9–14, RFC 2867), failures (15, RFC 2866 §5.1)
 * and whatever a vendor has made up.
 * @param nowMs wall clock, for senders without Event-Timestamp.
 * @throws MalformedError `attribute_value`, `status_type_absent` (RFC 2866 §5.13), or `session_id_absent` (§5.5 demands one).
 */
export function readAccountingReport(packet: Packet, nowMs: number): AccountingReport | undefined {
  const heard = hear(packet)
  if (heard.status === undefined) throw new MalformedError('status_type_absent', 'Acct-Status-Type is absent')
  const status = STATUSES.get(heard.status)
  if (!status) return undefined
  const acctSessionId = heard.acctSessionId ?? ''
  if (acctSessionId === '' && status !== 'on' && status !== 'off') throw new MalformedError('session_id_absent', 'Acct-Session-Id is absent')
  return {
    status,
    acctSessionId,
    nasIdentifier: heard.nasIdentifier ?? heard.nasIp ?? heard.nasIpv6 ?? '',
    userName: heard.userName ?? '',
    callingStationId: heard.callingStationId,
    calledStationId: heard.calledStationId,
    // When it happened: Event-Timestamp, else the arrival less Acct-Delay-Time (RFC 2866 §5.2).
    eventSeconds: heard.eventSeconds ?? Math.floor(nowMs / 1000) - (heard.delaySeconds ?? 0),
    delaySeconds: heard.delaySeconds,
    sessionSeconds: heard.sessionSeconds,
    interimSeconds: heard.interimSeconds,
    inputOctets: octets(heard.inputOctets, heard.inputGigawords),
    outputOctets: octets(heard.outputOctets, heard.outputGigawords),
    inputPackets: heard.inputPackets,
    outputPackets: heard.outputPackets,
    terminateCause: heard.cause === undefined ? undefined : CAUSES.get(heard.cause),
    class: heard.class,
  }
}
