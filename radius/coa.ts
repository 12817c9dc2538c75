/** Disconnect- and CoA-Request (RFC 5176): a RADIUS server asks us, the NAS, to end a session or to change what it may do. */
import type { Effects, Running } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { ATTRIBUTES } from './attributes.ts'
import { clientTable } from './clients.ts'
import { isPossible, readChange, type SessionChange } from './coa/change.ts'
import { ERROR_CAUSES, type ErrorCause } from './coa/error-causes.ts'
import { namesAnotherNas, sessionTarget, type OwnNames, type SessionTarget } from './coa/names.ts'
import { namesNobody, wrongChange, wrongDisconnect } from './coa/request.ts'
import { CODES, type Packet } from './packet.ts'
import type { Limits } from './pending.ts'
import { openDoor, type Answer, type Request, type Service } from './server.ts'
import type { ClientSettings } from './settings.ts'
import { doubtSelfProving } from './trust.ts'
import type { Listen } from './udp.ts'
import type { Watch } from './watch/watch.ts'

export type { SessionChange } from './coa/change.ts'
export type { SessionTarget } from './coa/names.ts'

const A = ATTRIBUTES
/** RFC 5176 §6.3. */
const EVENT_WINDOW_SECONDS = 300

export type DynamicAuthorizationSettings = {
  readonly hosts: readonly string[]
  /** 0 asks for any free port (tests). */
  readonly port: number
  /** Who may ask: the servers that we ask, and `local`. */
  readonly sources: readonly ClientSettings[]
  /** Our own name; a request that names another NAS is refused. */
  readonly nasIdentifier?: string
  /** Our own addresses, compared with NAS-IP-Address and NAS-IPv6-Address. Default `hosts`. */
  readonly addresses?: () => readonly string[]
  readonly limits?: Partial<Limits>
  /** Whoever watches is told there what passes. */
  readonly watch?: Watch | undefined
  /** Where datagrams come from: UDP sockets when left out. */
  readonly listen?: Listen
}

/** All of what was asked is done, or nothing is, for this cause. */
export type Done = 'done' | ErrorCause

/** The answer leaves after they have resolved; a cause is said to the asker. */
export type DynamicAuthorizationActions = {
  disconnect(target: SessionTarget): Promise<Done>
  change(target: SessionTarget, change: SessionChange): Promise<Done>
}

/** One row a kind of request. */
type Kind = {
  readonly ack: number
  readonly nak: number
  /** Why it cannot be carried out, whatever session it means. @throws MalformedError `attribute_value`. */
  wrong(packet: Packet): ErrorCause | undefined
  act(target: SessionTarget, packet: Packet): Promise<Done>
}

function answerOf(done: Done, { ack, nak }: Kind, packet: Packet): Answer {
  // RFC 5176 §3.3: as it came. A Disconnect-Request with one was refused.
  if (done === 'done') return { code: ack, write: (writer) => void writer.echo(packet, A.State) }
  const number = ERROR_CAUSES[done]
  return { code: nak, refused: `nak_${number}`, write: (writer) => void writer.echo(packet, A.State).add(A['Error-Cause'], number) }
}

/** @throws UsageError `port` naming `radius.coa_port`, or `client_address`, `client_secret`. */
export async function listenDynamicAuthorization(
  settings: DynamicAuthorizationSettings,
  effects: Effects,
  actions: DynamicAuthorizationActions,
): Promise<Running & { port: number }> {
  const own: OwnNames = { nasIdentifier: settings.nasIdentifier, addresses: settings.addresses ?? (() => settings.hosts) }

  function doubt(packet: Packet, client: Parameters<Service['doubt']>[1]): string | undefined {
    const wrong = doubtSelfProving(packet, client)
    if (wrong) return wrong
    const at = packet.read(A['Event-Timestamp'])
    const off = at === undefined ? 0 : Math.abs(at - effects.clock.now() / 1000)
    return off > EVENT_WINDOW_SECONDS ? 'event_timestamp_outside' : undefined
  }

  const disconnect: Kind = { ack: CODES.disconnectAck, nak: CODES.disconnectNak, wrong: wrongDisconnect, act: (target) => actions.disconnect(target) }
  const change: Kind = {
    ack: CODES.coaAck, nak: CODES.coaNak, wrong: wrongChange,
    async act(target, packet) {
      const wanted = readChange(packet)
      if (!wanted) return 'missingAttribute'
      return isPossible(wanted) ? actions.change(target, wanted) : 'invalidAttributeValue'
    },
  }

  /** @throws MalformedError `attribute_value`. */
  async function carryOut(packet: Packet, kind: Kind): Promise<Done> {
    if (namesAnotherNas(packet, own)) return 'nasMismatch'
    const wrong = kind.wrong(packet)
    if (wrong) return wrong
    const target = sessionTarget(packet)
    if (!target) return 'missingAttribute'
    return namesNobody(target) ? 'invalidRequest' : kind.act(target, packet)
  }

  async function answer({ packet }: Request, kind: Kind): Promise<Answer> {
    const done = await carryOut(packet, kind).catch((error: unknown): Done => {
      if (error instanceof MalformedError) return 'invalidRequest'
      throw error
    })
    return answerOf(done, kind, packet)
  }

  function service(kind: Kind, late: () => Answer): Service {
    return { doubt, answer: (request) => answer(request, kind), late, proves: (packet) => packet.has(A['Message-Authenticator']) }
  }
  const busy = ERROR_CAUSES.resourcesUnavailable
  const services = new Map<number, Service>([
    [CODES.disconnectRequest, service(disconnect, () => ({ code: CODES.disconnectNak, refused: `nak_${busy}`, write: (writer) => void writer.add(A['Error-Cause'], busy) }))],
    // A refusal would say that nothing was changed, which nobody knows yet: silence, and the asker says it again.
    [CODES.coaRequest, service(change, () => ({ silent: 'late' }))],
  ])
  const { hosts, port, limits, listen, watch } = settings
  const door = await openDoor({ name: 'coa', hosts, port, portKey: 'radius.coa_port', clients: clientTable(settings.sources), services, limits, listen, watch }, effects)
  return { port: door.port, urls: {}, ready: () => true, close: door.close }
}
