import { createSocket } from 'node:dgram'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { manualClock, systemClock } from '#shared/clock.ts'
import { openWire, radiusTown, SECRET, START_MS, townEffects, type RadiusTown } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from './attributes.ts'
import { seal, sharedSecret } from './authenticator.ts'
import { createNas, type NasSettings } from './client.ts'
import type { AccessQuestion, AccountingReport, Nas } from './nas.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { TOLD } from './told.ts'

const secret = sharedSecret(SECRET)
const question: AccessQuestion = { userName: 'someone', password: 'a password', callingStationId: '02-00-00-00-00-01', nasIdentifier: 'parvis' }
const report: AccountingReport = { status: 'stop', nasIdentifier: 'parvis', acctSessionId: 's1', userName: 'someone', eventSeconds: START_MS / 1000, inputOctets: 5_000_000_000, outputOctets: 7, sessionSeconds: 60.4, terminateCause: 'sessionTimeout' }

let town: RadiusTown
const open: Nas[] = []
const opened: { close(): void }[] = []
beforeEach(async () => void (town = await radiusTown()))
afterEach(async () => {
  await Promise.all(open.splice(0).map((nas) => nas.close()))
  for (const one of opened.splice(0)) one.close()
  await town.close()
})

async function nasFor(ports: readonly (readonly [auth: number, acct: number])[], clock = systemClock(), patience: NasSettings['patience'] = {}): Promise<Nas> {
  const servers = ports.map(([authPort, acctPort]) => ({ address: '127.0.0.1', authPort, acctPort, secret: SECRET }))
  const nas = await createNas({ servers, nasIdentifier: 'parvis', patience }, townEffects(clock))
  open.push(nas)
  return nas
}

/** A server that is not ours: shows each packet to `script`, which answers by itself. */
async function scriptedServer(script: (packet: Packet, answer: (bytes: Buffer) => void) => void): Promise<number> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 })
  socket.on('message', (bytes, from) => script(openPacket(bytes), (reply) => socket.send(reply, from.port, from.address)))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  opened.push(socket)
  return socket.address().port
}

function reply(request: Packet, code: number, add: (writer: PacketWriter) => void = (w) => void w.reserveMessageAuthenticator(), by = secret): Buffer {
  const writer = new PacketWriter().begin(code, request.identifier, request.bytes, AUTHENTICATOR_AT)
  add(writer)
  return seal(writer, by)
}

test('the portal asks our server with a token and learns what the phone may do', async () => {
  const { user, password } = town.token()
  const nas = await nasFor([[town.radius.authPort, town.radius.acctPort]])
  expect(await nas.access({ ...question, userName: user, password })).toEqual({
    kind: 'accept',
    authorisation: { sessionSeconds: 7_200, idleSeconds: 900, interimSeconds: 300, downKbps: 5_000, upKbps: 1_000, quotaBytes: 6_000_000_000 },
  })
  expect(await nas.access(question)).toEqual({ kind: 'reject', message: TOLD.wrong })
})

test('a report arrives with its gigawords, and is acknowledged', async () => {
  const nas = await nasFor([[town.radius.authPort, town.radius.acctPort]])
  expect(await nas.account(report)).toBe(true)
  expect(await nas.account({ status: 'on', nasIdentifier: 'parvis', acctSessionId: 'boot', userName: '', eventSeconds: START_MS / 1000 })).toBe(true)
  expect(town.heard.map((one) => one.report)).toEqual([{ ...report, sessionSeconds: 60 }, expect.objectContaining({ status: 'on', acctSessionId: 'boot' })])
})

test('a name that no packet can carry is rejected without asking anyone', async () => {
  const nas = await nasFor([[town.radius.authPort, town.radius.acctPort]])
  expect(await nas.access({ ...question, userName: 'x'.repeat(254) })).toEqual({ kind: 'reject' })
  expect(await nas.access({ ...question, password: 'x'.repeat(129) })).toEqual({ kind: 'reject' })
  expect(await nas.account({ ...report, userName: 'x'.repeat(254) })).toBe(false)
})

test('a reply without Message-Authenticator, forged, or to another question is no answer', async () => {
  const port = await scriptedServer((request, answer) => {
    answer(reply(request, CODES.accessAccept, () => undefined))
    answer(reply(request, CODES.accessAccept, undefined, sharedSecret('forged')))
    answer(Buffer.from('junk'))
    const retouched = reply(request, CODES.accessAccept)
    retouched.fill(0, AUTHENTICATOR_AT, HEADER_BYTES)
    answer(retouched)
    const other = reply(request, CODES.accessAccept)
    other[1] = (request.identifier + 1) % 256
    answer(other)
    answer(reply(request, CODES.accountingResponse))
  })
  const nas = await nasFor([[port, port]], systemClock(), { firstWaitMs: 60, tries: 2 })
  expect(await nas.access(question)).toEqual({ kind: 'silence' })
})

