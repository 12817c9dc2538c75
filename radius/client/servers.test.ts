import { createSocket, type RemoteInfo } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { manualClock, type Clock } from '#shared/clock.ts'
import { SECRET, START_MS, townEffects } from '#test/support/radius-town.ts'
import { replyTo } from '#test/support/upstream.ts'
import { sharedSecret } from '../authenticator.ts'
import { CODES, openPacket, type Packet } from '../packet.ts'
import { PATIENCE, type Patience } from './line.ts'
import { accessRequest } from './requests.ts'
import { openServers, type ServersOptions } from './servers.ts'

const secret = sharedSecret(SECRET)
const question = { userName: 'someone', password: 'x', callingStationId: '02-00-00-00-00-01', nasIdentifier: 'parvis' }
const make = (identifier: number) => accessRequest(identifier, question, secret, randomBytes(16))

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})

type Heard = { readonly request: Packet; readonly from: RemoteInfo }
/** A server that answers when told to. */
async function silentServer(): Promise<{ port: number; heard: Heard[]; accept(one: Heard): void }> {
  const heard: Heard[] = []
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 20 })
  socket.on('message', (bytes, from) => void heard.push({ request: openPacket(bytes), from }))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  opened.push(socket)
  return { port: socket.address().port, heard, accept: ({ request, from }) => socket.send(replyTo(request, CODES.accessAccept, secret), from.port, from.address) }
}
function servers(ports: readonly number[], clock: Clock, patience: Partial<Patience> = {}, more: Partial<ServersOptions> = {}, address = '127.0.0.1') {
  const effects = townEffects(clock)
  const options = { name: 'auth', nasIdentifier: 'parvis', patience: { ...PATIENCE, ...patience }, ...more }
  const opening = openServers(ports.map((port) => ({ address, port, secret })), options, effects)
  opened.push(opening)
  return { ...opening, effects }
}

test('gateways that lost the same server do not ask again in step: every wait is within a tenth of its length, and they differ', async () => {
  const manual = manualClock(START_MS)
  const waits: number[] = []
  const clock: Clock = { ...manual, after: (ms, task) => (waits.push(ms), manual.after(ms, task)) }
  const server = await silentServer()
  const { ask } = servers([server.port], clock, { tries: 5 })
  const asked = Array.from({ length: 100 }, () => ask(make))
  await expect.poll(() => waits.length).toBe(100)
  for (const [nth, length] of [1_000, 2_000, 4_000, 4_000].entries()) {
    const ofThis = waits.slice(100 * nth, 100 * (nth + 1))
    expect(Math.min(...ofThis)).toBeGreaterThanOrEqual(0.9 * length)
    expect(Math.max(...ofThis)).toBeLessThanOrEqual(1.1 * length)
    expect(new Set(ofThis).size).toBeGreaterThan(90)
    manual.advance(1.1 * length)
  }
  manual.advance(10_000)
  expect(new Set(await Promise.all(asked))).toEqual(new Set([undefined]))
})

test('the identifier of a question that was given up rests while its answer may come; a late answer is nobody else’s and no forgery', async () => {
  const clock = manualClock(START_MS)
  const server = await silentServer()
  const { ask, effects } = servers([server.port], clock, { tries: 1, firstWaitMs: 100 })
  const questions = (): Heard[] => server.heard.filter(({ request }) => request.code === CODES.accessRequest)
  const first = Array.from({ length: 200 }, () => ask(make))
  await expect.poll(() => questions().length).toBe(200)
  clock.advance(150)
  await Promise.all(first)
  const next = Array.from({ length: 100 }, () => ask(make))
  await expect.poll(() => questions().length).toBe(300)
  expect(new Set(questions().map(({ request, from }) => `${from.port} ${request.identifier}`)).size).toBe(300)
  for (const one of questions().slice(0, 200)) server.accept(one)
  for (const one of questions().slice(200)) server.accept(one)
  expect((await Promise.all(next)).map((heard) => heard?.reply.code)).toEqual(Array.from({ length: 100 }, () => CODES.accessAccept))
  expect(effects.metrics.text()).toContain('parvis_radius_replies_disbelieved_total 0')
})

