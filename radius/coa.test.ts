import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Running } from '#shared/effects.ts'
import { manualClock } from '#shared/clock.ts'
import { openWire, SECRET, START_MS, townEffects, type Wire } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from './attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, seal, sharedSecret } from './authenticator.ts'
import { listenDynamicAuthorization, type Done, type SessionChange, type SessionTarget } from './coa.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
let effects = townEffects(manualClock(START_MS))
let listening: Running & { port: number }
let wire: Wire
let asked: SessionTarget[]
let changes: SessionChange[]
let ends: () => Promise<Done>

beforeEach(async () => {
  asked = []
  changes = []
  effects = townEffects(manualClock(START_MS))
  ends = async () => 'done'
  const settings = { hosts: ['127.0.0.1'], port: 0, sources: [{ name: 'server', address: '127.0.0.1', secret: SECRET }], nasIdentifier: 'parvis' }
  const disconnect = (target: SessionTarget): Promise<Done> => {
    asked.push(target)
    return ends()
  }
  const change = (target: SessionTarget, wanted: SessionChange): Promise<Done> => {
    changes.push(wanted)
    return disconnect(target)
  }
  listening = await listenDynamicAuthorization(settings, effects, { disconnect, change })
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

test('a session that is not here is refused with cause 503, one that cannot be ended with 504, a request that names none with 402, another NAS with 403', async () => {
  ends = async () => 'sessionNotFound'
  expect(verdict(await ask(request(named)))).toEqual([CODES.disconnectNak, 503])
  ends = async () => 'sessionNotRemovable'
  expect(verdict(await ask(request(named)))).toEqual([CODES.disconnectNak, 504])
  expect(verdict(await ask(request((w) => void w.add(A['NAS-Identifier'], 'parvis'))))).toEqual([CODES.disconnectNak, 402])
  expect(verdict(await ask(request((w) => named(w.add(A['NAS-Identifier'], 'elsewhere')))))).toEqual([CODES.disconnectNak, 403])
  expect(verdict(await ask(request((w) => named(w.add(A['NAS-IP-Address'], '192.0.2.1')))))).toEqual([CODES.disconnectNak, 403])
  expect(verdict(await ask(request((w) => named(w.add(A['NAS-IPv6-Address'], '2001:db8::1')))))).toEqual([CODES.disconnectNak, 403])
  expect(asked).toHaveLength(2)
})

test('an attribute that we cannot compare ends nobody: it may name another session than the rest does', async () => {
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['Framed-IP-Address'], '192.0.2.7')))))).toEqual([CODES.disconnectNak, 401])
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['Filter-Id'], 'slow')))))).toEqual([CODES.disconnectNak, 401])
  expect(asked).toEqual([])
  expect(verdict(await ask(request((w) => (named(w), void w.add(A['NAS-IP-Address'], '127.0.0.1').addRaw(33, Buffer.of(1)).addRaw(33, Buffer.of(2))))))).toEqual([CODES.disconnectAck, undefined])
})

test('the same words later are a new request: a reply is kept for ten seconds only', async () => {
  const bytes = request(named)
  await ask(bytes)
  effects.clock.advance(10_001)
  await ask(bytes)
  expect(asked).toHaveLength(2)
})

test('a name that is empty, given twice or of the wrong size ends nobody', async () => {
  for (const add of [
    (w: PacketWriter) => void w.addRaw(A['User-Name'].number),
    (w: PacketWriter) => void w.add(A['User-Name'], 'u').add(A['User-Name'], 'v'),
    (w: PacketWriter) => (named(w), void w.addRaw(A['NAS-IP-Address'].number, Buffer.of(127, 0, 1))),
  ]) expect(verdict(await ask(request(add)))).toEqual([CODES.disconnectNak, 404])
  expect(asked).toEqual([])
})

const change = (add: (writer: PacketWriter) => void): Promise<Packet> => ask(request((w) => (named(w), add(w)), CODES.coaRequest))

