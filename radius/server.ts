/**
 * The way of a request, the same on every door: client by address → form → authenticator → allowance → duplicate → service
 * → sealed reply. What is not believed gets silence (RFC 2865 §3), a count and a line in the log.
 */
import type { RemoteInfo } from 'node:dgram'
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'
import { canonicalIp } from '#shared/personal.ts'
import { ATTRIBUTES } from './attributes.ts'
import { sealInPlace } from './authenticator.ts'
import type { Client, ClientTable, Peer } from './clients.ts'
import { createDuplicates, type Exchange } from './duplicates.ts'
import { createOutbox } from './outbox.ts'
import { AUTHENTICATOR_AT, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { createPending, LIMITS, type Limits } from './pending.ts'
import { createRefusals } from './refusals.ts'
import { createTallies } from './tallies.ts'
import { listenUdp, type Listen, type ReplyWay } from './udp.ts'
import type { Watch } from './watch/watch.ts'

/** RFC 2865 §5.33 sets none; a chain of proxies adds one each, and what we echo must stay in proportion. */
const MOST_PROXY_STATES = 16
const STRANGER = 'unknown'
const PROXY_STATE = ATTRIBUTES['Proxy-State']

export type Request = {
  readonly packet: Packet
  readonly client: Client
  /** Where it came from, in canonical form. */
  readonly address: string
}
export type Reply = {
  readonly code: number
  /** Adds the attributes between Message-Authenticator and Proxy-State. */
  readonly write?: (writer: PacketWriter) => void
  /** Set on a refusal that the sender is told: counted and logged like a silent one. */
  readonly refused?: string
  /** The source that decided, for whoever watches. */
  readonly by?: string
}
/** No reply leaves, for this reason; the same request may be asked again. */
export type Silence = { readonly silent: string }
export type Answer = Reply | Silence

export type Service = {
  /** Why the packet is not believed; undefined when it is. */
  doubt(packet: Packet, client: Client): string | undefined
  answer(request: Request): Answer | Promise<Answer>
  /** What is said when `answer` takes longer than 3 s. */
  late(request: Request): Answer
  /** Whether replies carry Message-Authenticator. */
  proves(packet: Packet): boolean
}
export type Door = {
  /** In metrics and log: `auth`, `acct`, `coa`. */
  readonly name: string
  readonly hosts: readonly string[]
  readonly port: number
  readonly portKey: string
  readonly clients: ClientTable
  readonly services: ReadonlyMap<number, Service>
  readonly limits?: Partial<Limits> | undefined
  /** Whoever watches is told here what passes. */
  readonly watch?: Watch | undefined
  /** Lets further processes serve the same port. */
  readonly reusePort?: boolean | undefined
  /** Where datagrams come from: `listenUdp` when left out. */
  readonly listen?: Listen | undefined
}
export type OpenDoor = { readonly port: number; close(): Promise<void> }

type Waiting = { readonly request: Request; readonly service: Service; readonly exchange: Exchange; readonly from: RemoteInfo; readonly way: ReplyWay }

/** @throws UsageError `port` when the port cannot be had. */
export async function openDoor(door: Door, effects: Effects): Promise<OpenDoor> {
  const refusals = createRefusals(door.name, effects)
  const limits: Limits = { ...LIMITS, ...door.limits }
  const duplicates = createDuplicates(limits.rememberMs)
  const pending = createPending<Answer>(effects.clock, limits)
  const writer = new PacketWriter()
  const outbox = createOutbox()
  const tallyOf = createTallies(door.name, effects.metrics)
  const { watch } = door
  let closing: Promise<void> | undefined

  effects.metrics.gauge('parvis_radius_waiting', 'RADIUS requests being decided', () => pending.waiting(), { door: door.name })

  /** @param packet when it was believed. */
  function refuse(client: string, why: string, packet?: Packet): void {
    refusals.refuse(client, why, 'silence')
    if (watch?.watched) watch.tell({ door: door.name, client, reason: why, ...(packet && { request: packet }) })
  }

  function tellAnswer({ packet, client }: Request, { refused, by }: Reply, bytes: Buffer): void {
    if (!watch?.watched) return
    watch.tell({ door: door.name, client: client.name, request: packet, reply: openPacket(bytes), ...(refused && { reason: refused }), ...(by && { by }) })
  }

  function repeat(client: Client, packet: Packet, known: Exchange, from: RemoteInfo, way: ReplyWay): void {
    tallyOf(client.name).repeated()
    const reply = duplicates.reply(known)
    if (reply) outbox.put(way, from, reply)
    if (watch?.watched) watch.tell({ door: door.name, client: client.name, request: packet, again: true, ...(reply && { reply: openPacket(reply) }) })
  }

  function settle({ request, service, exchange, from, way }: Waiting, answer: Answer): void {
    const { packet, client } = request
    // Another request has taken the slot: its NAS no longer listens for this answer.
    if (!duplicates.current(exchange)) return
    if ('silent' in answer) {
      duplicates.forget(exchange)
      return refuse(client.name, answer.silent, packet)
    }
    if (answer.refused) refusals.refuse(client.name, answer.refused, 'refusal')
    writer.begin(answer.code, packet.identifier, packet.bytes, AUTHENTICATOR_AT)
    if (service.proves(packet)) writer.reserveMessageAuthenticator()
    answer.write?.(writer)
    writer.echo(packet, PROXY_STATE)
    sealInPlace(writer, client.secret)
    tallyOf(client.name).answered()
    const reply = duplicates.keep(exchange, writer.bytes, writer.end)
    outbox.put(way, from, reply)
    tellAnswer(request, answer, reply)
  }

  function explain(client: string, error: unknown): void {
    if (error instanceof MalformedError) return refuse(client, error.code)
    effects.log.scoped('radius').error('request failed', { door: door.name, client, reason: reason(error) })
    refuse(client, 'failed')
  }

  function fail({ request, exchange }: Waiting, error: unknown): void {
    duplicates.forget(exchange)
    explain(request.client.name, error)
  }

  function attempt(waiting: Waiting, act: () => void): void {
    try {
      act()
    } catch (error) {
      fail(waiting, error)
    }
  }

  function decide(waiting: Waiting): void {
    const answer = waiting.service.answer(waiting.request)
    if (!(answer instanceof Promise)) return settle(waiting, answer)
    pending.watch(answer, {
      done: (value) => attempt(waiting, () => settle(waiting, value)),
      late: () => attempt(waiting, () => settle(waiting, waiting.service.late(waiting.request))),
      failed: (error) => fail(waiting, error),
    })
  }

  /** @throws MalformedError when the packet, or an attribute that is needed to believe it, has not the right form. */
  function admit(peer: Peer, address: string, bytes: Buffer, from: RemoteInfo, way: ReplyWay): void {
    const { client, slots } = peer
    const packet = openPacket(bytes)
    const service = door.services.get(packet.code)
    if (!service) return refuse(client.name, 'unexpected_code')
    const doubt = service.doubt(packet, client) ?? tooManyProxyStates(packet)
    if (doubt) return refuse(client.name, doubt)
    tallyOf(client.name).requests()
    const nowMs = effects.clock.monotonic()
    // Only now: a forged packet must not use up what a real one needs.
    if (!client.allowance.take(nowMs)) return refuse(client.name, 'rate_limit', packet)
    const known = duplicates.find(slots, from.port, packet, nowMs)
    if (known !== undefined) return repeat(client, packet, known, from, way)
    if (pending.full()) return refuse(client.name, 'overloaded', packet)
    if (slots.size === 0) door.clients.keep(address, peer)
    const waiting: Waiting = { request: { packet, client, address }, service, exchange: duplicates.begin(slots, from.port, packet, nowMs), from, way }
    attempt(waiting, () => decide(waiting))
  }

  function receive(bytes: Buffer, from: RemoteInfo, way: ReplyWay): void {
    if (closing) return
    const address = from.family === 'IPv6' ? canonicalIp(from.address) : from.address
    const peer = door.clients.find(address)
    if (!peer) return refuse(STRANGER, 'unknown_client')
    try {
      admit(peer, address, bytes, from, way)
    } catch (error) {
      explain(peer.client.name, error)
    }
  }

  const listening = await (door.listen ?? listenUdp)(door.hosts, door.port, door.portKey, receive, door.reusePort)
  return { port: listening.port, close: () => (closing ??= pending.drained().then(listening.close)) }
}

function tooManyProxyStates(packet: Packet): string | undefined {
  let count = 0
  for (let at = packet.find(PROXY_STATE.number); at >= 0; at = packet.find(PROXY_STATE.number, packet.after(at))) count++
  return count > MOST_PROXY_STATES ? 'proxy_state_limit' : undefined
}
