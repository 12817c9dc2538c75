import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { listen, type Listening } from './listen.ts'

/** More than the kernel takes in for somebody who does not read. */
const LARGE = Buffer.alloc(32 * 2 ** 20)
const SLOW_MS = 300
let door: Listening | undefined
afterEach(() => door?.close())

async function ask(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
  return socket
}

test('who asks for much and reads none of it loses the connection, and the answer its memory', async () => {
  const gone = Promise.withResolvers<void>()
  door = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'test.port', stalledTimeoutMs: SLOW_MS, handler: (_, response) => void response.on('close', gone.resolve).end(LARGE) })
  const reader = await ask(door.port)
  reader.pause()
  await gone.promise
  reader.destroy()
}, 5_000)

test('who reads slowly, but reads, gets it all', async () => {
  door = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'test.port', stalledTimeoutMs: SLOW_MS, handler: (_, response) => void response.setHeader('connection', 'close').end(LARGE) })
  const reader = await ask(door.port)
  let read = 0
  reader.on('data', (part: Buffer) => {
    read += part.length
    // About 1 s in all, three times what a stalled reader has.
    if (read % 2 ** 20 < part.length) {
      reader.pause()
      setTimeout(() => reader.resume(), 30)
    }
  })
  await once(reader, 'close')
  expect(read).toBeGreaterThan(LARGE.length)
}, 10_000)

test('a second question on a kept connection is under the same limit as the first', async () => {
  const gone = Promise.withResolvers<void>()
  let asked = 0
  door = await listen({
    hosts: ['127.0.0.1'], port: 0, key: 'test.port', stalledTimeoutMs: SLOW_MS,
    handler: (_, response) => void (++asked === 1 ? response.end('short') : response.on('close', gone.resolve).end(LARGE)),
  })
  const reader = await ask(door.port)
  await once(reader, 'data')
  reader.pause()
  reader.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
  await gone.promise
  reader.destroy()
}, 5_000)

test('in a crowd one address adds so many connections and no more; another still comes in, and so does the first when it has let go', async () => {
  door = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'test.port', socketsPerAddress: 3, handler: (_, response) => void response.write('here') })
  const { port } = door
  const come = async (from: string) => {
    const socket = await ask(port, from)
    const fate = await Promise.race([once(socket, 'data').then(() => 'let in'), once(socket, 'close').then(() => 'shut out')])
    return { socket, fate }
  }
  const fates = async (from: string, many: number) => {
    const came = []
    for (let index = 0; index < many; index++) came.push(await come(from))
    return came
  }
  const crowd = await fates('127.0.0.9', 3)
  const first = await fates('127.0.0.2', 4)
  expect(first.map(({ fate }) => fate)).toEqual(['let in', 'let in', 'let in', 'shut out'])
  const others = await fates('127.0.0.3', 4)
  expect(others.map(({ fate }) => fate)).toEqual(['let in', 'let in', 'let in', 'shut out'])
  for (const { socket } of first) socket.destroy()
  await Promise.all(first.map(({ socket }) => socket.closed || once(socket, 'close')))
  // The far end notices a moment later than ours.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const again = await fates('127.0.0.2', 4)
  expect(again.map(({ fate }) => fate)).toEqual(['let in', 'let in', 'let in', 'shut out'])
  for (const { socket } of [...crowd, ...others, ...again]) socket.destroy()
})

test('a door with TLS and no certificate refuses every handshake, and junk or a plain question harms nobody', async () => {
  door = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'test.port', tls: true, handler: (_, response) => void response.end('here') })
  const { port } = door
  expect(door.urls).toEqual([`https://127.0.0.1:${port}/`])
  const said = async (first: string) => {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {})
    socket.write(first, 'latin1')
    let heard = ''
    socket.on('data', (part: Buffer) => (heard += part.toString('latin1')))
    await once(socket, 'close')
    return heard
  }
  for (const junk of ['GET / HTTP/1.1\r\nHost: here\r\n\r\n', '\x16\x03\x01\xff\xff', '\0'.repeat(600)]) expect(await said(junk)).not.toContain('here')
  const shaken = await new Promise((resolve) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve('shaken')).on('error', ({ code }: NodeJS.ErrnoException) => resolve(code)))
  expect(shaken).toMatch(/HANDSHAKE_FAILURE|NO_SHARED_CIPHER|ALERT/)
}, 15_000)

/** More than Node keeps waiting by itself (511), and what this kernel allows. */
const CROWD = 800
const MOST_BY_KERNEL = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
/** Prints how many of a crowd are let in by the kernel before it would try the others again. */
const CROWD_SOURCE = `
  let met = 0
  for (let n = 0; n < ${CROWD}; n++) require('node:net').connect({ port: Number(process.argv[1]), host: '127.0.0.1' }).on('connect', () => met++).on('error', () => {})
  // Before the second after which the kernel tries again, and not before what has come was heard.
  setTimeout(() => setImmediate(() => process.stdout.write(String(met), () => process.exit())), 700)`

test.skipIf(MOST_BY_KERNEL <= CROWD)('a crowd that comes while the loop is busy waits in the kernel', async () => {
  door = await listen({ hosts: ['127.0.0.1'], port: 0, key: 'test.port', handler: (_, response) => void response.end() })
  // Holds this loop until the crowd has counted.
  const { stdout } = spawnSync(process.execPath, ['-e', CROWD_SOURCE, String(door.port)], { encoding: 'utf8' })
  expect(Number(stdout)).toBe(CROWD)
})