test('a CoA-Request changes every limit that an Access-Accept can set, vendors\' included', async () => {
  const reply = await change((w) => {
    w.add(A['Session-Timeout'], 600).add(A['Idle-Timeout'], 60).add(A['Acct-Interim-Interval'], 120).add(A.Class, Buffer.of(1, 2))
    w.add(A['WISPr-Bandwidth-Max-Down'], 2_000_000).add(A['ChilliSpot-Bandwidth-Max-Up'], 500).add(A['ChilliSpot-Max-Total-Octets'], 5).add(A['ChilliSpot-Max-Total-Gigawords'], 1)
  })
  expect(verdict(reply)).toEqual([CODES.coaAck, undefined])
  expect(changes).toEqual([
    { sessionSeconds: 600, idleSeconds: 60, interimSeconds: 120, class: Uint8Array.of(1, 2), downKbps: 2_000, upKbps: 500, quotaBytes: 2 ** 32 + 5 },
  ])
  expect(asked).toEqual([{ acctSessionId: 's1', userName: 'u', callingStationId: '02-00-00-00-00-01' }])
})

test.each<[says: string, add: (writer: PacketWriter) => void, cause: number]>([
  ['another filter', (w) => void w.add(A['Filter-Id'], 'slow'), 401],
  ['a vendor that we do not know', (w) => void w.addRaw(26, Buffer.of(0, 0, 0, 9, 1, 3, 0)), 401],
  ['a vendor attribute that is cut short', (w) => void w.addRaw(26, Buffer.of(0, 0, 56, 223, 1, 9, 0)), 401],
  ['nothing', () => undefined, 402],
  ['the same limit twice', (w) => void w.add(A['Session-Timeout'], 9), 404],
  ['a limit of the wrong size', (w) => void w.addRaw(A['Idle-Timeout'].number, Buffer.of(1)), 404],
  ['no bytes at all', (w) => void w.add(A['Mikrotik-Total-Limit'], 0), 407],
  ['another NAS', (w) => void w.add(A['NAS-Identifier'], 'elsewhere'), 403],
  ['another service', (w) => void w.add(A['Service-Type'], 2), 405],
  ['authorisation anew, with its state', (w) => void w.add(A['Service-Type'], 17).add(A.State, Buffer.of(7)), 405],
  ['authorisation anew, without its state', (w) => void w.add(A['Service-Type'], 17), 402],
])('of a CoA-Request that asks for %s nothing is done, what it could have as little', async (says, add, cause) => {
  const reply = await change((w) => (says === 'nothing' || w.add(A['Session-Timeout'], 600), add(w)))
  expect(verdict(reply)).toEqual([CODES.coaNak, cause])
  expect(changes).toEqual([])
})

test('no time at all is not a change but an end: cause 407', async () => {
  expect(verdict(await change((w) => void w.add(A['Session-Timeout'], 0)))).toEqual([CODES.coaNak, 407])
})

test('State and Proxy-State come back in both answers, as they were', async () => {
  const add = (w: PacketWriter): void => void w.add(A['Session-Timeout'], 600).add(A.State, Buffer.of(7, 8)).addRaw(33, Buffer.of(1)).addRaw(33, Buffer.of(2))
  const ack = await change(add)
  ends = async () => 'resourcesUnavailable'
  const nak = await change(add)
  expect([verdict(ack), verdict(nak)]).toEqual([[CODES.coaAck, undefined], [CODES.coaNak, 506]])
  for (const reply of [ack, nak]) {
    expect(reply.read(A.State)).toEqual(Buffer.of(7, 8))
    expect(reply.readJoined(A['Proxy-State'])).toEqual(Buffer.of(1, 2))
  }
})

test('a State in a Disconnect-Request ends nobody: it belongs to CoA', async () => {
  expect(verdict(await ask(request((w) => (named(w), void w.add(A.State, Buffer.of(7))))))).toEqual([CODES.disconnectNak, 401])
})

test('when a change takes too long there is silence, because nobody knows yet; asked again it is done again', async () => {
  let settle: (done: Done) => void = () => undefined
  ends = () => new Promise((resolve) => (settle = resolve))
  const bytes = request((w) => (named(w), void w.add(A['Session-Timeout'], 600)), CODES.coaRequest)
  wire.send(bytes, listening.port)
  await expect.poll(() => asked.length).toBe(1)
  effects.clock.advance(3_000)
  settle('done')
  ends = async () => 'done'
  expect(verdict(await ask(bytes))).toEqual([CODES.coaAck, undefined])
  expect(asked).toHaveLength(2)
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
