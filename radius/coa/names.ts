/** How a request of RFC 5176 names a session and its access server (§3), read by our listener and written by our sender. */
import { isIPv4, isIPv6 } from 'node:net'
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import type { Packet } from '../packet.ts'
import type { PacketWriter } from '../packet-writer.ts'
import { canonicalIp } from '#shared/personal.ts'

const A = ATTRIBUTES

/** What a session is found by; all that is present must fit. At least one is. */
export type SessionTarget = { readonly acctSessionId?: string; readonly userName?: string; readonly callingStationId?: string }
/** The names of a session of which some were never told. */
export type MaybeNamed = { readonly [Name in keyof SessionTarget]: SessionTarget[Name] | undefined }
/** One row a name: the attribute that carries it. */
const SESSION_NAMES: readonly (readonly [keyof SessionTarget, AttributeRow<string>])[] = [
  ['acctSessionId', A['Acct-Session-Id']], ['userName', A['User-Name']], ['callingStationId', A['Calling-Station-Id']],
]

/** What we are called: a request that names another access server is not for us. */
export type OwnNames = { readonly nasIdentifier?: string | undefined; addresses(): readonly string[] }

/** Numbers of the attributes that name a session or an access server. */
export const NAMING: ReadonlySet<number> = new Set(
  [...SESSION_NAMES.map(([, row]) => row), A['NAS-Identifier'], A['NAS-IP-Address'], A['NAS-IPv6-Address']].map(({ number }) => number),
)

/** @throws MalformedError `attribute_value`. Undefined when the packet names no session. */
export function sessionTarget(packet: Packet): SessionTarget | undefined {
  const found: { -readonly [Key in keyof SessionTarget]: SessionTarget[Key] } = {}
  for (const [name, row] of SESSION_NAMES) {
    const value = packet.read(row)
    if (value !== undefined) found[name] = value
  }
  return Object.keys(found).length > 0 ? found : undefined
}

/** @throws MalformedError `attribute_value`. */
export function namesAnotherNas(packet: Packet, own: OwnNames): boolean {
  const identifier = packet.read(A['NAS-Identifier'])
  if (identifier !== undefined && own.nasIdentifier !== undefined && identifier !== own.nasIdentifier) return true
  const named = [packet.read(A['NAS-IP-Address']), packet.read(A['NAS-IPv6-Address'])].filter((address) => address !== undefined)
  if (named.length === 0) return false
  const ours = own.addresses()
  return named.some((address) => !ours.includes(canonicalIp(address)))
}

/**
 * @param nas as accounting reports it: the NAS-Identifier or, where there was none, the NAS address. A NAS whose identifier looks
 * like an address is given it as an address: it is the same place.
 */
export function writeNames(writer: PacketWriter, nas: string, target: MaybeNamed): void {
  if (isIPv4(nas)) writer.add(A['NAS-IP-Address'], nas)
  else if (isIPv6(nas)) writer.add(A['NAS-IPv6-Address'], nas)
  else if (nas !== '') writer.add(A['NAS-Identifier'], nas)
  for (const [name, row] of SESSION_NAMES) {
    const value = target[name]
    // RFC 2865 §5: an attribute without a value must not be sent.
    if (value !== undefined && value !== '') writer.add(row, value)
  }
}
