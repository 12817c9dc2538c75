import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { manualClock, systemClock } from '#shared/clock.ts'
import { ownResolvers, probeOf, readTarget, watchLink } from './uplink-probes.ts'
import { watchUplink, type Uplink } from './uplink.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** Somebody beyond the line who sends back what `reply` makes of a question; with their address. */
async function beyond(reply: (question: Buffer) => Buffer | undefined, port = 0): Promise<{ readonly socket: Socket; readonly port: number }> {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const answer = reply(question)
    if (answer) socket.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => void socket.bind(port, '127.0.0.1', resolve))
  open.push(() => socket.close())
  return { socket, port: socket.address().port }
}
function refused(question: Buffer): Buffer {
  const answer = Buffer.from(question)
  // RFC 1035 §4.1.1: QR, and RCODE 5.
  answer[2] = (answer[2] ?? 0) | 0x80
  answer[3] = 5
  return answer
}
const probe = (port: number) => probeOf({ kind: 'dns', address: '127.0.0.1', port }, randomBytes)
function watch(parts: Partial<Parameters<typeof watchUplink>[0]>): Uplink {
  const uplink = watchUplink({ link: () => true, probes: [], clock: systemClock(), ...parts })
  open.push(uplink.close)
  return uplink
}

test('a name server that answers, even with a refusal, shows that the line works', async () => {
  const { port } = await beyond(refused)
  expect(await probe(port)(900)).toBe(true)
})

test('an answer to another question, or an echo of ours, shows nothing', async () => {
  const stranger = await beyond((question) => refused(Buffer.concat([Buffer.from([~(question[0] ?? 0) & 255, 0]), question.subarray(2)])))
  const echo = await beyond((question) => question)
  expect(await Promise.all([probe(stranger.port)(250), probe(echo.port)(250)])).toEqual([false, false])
})

test('the third question is heard where the first two are lost', async () => {
  let lost = 2
  const { port } = await beyond((question) => (lost-- > 0 ? undefined : refused(question)))
  expect(await probe(port)(900)).toBe(true)
})

test('a server that takes connections, or refuses them, is there', async () => {
  const server = createServer((socket) => void socket.destroy())
  const port = await new Promise<number>((resolve) => void server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))
  const tcp = probeOf({ kind: 'tcp', address: '127.0.0.1', port }, randomBytes)
  expect(await tcp(900)).toBe(true)
  await new Promise((resolve) => void server.close(resolve))
  expect(await tcp(900)).toBe(true)
})

test('a line whose far end falls silent is dead on the next page, and within two seconds', async () => {
  let silent = false
  const { port } = await beyond((question) => (silent ? undefined : refused(question)))
  const uplink = watch({ probes: [probe(port)] })
  await uplink.fresh()
  expect(uplink.state()).toBe('works')
  silent = true
  const fellMs = performance.now()
  // A phone asks at the worst moment: just after the last answer, and again until it is told.
  while (uplink.state() !== 'dead') {
    await uplink.fresh()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(performance.now() - fellMs).toBeLessThan(2_200)
  }
  silent = false
  const backMs = performance.now()
  while (uplink.state() === 'dead') {
    await uplink.fresh()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(performance.now() - backMs).toBeLessThan(2_200)
  }
})

test('without its link the line is dead at once, whoever answered a moment ago; nobody is asked', async () => {
  let up = true
  let asked = 0
  const uplink = watch({ link: () => up, probes: [async () => (asked++, true)], clock: manualClock(0) })
  await uplink.fresh()
  up = false
  const before = asked
  await uplink.fresh()
  expect(uplink.state()).toBe('dead')
  expect(asked).toBe(before)
})

test('a hundred phones a second make one question, and an idle gateway asks four times a minute', async () => {
  const clock = manualClock(0)
  let asked = 0
  const uplink = watch({ probes: [async () => (asked++, true)], clock })
  await uplink.fresh()
  for (let phone = 0; phone < 100; phone++) await uplink.fresh()
  expect(asked).toBe(1)
  for (let second = 0; second < 60; second++) {
    clock.advance(1_000)
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
  }
  expect(asked).toBeLessThanOrEqual(6)
})

test('one of several that answers is enough, and a dead line keeps nobody waiting', async () => {
  const clock = manualClock(0)
  let alive = true
  const uplink = watch({ probes: [async () => false, async () => alive], clock })
  await uplink.fresh()
  expect(uplink.state()).toBe('works')
  alive = false
  clock.advance(1_001)
  await uplink.fresh()
  expect(uplink.state()).toBe('dead')
  const stalled = watch({ probes: [(() => { let first = true; return () => (first ? ((first = false), Promise.resolve(false)) : new Promise<boolean>(() => {})) })()], clock })
  await stalled.fresh()
  clock.advance(1_001)
  await stalled.fresh()
  expect(stalled.state()).toBe('dead')
})

test('without a question to ask, a link that is up says nothing of the line behind it', () => {
  expect(watch({}).state()).toBe('unknown')
})

test.each([
  ['dns:192.0.2.53', { kind: 'dns', address: '192.0.2.53', port: 53 }], ['dns:[2001:db8::53]:5353', { kind: 'dns', address: '2001:db8::53', port: 5353 }],
  ['tcp:192.0.2.1:443', { kind: 'tcp', address: '192.0.2.1', port: 443 }], ['tcp:192.0.2.1', undefined], ['dns:example.org', undefined], ['dns:192.0.2.999', undefined], ['icmp:192.0.2.1', undefined], ['dns:192.0.2.1:0', undefined], ['', undefined],
])('"%s" as somebody to ask', (text, target) => {
  expect(readTarget(text)).toEqual(target)
})

test('a resolver on the machine itself is no witness of the line', () => {
  expect(ownResolvers(['127.0.0.53', '::1', '192.0.2.53', '2001:db8::1']).map(({ address }) => address)).toEqual(['192.0.2.53', '2001:db8::1'])
})

test('an interface has its link while the kernel lists it; a kernel that does not answer says nothing', () => {
  const clock = manualClock(0)
  let listed: NodeJS.Dict<NetworkInterfaceInfo[]> | undefined = { wan0: [] }
  const link = watchLink('wan0', clock.monotonic, () => listed ?? fail())
  expect(link()).toBe(true)
  listed = { lan0: [] }
  clock.advance(100)
  expect(link()).toBe(false)
  listed = undefined
  clock.advance(100)
  expect(link()).toBeUndefined()
  expect(watchLink('lo', clock.monotonic)()).toBe(true)
  expect(watchLink('none0', clock.monotonic)()).toBe(false)
})
function fail(): never {
  throw new Error('no memory')
}