test('a server that is silent to one question but alive is not put last: its Status-Server is asked at once', async () => {
  const clock = manualClock(START_MS)
  const [first, second] = [await silentServer(), await silentServer()]
  const { ask, silent } = servers([first.port, second.port], clock, { tries: 1 })
  const answer = ask(make)
  await expect.poll(() => first.heard.length).toBe(1)
  clock.advance(1_100)
  expect(silent(0)).toBe(true)
  await expect.poll(() => [first.heard.length, second.heard.length]).toEqual([2, 1])
  first.accept(first.heard[1]!)
  await expect.poll(() => silent(0)).toBe(false)
  second.accept(second.heard[0]!)
  expect((await answer)?.server).toBe(1)
})

test('the first of several answers counts, wherever it comes from, and the others are asked no more', async () => {
  const clock = manualClock(START_MS)
  const [slow, next] = [await silentServer(), await silentServer()]
  const { ask } = servers([slow.port, next.port], clock, { tries: 2 })
  const answer = ask(make)
  await expect.poll(() => slow.heard.length).toBe(1)
  clock.advance(1_100)
  clock.advance(2_200)
  const questions = (): number => next.heard.filter(({ request }) => request.code === CODES.accessRequest).length
  await expect.poll(questions).toBe(1)
  slow.accept(slow.heard[0]!)
  expect((await answer)?.server).toBe(0)
  clock.advance(1_100)
  // Real time for a packet that must not come.
  await setTimeout(30)
  expect(questions()).toBe(1)
})

test('a conversation that is bound to one server goes to no other, and ends with its time', async () => {
  const clock = manualClock(START_MS)
  const [first, second] = [await silentServer(), await silentServer()]
  const { ask } = servers([first.port, second.port], clock, {}, { withinMs: 2_800 })
  const answer = ask(make, 1)
  await expect.poll(() => second.heard.length).toBe(1)
  clock.advance(2_801)
  expect(await answer).toBeUndefined()
  expect(first.heard).toHaveLength(0)
})

test('what cannot be written is the asker’s error, and asks nobody', async () => {
  const server = await silentServer()
  const { ask } = servers([server.port], manualClock(START_MS))
  await expect(ask((identifier) => accessRequest(identifier, { ...question, password: 'x'.repeat(129) }, secret, randomBytes(16)))).rejects.toMatchObject({ code: 'attribute_value' })
  expect(server.heard).toHaveLength(0)
})

test('servers to which no packet can be sent are silent at once, and are tried again the next time', async () => {
  const { ask, effects } = servers([1, 2], manualClock(START_MS), {}, { withinMs: 2_800 }, '255.255.255.255')
  expect([await ask(make), await ask(make)]).toEqual([undefined, undefined])
  expect(effects.lines.filter((line) => line.includes('server is silent'))).toHaveLength(2)
})

test('after closing nobody is asked any more', async () => {
  const server = await silentServer()
  const { ask, close } = servers([server.port], manualClock(START_MS), {}, { withinMs: 2_800 })
  const asked = ask(make)
  await close()
  expect([await asked, await ask(make)]).toEqual([undefined, undefined])
})

test('a server that keeps failing single questions is told of once a minute, and shown in the metrics as it is', async () => {
  const clock = manualClock(START_MS)
  const server = await silentServer()
  const { ask, effects, silent } = servers([server.port], clock, { tries: 1, probeEveryMs: 3_600_000 })
  const lines = (text: string): number => effects.lines.filter((line) => line.includes(text)).length
  async function fail(): Promise<void> {
    const before = server.heard.length
    const answer = ask(make)
    await expect.poll(() => server.heard.length).toBe(before + 1)
    clock.advance(1_100)
    await answer
    await expect.poll(() => server.heard.length).toBe(before + 2)
    expect(effects.metrics.text()).toContain('parvis_radius_server_silent{servers="auth",server="1"} 1')
    server.accept(server.heard.at(-1)!)
    await expect.poll(() => silent(0)).toBe(false)
  }
  for (let i = 0; i < 3; i++) await fail()
  expect([lines('server is silent'), lines('server is asked in its turn again')]).toEqual([1, 1])
  expect(effects.metrics.text()).toContain('parvis_radius_server_silent{servers="auth",server="1"} 0')
  clock.advance(60_000)
  await fail()
  expect([lines('server is silent'), lines('server is asked in its turn again')]).toEqual([2, 2])
})
