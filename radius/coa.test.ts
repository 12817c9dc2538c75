import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Running } from '#shared/effects.ts'
import { manualClock } from '#shared/clock.ts'
import { openWire, SECRET, START_MS, townEffects, type Wire } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from './attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, seal, sharedSecret } from './authenticator.ts'
import { listenDynamicAuthorization, type SessionTarget } from './coa.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
let effects = townEffects(manualClock(START_MS))
let listening: Running & { port: number }
let wire: Wire
let asked: SessionTarget[]
let ends: () => Promise<boolean>

beforeEach(async () => {
  asked = []
  effects = townEffects(manualClock(START_MS))
  ends = async () => true
  const settings = { hosts: ['127.0.0.1'], port: 0, sources: [{ name: 'server', address: '127.0.0.1', secret: SECRET }], nasIdentifier: 'parvis' }
  const disconnect = (target: SessionTarget): Promise<boolean> => {
    asked.push(target)
    return ends()
  }
  listening = await listenDynamicAuthorization(settings, effects, { disconnect })
  wire = await openWire()
})
afterEach(async () => {
  wire.close()
  await listening.close()
})

let identifier = 0
function request(add: (writer: PacketWriter) => void, code: number = CODES.disconnectRequest, by = secret): Buffer {
  const writer = new PacketWriter().begin(code, identifier++ % 256)
  add(writer)
  return seal(writer, by)
}
const named = (w: PacketWriter): void => void w.add(A['Acct-Session-Id'], 's1').add(A['User-Name'], 'u').add(A['Calling-Station-Id'], '02-00-00-00-00-01')

async function ask(bytes: Buffer): Promise<Packet> {
  wire.send(bytes, listening.port)
  const reply = await wire.next()
  expect(responseAuthenticatorHolds(reply, bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret)).toBe(true)
  return reply
}
const verdict = (reply: Packet): unknown[] => [reply.code, reply.read(A['Error-Cause'])]

test('Disconnect ends the session that it names and is acknowledged; the same packet again gets the same answer and ends nothing more', async () => {
  const bytes = request(named)
  const reply = await ask(bytes)
  expect(verdict(reply)).toEqual([CODES.disconnectAck, undefined])
  expect((await ask(bytes)).bytes).toEqual(reply.bytes)
  expect(asked).toEqual([{ acctSessionId: 's1', userName: 'u', callingStationId: '02-00-00-00-00-01' }])
})

test('a session that is not here is refused with cause 503, a request that names none with 402, another NAS with 403', async () => {
  ends = async () => false
  expect(verdict(await ask(request(named)))).toEqual([CODES.disconnectNak, 503])
  expect(verdict(await ask(request((w) => void w.add(A['NAS-Identifier'], 'parvis'))))).toEqual([CODES.disconnectNak, 402])
  expect(verdict(await ask(request((w) => named(w.add(A['NAS-Identifier'], 'elsewhere')))))).toEqual([CODES.disconnectNak, 403])
  expect(asked).toHaveLength(1)
})

test('an attribute that we cannot compare ends nobody: it may name another session than the rest does', async () => {
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['Framed-IP-Address'], '192.0.2.7')))))).toEqual([CODES.disconnectNak, 401])
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['Filter-Id'], 'slow')))))).toEqual([CODES.disconnectNak, 401])
  expect(asked).toEqual([])
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['NAS-IP-Address'], '192.0.2.1').addRaw(33, Buffer.of(1))))))).toEqual([CODES.disconnectAck, undefined])
})

test('the same words later are a new request: a reply is kept for ten seconds only', async () => {
  const bytes = request(named)
  await ask(bytes)
  effects.clock.advance(10_001)
  await ask(bytes)
  expect(asked).toHaveLength(2)
})

test('a CoA-Request is refused as not supported', async () => {
  expect(verdict(await ask(request(named, CODES.coaRequest)))).toEqual([CODES.coaNak, 406])
})

test('a Message-Authenticator is checked and answered with one', async () => {
  const bytes = request((w) => named(w.reserveMessageAuthenticator()))
  const reply = await ask(bytes)
  expect(checkMessageAuthenticator(reply, bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret)).toBe('holds')
})

test('a Message-Authenticator that does not hold is not believed, though the authenticator does', async () => {
  const wrong = new PacketWriter().begin(CODES.disconnectRequest, identifier++ % 256).add(A['User-Name'], 'forged').addRaw(80, Buffer.alloc(16, 1))
  wire.send(seal(wrong, secret), listening.port)
  expect(verdict(await ask(request(named)))[0]).toBe(CODES.disconnectAck)
  expect(asked.map(({ userName }) => userName)).toEqual(['u'])
})

test('forged, stale and strangers\' requests meet silence and end nothing', async () => {
  const now = START_MS / 1000
  wire.send(request(named, CODES.disconnectRequest, sharedSecret('forged')), listening.port)
  wire.send(request((w) => named(w.add(A['Event-Timestamp'], now - 301))), listening.port)
  wire.send(request((w) => named(w.add(A['Event-Timestamp'], now + 301))), listening.port)
  expect(verdict(await ask(request((w) => void w.add(A['Event-Timestamp'], now - 299).add(A['User-Name'], 'last'))))[0]).toBe(CODES.disconnectAck)
  expect(asked).toEqual([{ userName: 'last' }])
})

test('a believed request with an attribute of the wrong size meets silence, and the next is served', async () => {
  wire.send(request((w) => named(w.addRaw(A['Event-Timestamp'].number, Buffer.of(1)))), listening.port)
  expect(verdict(await ask(request(named)))[0]).toBe(CODES.disconnectAck)
  expect(asked).toHaveLength(1)
})

test('when ending takes too long the asker is told that it may try again', async () => {
  ends = () => new Promise(() => {})
  const bytes = request(named)
  wire.send(bytes, listening.port)
  await expect.poll(() => asked.length).toBe(1)
  effects.clock.advance(3_000)
  expect(verdict(await wire.next())).toEqual([CODES.disconnectNak, 506])
})
