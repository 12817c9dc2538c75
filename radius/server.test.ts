import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mschapv2 } from '#test/support/radius-proofs.ts'
import { accessBytes, metWithSilence, openWire, provedBytes, radiusTown, SECRET, statusBytes, type RadiusTown, type TownOptions, type Wire } from '#test/support/radius-town.ts'
import type { Decision } from './access/access.ts'
import { ATTRIBUTES } from './attributes.ts'
import { checkMessageAuthenticator, requestAuthenticatorHolds, responseAuthenticatorHolds, seal, sharedSecret } from './authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

let town: RadiusTown
let wire: Wire
const secret = sharedSecret(SECRET)

async function open(options?: TownOptions): Promise<void> {
  await town?.close()
  town = await radiusTown(options)
}
beforeEach(async () => {
  town = await radiusTown()
  wire = await openWire()
})
afterEach(async () => {
  wire.close()
  await town.close()
})

const authenticatorOf = (request: Buffer): Buffer => request.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
const refused = (reason: string): boolean => town.effects.metrics.text().includes(`reason="${reason}"`)

async function ask(bytes: Buffer, port = town.radius.authPort): Promise<Packet> {
  wire.send(bytes, port)
  return wire.next()
}

test('a phone with a fresh token is accepted, with its profile, Message-Authenticator first and every Proxy-State at the end', async () => {
  const { user, password } = town.token()
  const request = accessBytes(user, password, { add: (w) => void w.addRaw(33, Buffer.of(1)).addRaw(33, Buffer.of(2, 2)) })
  const reply = await ask(request)
  expect(reply.code).toBe(CODES.accessAccept)
  expect(reply.bytes[HEADER_BYTES]).toBe(80)
  expect(checkMessageAuthenticator(reply, authenticatorOf(request), secret)).toBe('holds')
  expect(responseAuthenticatorHolds(reply, authenticatorOf(request), secret)).toBe(true)
  expect(reply.read(ATTRIBUTES['Session-Timeout'])).toBe(7_200)
  expect(reply.read(ATTRIBUTES['WISPr-Bandwidth-Max-Down'])).toBe(5_000_000)
  expect(reply.read(ATTRIBUTES['ChilliSpot-Max-Total-Gigawords'])).toBe(1)
  expect(reply.bytes.subarray(-7).toString('hex')).toBe('21030121040202')
})

test('a wrong password is rejected, and the log says why without secret, name or station', async () => {
  const { user } = town.token()
  const reply = await ask(accessBytes(user, 'mistaken'))
  expect(reply.code).toBe(CODES.accessReject)
  expect(reply.bytes[HEADER_BYTES]).toBe(80)
  const log = town.effects.lines.join('')
  expect(log).toContain('"reason":"token_wrong"')
  for (const forbidden of [user, 'mistaken', SECRET, '02-00-00', '020000000001']) expect(log).not.toContain(forbidden)
})

const doubtful: readonly [why: string, reason: string, make: () => Buffer][] = [
  ['without Message-Authenticator', 'message_authenticator_absent', () => accessBytes('a', 'b', { messageAuthenticator: false })],
  ['written with another secret', 'message_authenticator_wrong', () => accessBytes('a', 'b', { secret: 'another' })],
  ['with two Message-Authenticators', 'message_authenticator_wrong', () => accessBytes('a', 'b', { add: (w) => void w.addRaw(80, Buffer.alloc(16)) })],
  ['with a short Message-Authenticator', 'message_authenticator_wrong', () => accessBytes('a', 'b', { messageAuthenticator: false, add: (w) => void w.addRaw(80, Buffer.alloc(15)) })],
  ['with more Proxy-States than a sane chain adds', 'proxy_state_limit', () => accessBytes('a', 'b', { add: addProxyStates })],
  ['of a code that this door does not serve', 'unexpected_code', () => Buffer.from([4, 9, 0, 20, ...randomBytes(16)])],
  ['that is cut short', 'packet_truncated', () => Buffer.from([1, 9, 0, 40, ...randomBytes(16)])],
  ['with an attribute of length 1', 'attribute_short', () => Buffer.from([1, 9, 0, 22, ...randomBytes(16), 1, 1])],
]
function addProxyStates(writer: PacketWriter): void {
  for (let i = 0; i < 17; i++) writer.addRaw(33, Buffer.of(i))
}
for (const [why, reason, make] of doubtful) {
  test(`a request ${why} meets silence, is counted, and the next is served`, async () => {
    expect(await metWithSilence(wire, make(), town.radius.authPort)).toBe(true)
    expect(refused(reason)).toBe(true)
  })
}