test('an acknowledgement that does not hold is none: the report is kept and sent again later', async () => {
  const port = await scriptedServer((request, answer) => answer(reply(request, CODES.accountingResponse, () => undefined, sharedSecret('forged'))))
  const nas = await nasFor([[port, port]], systemClock(), { firstWaitMs: 60, tries: 2 })
  expect(await nas.account(report)).toBe(false)
})

test('a challenge is as good as a reject, and says what the server says', async () => {
  const port = await scriptedServer((request, answer) => answer(reply(request, CODES.accessChallenge, (w) => void w.reserveMessageAuthenticator().add(ATTRIBUTES['Reply-Message'], 'Code?'))))
  const nas = await nasFor([[port, port]])
  expect(await nas.access(question)).toEqual({ kind: 'reject', message: 'Code?' })
})

test('an accept with a senseless limit grants nothing', async () => {
  const port = await scriptedServer((request, answer) => answer(reply(request, CODES.accessAccept, (w) => void w.reserveMessageAuthenticator().addRaw(27, Buffer.of(1)))))
  const nas = await nasFor([[port, port]])
  expect(await nas.access(question)).toEqual({ kind: 'reject' })
})

test('retransmissions are the same bytes, further apart each time, and end', async () => {
  const clock = manualClock(START_MS)
  const heard: { atMs: number; bytes: string }[] = []
  const port = await scriptedServer((request) => void heard.push({ atMs: clock.monotonic(), bytes: request.bytes.toString('hex') }))
  const nas = await nasFor([[port, port]], clock)
  const acknowledged = nas.account(report)
  await expect.poll(() => heard.length, { interval: 5 }).toBe(1)
  // Real time for a packet that must not come: were the second wait as short as the first, it would be heard at 2,300.
  for (const stepMs of [1_150, 1_150, 1_150]) {
    clock.advance(stepMs)
    await setTimeout(30)
  }
  expect(heard.map(({ atMs }) => atMs)).toEqual([0, 1_150, 3_450])
  clock.advance(10_000)
  expect(await acknowledged).toBe(false)
  expect(new Set(heard.map(({ bytes }) => bytes)).size).toBe(1)
})

test('when the first server is silent the second is asked, and from then on first; an answered Status-Server brings the first back', async () => {
  let alive = false
  const seen: number[] = []
  const first = await scriptedServer((request, answer) => {
    seen.push(request.code)
    if (alive) answer(reply(request, request.code === CODES.statusServer ? CODES.accessAccept : CODES.accessReject))
  })
  const { authPort, acctPort } = town.radius
  const nas = await nasFor([[first, first], [authPort, acctPort]], systemClock(), { firstWaitMs: 40, tries: 2, probeEveryMs: 60 })
  const token = town.token()
  const asToken = { ...question, userName: token.user, password: token.password }
  expect((await nas.access(asToken)).kind).toBe('accept')
  expect(seen.filter((code) => code === CODES.accessRequest)).toHaveLength(2)
  expect((await nas.access(asToken)).kind).toBe('accept')
  expect(seen.filter((code) => code === CODES.accessRequest)).toHaveLength(2)
  alive = true
  await expect.poll(() => seen.includes(CODES.statusServer)).toBe(true)
  await expect.poll(() => nas.access(asToken), { interval: 20 }).toEqual({ kind: 'reject' })
})

test('three hundred questions at once each get their own answer', async () => {
  const port = await scriptedServer((request, answer) => answer(reply(request, CODES.accessReject, (w) => void w.reserveMessageAuthenticator().add(ATTRIBUTES['Reply-Message'], request.read(ATTRIBUTES['User-Name']) ?? ''))))
  const nas = await nasFor([[port, port]])
  const names = Array.from({ length: 300 }, (_, i) => `user ${i}`)
  const answers = await Promise.all(names.map((userName) => nas.access({ ...question, userName })))
  expect(answers).toEqual(names.map((message) => ({ kind: 'reject', message })))
})

test('closing ends what was waited for', async () => {
  const wire = await openWire()
  opened.push(wire)
  const nas = await nasFor([[wire.port, wire.port]])
  const answer = nas.access(question)
  await nas.close()
  expect(await answer).toEqual({ kind: 'silence' })
})

test('a portal without a server or a secret is told so at start', async () => {
  await expect(createNas({ servers: [], nasIdentifier: 'x' }, townEffects(systemClock()))).rejects.toMatchObject({ code: 'radius_servers' })
  const server = { address: '127.0.0.1', authPort: 1, acctPort: 1, secret: '' }
  await expect(createNas({ servers: [server], nasIdentifier: 'x' }, townEffects(systemClock()))).rejects.toMatchObject({ code: 'radius_servers' })
})
