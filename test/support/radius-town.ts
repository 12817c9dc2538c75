// A RADIUS server of ours on free loopback ports, and a bare socket to talk to it byte by byte.
import { createSocket, type Socket } from 'node:dgram'
import { createHash, randomBytes } from 'node:crypto'
import { createTokenUses, type TokenUses } from '#radius/access/token-uses.ts'
import { issuePortalToken, tokenKeyring, type PortalToken, type TokenTerms } from '#radius/access/portal-token.ts'
import type { Source } from '#radius/access/access.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { sealAccessRequest, sharedSecret, type SharedSecret } from '#radius/authenticator.ts'
import { startRadius, type RunningRadius } from '#radius/main.ts'
import type { AccountingReport, AccountingStore } from '#radius/nas.ts'
import { CODES, openPacket, type Packet } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { hidePassword } from '#radius/password.ts'
import { oneProfile } from '#radius/profiles.ts'
import type { ClientSettings, RadiusSettings } from '#radius/settings.ts'
import { manualClock, type Clock, type ManualClock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'

export const SECRET = 'a secret for the test town'
export const START_MS = Date.UTC(2026, 10, 3, 10)
export const KEYRING = tokenKeyring([1, createHash('sha256').update('token key of the test town').digest()])
export const PROFILE = { sessionSeconds: 7_200, idleSeconds: 900, interimSeconds: 300, downKbps: 5_000, upKbps: 1_000, quotaBytes: 6_000_000_000 }
export const PROFILES = oneProfile(PROFILE)

export type HeardReport = { readonly client: string; readonly report: AccountingReport }
export type TownEffects<C extends Clock> = Effects & { clock: C; lines: string[] }

export function townEffects<C extends Clock>(clock: C): TownEffects<C> {
  const lines: string[] = []
  return { clock, random: (length) => randomBytes(length), log: jsonLog((line) => void lines.push(line), () => clock.now(), 'debug'), metrics: createMetrics(), lines }
}

export type RadiusTown = {
  readonly radius: RunningRadius
  readonly effects: TownEffects<ManualClock>
  readonly heard: HeardReport[]
  readonly alive: Set<string>
  token(terms?: Partial<TokenTerms>): PortalToken
  close(): Promise<void>
}
export type TownOptions = {
  readonly clients?: readonly ClientSettings[]
  readonly uses?: TokenUses
  readonly sources?: readonly Source[]
  readonly accounting?: Partial<AccountingStore>
  readonly settings?: Partial<RadiusSettings>
}

/** Accounting is collected in `heard`; which tokens' sessions are alive is what the test puts into `alive`. */
export async function radiusTown(options: TownOptions = {}): Promise<RadiusTown> {
  const effects = townEffects(manualClock(START_MS))
  const heard: HeardReport[] = []
  const alive = new Set<string>()
  const accounting: AccountingStore = {
    record: async ({ client }, report) => void heard.push({ client, report }),
    alive: (nonce) => alive.has(nonce),
    ...options.accounting,
  }
  const clients = options.clients ?? [{ name: 'local', address: '127.0.0.0/8', secret: SECRET }, { name: 'local6', address: '::1', secret: SECRET }]
  const settings: RadiusSettings = { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients, tokenKeys: KEYRING, profiles: PROFILES, ...options.settings }
  const uses = options.uses ?? createTokenUses(undefined, effects.clock)
  const radius = await startRadius(settings, effects, { accounting, tokenUses: uses, ...(options.sources && { sources: options.sources }) })
  const terms = { profile: 0, csid: '020000000001', nas: 'local' }
  return {
    radius, effects, heard, alive,
    token: (some) => issuePortalToken(KEYRING, { ...terms, ...some }, effects.clock.now(), effects.random),
    close: radius.close,
  }
}

/** A socket of a NAS: collects what comes back. */
export type Wire = {
  readonly port: number
  send(bytes: Uint8Array, port: number): void
  /** To whoever sent the last packet. */
  reply(bytes: Uint8Array): void
  /** The next packet that comes; rejects after two seconds of real time. */
  next(): Promise<Packet>
  close(): void
}
const PATIENCE_MS = 2_000

export async function openWire(host = '127.0.0.1'): Promise<Wire> {
  const socket: Socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 2 ** 20 })
  const arrived: Buffer[] = []
  let wanted: ((bytes: Buffer) => void) | undefined
  let last = 0
  socket.on('message', (bytes, from) => {
    last = from.port
    if (wanted) wanted(bytes)
    else arrived.push(bytes)
  })
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  return {
    port: socket.address().port,
    send: (bytes, port) => socket.send(bytes, port, host),
    reply: (bytes) => socket.send(bytes, last, host),
    async next() {
      const waiting = arrived.shift()
      if (waiting) return openPacket(waiting)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no reply came')), PATIENCE_MS)
        wanted = (bytes) => {
          wanted = undefined
          clearTimeout(timer)
          resolve(openPacket(bytes))
        }
      })
    },
    close: () => socket.close(),
  }
}

export type AccessParts = {
  readonly identifier: number
  readonly secret: string
  readonly authenticator: Uint8Array
  readonly messageAuthenticator: boolean
  readonly callingStationId: string | undefined
  readonly add: (writer: PacketWriter) => void
}

/** How a request proves its user: written behind User-Name. */
export type Prove = (writer: PacketWriter, authenticator: Uint8Array, secret: SharedSecret) => void

/** An Access-Request as an honest NAS writes it, except for what `parts` says. */
export function accessBytes(user: string, password: string, parts: Partial<AccessParts> = {}): Buffer {
  const pap: Prove = (writer, authenticator, secret) => void writer.add(ATTRIBUTES['User-Password'], hidePassword(Buffer.from(password), authenticator, secret))
  return provedBytes(user, pap, parts)
}

/** The same with another proof than a password. */
export function provedBytes(user: string, prove: Prove, parts: Partial<AccessParts> = {}): Buffer {
  const secret = sharedSecret(parts.secret ?? SECRET)
  const authenticator = parts.authenticator ?? randomBytes(16)
  const writer = new PacketWriter().begin(CODES.accessRequest, parts.identifier ?? randomBytes(1).readUInt8(), authenticator)
  if (parts.messageAuthenticator !== false) writer.reserveMessageAuthenticator()
  writer.add(ATTRIBUTES['User-Name'], user)
  prove(writer, authenticator, secret)
  const station = 'callingStationId' in parts ? parts.callingStationId : '02-00-00-00-00-01'
  writer.addIf(ATTRIBUTES['Calling-Station-Id'], station)
  parts.add?.(writer)
  return sealAccessRequest(writer, secret)
}

/** Status-Server: what comes back first after it shows that everything sent before was met with silence. */
export function statusBytes(identifier: number, secret = SECRET): Buffer {
  const writer = new PacketWriter().begin(CODES.statusServer, identifier, randomBytes(16)).reserveMessageAuthenticator()
  return sealAccessRequest(writer, sharedSecret(secret))
}

/** True when `bytes` get no answer: the next packet is the one for the Status-Server that follows them. */
export async function metWithSilence(wire: Wire, bytes: Uint8Array, port: number): Promise<boolean> {
  const fence = ((bytes[1] ?? 0) + 1) % 256
  wire.send(bytes, port)
  wire.send(statusBytes(fence), port)
  const reply = await wire.next()
  return reply.identifier === fence && reply.find(ATTRIBUTES['Message-Authenticator'].number) === 20
}