test('a stranger meets silence; a block is a client, and its longest prefix holds', async () => {
  const clients = [{ name: 'street', address: '127.0.0.0/8', secret: 'other' }, { name: 'square', address: '127.0.0.1', secret: SECRET }]
  await open({ clients })
  expect((await ask(statusBytes(1))).code).toBe(CODES.accessAccept)
  town.radius.clients.replace([{ name: 'elsewhere', address: '192.0.2.0/24', secret: SECRET }])
  wire.send(statusBytes(2), town.radius.authPort)
  await expect.poll(() => refused('unknown_client')).toBe(true)
  town.radius.clients.replace(clients)
  expect((await ask(statusBytes(3))).identifier).toBe(3)
})

test('IPv6 is served beside IPv4 on the same port', async () => {
  await open({ settings: { hosts: ['127.0.0.1', '::1'] } })
  const six = await openWire('::1')
  six.send(statusBytes(5), town.radius.authPort)
  expect((await six.next()).identifier).toBe(5)
  six.close()
  expect((await ask(statusBytes(6))).identifier).toBe(6)
})

test('a client that may leave out Message-Authenticator is served without it, named once in the log, but not with Proxy-State or EAP', async () => {
  await open({ clients: [{ name: 'old-ap', address: '127.0.0.1', secret: SECRET, requireMessageAuthenticator: false }] })
  const { user, password } = town.token({ nas: 'old-ap' })
  const reply = await ask(accessBytes(user, password, { messageAuthenticator: false }))
  expect([reply.code, reply.bytes[HEADER_BYTES]]).toEqual([CODES.accessAccept, 80])
  expect(town.effects.lines.filter((line) => line.includes('old-ap') && line.includes('CVE-2024-3596'))).toHaveLength(1)
  const withProxyState = accessBytes(user, password, { messageAuthenticator: false, add: (w) => void w.addRaw(33, Buffer.of(1)) })
  expect(await metWithSilence(wire, withProxyState, town.radius.authPort)).toBe(true)
  const withEap = accessBytes(user, password, { messageAuthenticator: false, add: (w) => void w.addRaw(79, Buffer.of(2, 1, 0, 4)) })
  expect(await metWithSilence(wire, withEap, town.radius.authPort)).toBe(true)
  const forged = accessBytes(user, password, { secret: 'another' })
  expect(await metWithSilence(wire, forged, town.radius.authPort)).toBe(true)
})

test('a request that comes again gets the same bytes; one with a new authenticator in the same slot is decided anew', async () => {
  const { user, password } = town.token()
  const request = accessBytes(user, password, { identifier: 42 })
  const first = await ask(request)
  town.effects.clock.advance(3_000)
  const again = await ask(request)
  expect(again.bytes).toEqual(first.bytes)
  const other = await ask(accessBytes(user, 'wrong', { identifier: 42 }))
  expect(other.code).toBe(CODES.accessReject)
  expect(town.effects.metrics.text()).toContain('parvis_radius_repeated_total{door="auth",client="local"} 1')
})

test('a source that never answers delays nobody: its own request is rejected after 3 s, the others are answered meanwhile', async () => {
  const never = { name: 'dead', decide: ({ userName }: { userName: string }) => (userName === 'slow' ? new Promise<never>(() => {}) : undefined) }
  await open({ sources: [never] })
  const slow = accessBytes('slow', 'x', { identifier: 1 })
  wire.send(slow, town.radius.authPort)
  const { user, password } = town.token()
  expect((await ask(accessBytes(user, password, { identifier: 2 }))).code).toBe(CODES.accessAccept)
  expect(await metWithSilence(wire, slow, town.radius.authPort)).toBe(true)
  town.effects.clock.advance(3_000)
  const late = await wire.next()
  expect([late.identifier, late.code]).toEqual([1, CODES.accessReject])
})

