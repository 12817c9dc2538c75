// A RADIUS server of ours with realms, and the scripted servers of others behind it; all closed after each test.
import { createHash, randomBytes } from 'node:crypto'
import { afterEach } from 'vitest'
import { secretKey } from '#shared/keyed-mac.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { sealAccessRequest, seal, sharedSecret } from '#radius/authenticator.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { CODES, HEADER_BYTES, type Packet } from '#radius/packet.ts'
import type { RealmSettings } from '#radius/proxy/settings.ts'
import { openWire, radiusTown, SECRET, type RadiusTown, type TownOptions, type Wire } from './radius-town.ts'
import { replyTo, scriptedServer, type Script, type ScriptedServer } from './upstream.ts'

const A = ATTRIBUTES
const THEIRS = 'between the proxy and its upstream'
export const theirSecret = sharedSecret(THEIRS)
export const ourSecret = sharedSecret(SECRET)
export const KEY = secretKey(createHash('sha256').update('upstreams of the test town').digest())
/** Beyond the time in which a request of a realm is decided. */
export const PAST_DEADLINE_MS = 2_801

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})
export function kept<T extends { close(): unknown }>(one: T): T {
  opened.push(one)
  return one
}

export const accepts: Script = (request, answer) => answer(replyTo(request, request.code === CODES.accountingRequest ? CODES.accountingResponse : CODES.accessAccept, theirSecret))
export const isSilent: Script = () => undefined
/** Silent, but for Status-Server. */
export const onlyAlive: Script = (request, answer) => {
  if (request.code === CODES.statusServer) accepts(request, answer)
}

export async function server(script: Script): Promise<ScriptedServer> {
  return kept(await scriptedServer(script))
}
export function realm(name: string, servers: readonly ScriptedServer[], more: Partial<RealmSettings> = {}): RealmSettings {
  return { realm: name, servers: servers.map(({ port }) => ({ address: '127.0.0.1', authPort: port, acctPort: port })), secret: THEIRS, ...more }
}
export async function townWith(realms: readonly RealmSettings[], options: TownOptions = {}): Promise<{ town: RadiusTown; nas: Wire; ask(bytes: Buffer): Promise<Packet> }> {
  const town = await radiusTown({ ...options, settings: { upstreams: { realms, key: KEY }, ...options.settings } })
  kept({
    close() {
      // A door that closes waits for what is being decided, and this clock does not move by itself.
      town.effects.clock.advance(PAST_DEADLINE_MS)
      return town.close()
    },
  })
  const nas = kept(await openWire())
  return { town, nas, ask: (bytes) => (nas.send(bytes, town.radius.authPort), nas.next()) }
}

export function accountingBytes(status: number, userName: string | undefined, identifier = 7): Buffer {
  const writer = new PacketWriter().begin(CODES.accountingRequest, identifier)
  writer.add(A['Acct-Status-Type'], status).add(A['Acct-Session-Id'], `s${identifier % 100}`).addIf(A['User-Name'], userName).add(A['NAS-Identifier'], 'ap')
  return seal(writer, ourSecret)
}
export function refusals(town: RadiusTown, reason: string): number {
  return Number(new RegExp(`reason="${reason}"[^}]*} (\\d+)`).exec(town.effects.metrics.text())?.[1] ?? 0)
}
/** The numbers of its attributes, in their order. */
export function numbers(packet: Packet): number[] {
  const found: number[] = []
  for (let at = HEADER_BYTES; at < packet.end; at = packet.after(at)) found.push(packet.bytes[at] ?? 0)
  return found
}

export function accessEap(pieces: readonly Buffer[], state?: string): Buffer {
  const writer = new PacketWriter().begin(CODES.accessRequest, randomBytes(1).readUInt8(), randomBytes(16)).reserveMessageAuthenticator()
  writer.add(A['User-Name'], 'anonymous@ville.example')
  for (const piece of pieces) writer.addRaw(79, piece)
  return sealAccessRequest(writer.addIf(A.State, state === undefined ? undefined : Buffer.from(state)), ourSecret)
}
