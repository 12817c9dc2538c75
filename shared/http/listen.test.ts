import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { listen, type Listening } from './listen.ts'

/** More than the kernel takes in for somebody who does not read. */
const LARGE = Buffer.alloc(32 * 2 ** 20)
const SLOW_MS = 300
let door: Listening | undefined
afterEach(() => door?.close())

async function ask(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
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