test('whoever waited for a source in vain is told in the words it asked in: EAP-Failure, or MS-CHAP-Error 691', async () => {
  await open({ sources: [{ name: 'dead', decide: () => new Promise<never>(() => {}) }] })
  const waiting = (): boolean => town.effects.metrics.text().includes('parvis_radius_waiting{door="auth"} 2')
  const exchange = mschapv2('slow', 'x')
  wire.send(provedBytes('slow', exchange.prove, { identifier: 1 }), town.radius.authPort)
  // An EAP-Response/Identity whose identifier is 77.
  wire.send(provedBytes('slow', (writer) => void writer.add(ATTRIBUTES['EAP-Message'], Buffer.from([2, 77, 0, 5, 1])), { identifier: 2 }), town.radius.authPort)
  await expect.poll(waiting).toBe(true)
  town.effects.clock.advance(3_000)
  const [first, second] = [await wire.next(), await wire.next()]
  expect([first.code, second.code]).toEqual([CODES.accessReject, CODES.accessReject])
  const error = Buffer.from(first.read(ATTRIBUTES['MS-CHAP-Error']) ?? [])
  expect([error[0], error.subarray(1).toString()]).toEqual([exchange.ident, expect.stringMatching(/^E=691 R=0 C=[0-9A-F]{32} V=3$/)])
  expect(second.read(ATTRIBUTES['EAP-Message'])).toEqual(Buffer.from([4, 77, 0, 4]))
  expect(town.effects.metrics.text()).toContain('reason="source_late",heard="refusal"} 2')
})

test('a source that answers yes too late has been rejected already', async () => {
  let accept: ((decision: { kind: 'accept'; authorisation: object }) => void) | undefined
  await open({ sources: [{ name: 'late', decide: () => new Promise((resolve) => (accept = resolve)) }] })
  const request = accessBytes('anyone', 'x', { identifier: 1 })
  wire.send(request, town.radius.authPort)
  await expect.poll(() => accept).toBeDefined()
  town.effects.clock.advance(3_000)
  expect((await wire.next()).code).toBe(CODES.accessReject)
  accept?.({ kind: 'accept', authorisation: {} })
  expect((await ask(request)).code).toBe(CODES.accessReject)
})

test('a NAS that has given up a request and used its identifier again gets the answer to the new one only', async () => {
  const waiting: ((decision: Decision) => void)[] = []
  await open({ sources: [{ name: 'slow', decide: () => new Promise((resolve) => void waiting.push(resolve)) }] })
  for (const name of ['first', 'second']) wire.send(accessBytes(name, 'x', { identifier: 7 }), town.radius.authPort)
  await expect.poll(() => waiting.length).toBe(2)
  waiting[0]?.({ kind: 'accept', authorisation: {} })
  expect((await ask(statusBytes(8))).identifier).toBe(8)
  waiting[1]?.({ kind: 'reject', reason: 'no' })
  expect((await wire.next()).code).toBe(CODES.accessReject)
})

test('a source that fails is silence and a line in the log; the server lives', async () => {
  await open({ sources: [{ name: 'broken', decide: () => Promise.reject(new Error('database is gone')) }, ] })
  wire.send(accessBytes('anyone', 'x', { identifier: 1 }), town.radius.authPort)
  await expect.poll(() => town.effects.lines.join('')).toContain('database is gone')
  expect((await ask(statusBytes(9))).identifier).toBe(9)
})

test('a NAS is held to its allowance, and forged packets do not use it up', async () => {
  await open({ clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET, packetsPerSecond: 2 }] })
  for (let i = 0; i < 20; i++) wire.send(accessBytes('a', 'b', { secret: 'forged' }), town.radius.authPort)
  expect((await ask(statusBytes(1))).identifier).toBe(1)
  expect((await ask(statusBytes(2))).identifier).toBe(2)
  wire.send(statusBytes(3), town.radius.authPort)
  await expect.poll(() => refused('rate_limit')).toBe(true)
  town.effects.clock.advance(1_000)
  expect((await ask(statusBytes(4))).identifier).toBe(4)
})

test('a flood of refusals does not fill the log, and none is left uncounted', async () => {
  for (let i = 0; i < 50; i++) wire.send(accessBytes('a', 'b', { secret: 'forged' }), town.radius.authPort)
  await ask(statusBytes(1))
  expect(town.effects.lines.filter((line) => line.includes('message_authenticator_wrong'))).toHaveLength(5)
  expect(town.effects.metrics.text()).toContain('reason="message_authenticator_wrong",heard="silence"} 50')
})

