/** Disconnect-Request (RFC 5176): a RADIUS server asks us, the NAS, to end a session. */
import type { Effects, Running } from '#shared/effects.ts'
import { ATTRIBUTES } from './attributes.ts'
import { clientTable } from './clients.ts'
import { CODES, HEADER_BYTES, type Packet } from './packet.ts'
import type { Limits } from './pending.ts'
import { openDoor, type Answer, type Request, type Service } from './server.ts'
import type { ClientSettings } from './settings.ts'
import { doubtSelfProving } from './trust.ts'

const A = ATTRIBUTES
/** RFC 5176 §6.3. */
const EVENT_WINDOW_SECONDS = 300
/** RFC 5176 §3.5. */
export const ERROR_CAUSES = { unsupportedAttribute: 401, missingAttribute: 402, nasMismatch: 403, unsupportedExtension: 406, sessionNotFound: 503, resourcesUnavailable: 506 } as const

/** What names the session, what names the NAS, and what every request may carry. */
const UNDERSTOOD = new Set(
  [A['User-Name'], A['Calling-Station-Id'], A['Acct-Session-Id'], A['NAS-Identifier'], A['NAS-IP-Address'], A['NAS-IPv6-Address'],
    A['Proxy-State'], A['Event-Timestamp'], A['Message-Authenticator']].map(({ number }) => number),
)

export type DynamicAuthorizationSettings = {
  readonly hosts: readonly string[]
  /** 0 asks for any free port (tests). */
  readonly port: number
  /** Who may ask: the servers that we ask, and `local`. */
  readonly sources: readonly ClientSettings[]
  /** Our own name; a request that names another NAS is refused. */
  readonly nasIdentifier?: string
  readonly limits?: Partial<Limits>
}

/** RFC 5176 §3: what a session is found by; all that is present must fit. At least one is. */
export type SessionTarget = { readonly acctSessionId?: string; readonly userName?: string; readonly callingStationId?: string }

export type DynamicAuthorizationActions = {
  /** Ends the session; resolves to false when none fits. The acknowledgement leaves after that. */
  disconnect(target: SessionTarget): Promise<boolean>
}

function sessionTarget(packet: Packet): SessionTarget | undefined {
  const acctSessionId = packet.read(A['Acct-Session-Id'])
  const userName = packet.read(A['User-Name'])
  const callingStationId = packet.read(A['Calling-Station-Id'])
  const target = { ...(acctSessionId && { acctSessionId }), ...(userName && { userName }), ...(callingStationId && { callingStationId }) }
  return Object.keys(target).length > 0 ? target : undefined
}

/** RFC 5176 §3: every attribute is mandatory. One that we cannot compare might name another session than the rest. */
function onlyUnderstood(packet: Packet): boolean {
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) if (!UNDERSTOOD.has(packet.bytes[at] ?? 0)) return false
  return true
}

type Cause = keyof typeof ERROR_CAUSES

function nak(code: number, cause: Cause): Answer {
  return { code, refused: `nak_${ERROR_CAUSES[cause]}`, write: (writer) => void writer.add(A['Error-Cause'], ERROR_CAUSES[cause]) }
}

/** @throws UsageError `port` naming `radius.coa_port`, or `client_address`, `client_secret`. */
export async function listenDynamicAuthorization(
  settings: DynamicAuthorizationSettings,
  effects: Effects,
  actions: DynamicAuthorizationActions,
): Promise<Running & { port: number }> {
  function doubt(packet: Packet, client: Parameters<Service['doubt']>[1]): string | undefined {
    const wrong = doubtSelfProving(packet, client)
    if (wrong) return wrong
    const at = packet.read(A['Event-Timestamp'])
    const off = at === undefined ? 0 : Math.abs(at - effects.clock.now() / 1000)
    return off > EVENT_WINDOW_SECONDS ? 'event_timestamp_outside' : undefined
  }

  async function disconnect({ packet }: Request): Promise<Answer> {
    const nas = packet.read(A['NAS-Identifier'])
    if (nas !== undefined && settings.nasIdentifier !== undefined && nas !== settings.nasIdentifier) return nak(CODES.disconnectNak, 'nasMismatch')
    if (!onlyUnderstood(packet)) return nak(CODES.disconnectNak, 'unsupportedAttribute')
    const target = sessionTarget(packet)
    if (!target) return nak(CODES.disconnectNak, 'missingAttribute')
    return (await actions.disconnect(target)) ? { code: CODES.disconnectAck } : nak(CODES.disconnectNak, 'sessionNotFound')
  }

  const proves = (packet: Packet): boolean => packet.has(A['Message-Authenticator'])
  const services = new Map<number, Service>([
    [CODES.disconnectRequest, { doubt, answer: disconnect, late: () => nak(CODES.disconnectNak, 'resourcesUnavailable'), proves }],
    // Changing a running session comes later; until then the RFC's plain answer.
    [CODES.coaRequest, { doubt, answer: () => nak(CODES.coaNak, 'unsupportedExtension'), late: () => ({ silent: 'late' }), proves }],
  ])
  const door = { name: 'coa', hosts: settings.hosts, port: settings.port, portKey: 'radius.coa_port', clients: clientTable(settings.sources), services, limits: settings.limits }
  const { port, close } = await openDoor(door, effects)
  return { port, urls: {}, ready: () => true, close }
}
