import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import { openWire, SECRET, START_MS, townEffects, type Wire } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { checkMessageAuthenticator, requestAuthenticatorHolds, seal, sharedSecret } from '../authenticator.ts'
import { clientTable } from '../clients.ts'
import { CODES, HEADER_BYTES, AUTHENTICATOR_AT, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { ERROR_CAUSES, errorCause } from './error-causes.ts'
import { createCoaSender, type CoaSender, type ForeignSession } from './sender.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
const session: ForeignSession = {
  origin: { client: 'ap', address: '127.0.0.1' }, nasIdentifier: 'ap-mairie', acctSessionId: 's1', userName: 'u', callingStationId: '02-00-00-00-00-01',
}
let effects = townEffects(manualClock(START_MS))
let nas: Wire
let sender: CoaSender

beforeEach(async () => {
  effects = townEffects(manualClock(START_MS))
  nas = await openWire()
  sender = createCoaSender(clientTable([{ name: 'ap', address: '127.0.0.0/8', secret: SECRET, coaPort: nas.port }]), effects)
})
afterEach(async () => {
  await sender.close()
  nas.close()
})

function answer(request: Packet, code: number, add: (writer: PacketWriter) => void = () => undefined, by = secret): void {
  const writer = new PacketWriter().begin(code, request.identifier, request.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES))
  add(writer)
  nas.reply(seal(writer, by))
}

test('a session is named as its access server knows it, with a proof and the time', async () => {
  const told = sender.disconnect(session)
  const request = await nas.next()
  expect([request.code, requestAuthenticatorHolds(request, secret), checkMessageAuthenticator(request, 'zeros', secret)]).toEqual([CODES.disconnectRequest, true, 'holds'])
  expect([A['NAS-Identifier'], A['Acct-Session-Id'], A['User-Name'], A['Calling-Station-Id']].map((row) => request.read(row))).toEqual(['ap-mairie', 's1', 'u', '02-00-00-00-00-01'])
  expect(request.read(A['Event-Timestamp'])).toBe(START_MS / 1000)
  answer(request, CODES.disconnectAck)
  expect(await told).toEqual({ kind: 'done' })
})

test.each([['192.0.2.7', 'NAS-IP-Address'], ['2001:db8::7', 'NAS-IPv6-Address']] as const)('an access server that named itself by %s is named by %s', async (nasIdentifier, name) => {
  const told = sender.disconnect({ ...session, nasIdentifier, userName: '', callingStationId: undefined })
  const request = await nas.next()
  expect([request.read(A[name]), request.has(A['NAS-Identifier']), request.has(A['User-Name']), request.has(A['Calling-Station-Id'])]).toEqual([nasIdentifier, false, false, false])
  answer(request, CODES.disconnectAck)
  await told
})

test('a forged acknowledgement is ignored, however often it comes, and the true refusal behind it believed', async () => {
  const told = sender.disconnect(session)
  const request = await nas.next()
  answer(request, CODES.disconnectAck, undefined, sharedSecret('forged'))
  answer(request, CODES.accessAccept)
  answer(request, CODES.coaAck)
  answer(request, CODES.disconnectAck, (writer) => void writer.addRaw(80, Buffer.alloc(16, 1)))
  nas.reply(Buffer.from(request.bytes).fill(CODES.disconnectAck, 0, 1))
  answer(request, CODES.disconnectNak, (writer) => void writer.add(A['Error-Cause'], 503))
  expect(await told).toEqual({ kind: 'refused', cause: 'sessionNotFound' })
})

test('without an answer the same bytes go out three times; then it is silence', async () => {
  const told = sender.disconnect(session)
  const bytes = (await nas.next()).bytes
  for (const waitMs of [1_100, 2_200]) {
    effects.clock.advance(waitMs)
    expect((await nas.next()).bytes).toEqual(bytes)
  }
  effects.clock.advance(4_400)
  expect(await told).toEqual({ kind: 'silent' })
})

test('a refusal without a cause, or with one that makes no sense, is a refusal', async () => {
  for (const add of [() => undefined, (writer: PacketWriter) => void writer.add(A['Error-Cause'], 999), (writer: PacketWriter) => void writer.addRaw(101, Buffer.of(1))]) {
    const told = sender.change(session, { sessionSeconds: 60 })
    answer(await nas.next(), CODES.coaNak, add)
    expect(await told).toEqual({ kind: 'refused', cause: undefined })
  }
})

test('where nobody is configured any more nothing is sent', async () => {
  expect(await sender.disconnect({ ...session, origin: { client: 'ap', address: '192.0.2.1' } })).toEqual({ kind: 'stranger' })
})

test('of many sessions that end together 64 are asked about at a time', async () => {
  const all = Promise.all(Array.from({ length: 70 }, (_, index) => sender.disconnect({ ...session, acctSessionId: `s${index}` })))
  let last = await nas.next()
  for (let asked = 1; asked < 64; asked++) last = await nas.next()
  const more = nas.next().then((request) => request)
  expect(await Promise.race([more, new Promise((resolve) => setTimeout(resolve, 100, 'none'))])).toBe('none')
  answer(last, CODES.disconnectAck)
  expect((await more).read(A['Acct-Session-Id'])).toBe('s64')
  await sender.close()
  expect((await all).map(({ kind }) => kind).filter((kind) => kind === 'done')).toHaveLength(1)
})

test('closing ends what is on its way, and nothing is sent after it', async () => {
  const told = sender.disconnect(session)
  await nas.next()
  await sender.close()
  expect(await told).toEqual({ kind: 'silent' })
  expect(await sender.disconnect(session)).toEqual({ kind: 'silent' })
})

test('every cause of the RFC has a name, both ways', () => {
  for (const [name, number] of Object.entries(ERROR_CAUSES)) expect(errorCause(number)).toBe(name)
  expect(errorCause(999)).toBeUndefined()
})