test('an Accounting-Request is believed by its authenticator alone and answered after it was stored', async () => {
  const writer = new PacketWriter().begin(CODES.accountingRequest, 3)
  writer.add(ATTRIBUTES['Acct-Status-Type'], 1).add(ATTRIBUTES['Acct-Session-Id'], 's1')
  const request = seal(writer, secret)
  expect(requestAuthenticatorHolds(openPacket(request), secret)).toBe(true)
  const reply = await ask(request, town.radius.acctPort)
  expect(reply.code).toBe(CODES.accountingResponse)
  expect(responseAuthenticatorHolds(reply, authenticatorOf(request), secret)).toBe(true)
  const forged = Buffer.from(request)
  forged[25] = 2
  expect(await metWithSilence(wire, forged, town.radius.acctPort)).toBe(true)
  expect(town.heard.map(({ report }) => [report.status, report.acctSessionId])).toEqual([['start', 's1']])
})

test('what is said of tunnels, failures and a vendor’s own matters is acknowledged, counted and changes no session; without a status there is silence', async () => {
  const about = (identifier: number, status: number | undefined): Buffer =>
    seal(new PacketWriter().begin(CODES.accountingRequest, identifier).addIf(ATTRIBUTES['Acct-Status-Type'], status).add(ATTRIBUTES['Acct-Session-Id'], 's1'), secret)
  await ask(about(1, 1), town.radius.acctPort)
  const others = [0, 4, 9, 10, 14, 15, 18, 0x06300001]
  for (const [index, status] of others.entries()) expect((await ask(about(index + 2, status), town.radius.acctPort)).code).toBe(CODES.accountingResponse)
  expect(await metWithSilence(wire, about(100, undefined), town.radius.acctPort)).toBe(true)
  expect([town.heard.length, [...town.radius.live.all()].length]).toEqual([1, 1])
  expect(town.effects.metrics.text()).toContain(`parvis_radius_accounting_total{status="other"} ${others.length}`)
  expect(town.effects.metrics.text()).toContain('reason="status_type_absent",heard="silence"} 1')
})

test('what could not be stored is not acknowledged, and the same packet is tried again', async () => {
  let full = true
  await open({ accounting: { record: async () => (full ? Promise.reject(new Error('disk full')) : undefined) } })
  const writer = new PacketWriter().begin(CODES.accountingRequest, 3)
  const request = seal(writer.add(ATTRIBUTES['Acct-Status-Type'], 2).add(ATTRIBUTES['Acct-Session-Id'], 's1'), secret)
  expect(await metWithSilence(wire, request, town.radius.acctPort)).toBe(true)
  full = false
  expect((await ask(request, town.radius.acctPort)).code).toBe(CODES.accountingResponse)
})

test('closing waits for what is being decided', async () => {
  let stored: (() => void) | undefined
  await open({ accounting: { record: () => new Promise((resolve) => (stored = resolve)) } })
  const writer = new PacketWriter().begin(CODES.accountingRequest, 3)
  wire.send(seal(writer.add(ATTRIBUTES['Acct-Status-Type'], 1).add(ATTRIBUTES['Acct-Session-Id'], 's1'), secret), town.radius.acctPort)
  await expect.poll(() => stored).toBeDefined()
  const closed = town.close()
  stored?.()
  expect((await wire.next()).code).toBe(CODES.accountingResponse)
  await closed
})

test('a taken port names itself and its key', async () => {
  await expect(radiusTown({ settings: { authPort: town.radius.authPort } })).rejects.toMatchObject({ code: 'port', data: { port: town.radius.authPort, key: 'radius.auth_port' } })
  await expect(radiusTown({ settings: { acctPort: town.radius.acctPort } })).rejects.toMatchObject({ data: { key: 'radius.acct_port' } })
})

test('a client with a senseless address or no secret is refused at start, by name', async () => {
  for (const address of ['192.0.2.1/33', 'town', '2001:db8::/129', '10.0.0.0/8/8', '']) {
    await expect(radiusTown({ clients: [{ name: 'ap', address, secret: 'x' }] })).rejects.toMatchObject({ code: 'client_address', data: { client: 'ap' } })
  }
  await expect(radiusTown({ clients: [{ name: 'ap', address: '::1', secret: '' }] })).rejects.toMatchObject({ code: 'client_secret' })
  const twins = ['192.0.2.0/24', '192.0.2.7/24'].map((address, i) => ({ name: `ap${i}`, address, secret: 'x' }))
  await expect(radiusTown({ clients: twins })).rejects.toMatchObject({ code: 'client_address' })
})
