import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createOutbox } from './outbox.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
function at(socket: Socket): RemoteInfo {
  return { ...socket.address(), family: 'IPv4', size: 0 }
}

test('replies of one turn leave at its end, in the order in which they were decided', async () => {
  const server = await bound()
  const nas = await bound()
  sockets.push(server, nas)
  const heard: string[] = []
  nas.on('message', (bytes) => heard.push(bytes.toString()))
  const outbox = createOutbox()
  for (const word of ['one', 'two', 'three']) outbox.put(server, at(nas), Buffer.from(word))
  await expect.poll(() => heard).toEqual(['one', 'two', 'three'])
  outbox.put(server, at(nas), Buffer.from('next turn'))
  await expect.poll(() => heard.at(-1)).toBe('next turn')
})

test('a reply that cannot leave keeps neither the others nor the process from going on', async () => {
  const server = await bound()
  const nas = await bound()
  const closed = await bound()
  sockets.push(server, nas)
  const heard: string[] = []
  nas.on('message', (bytes) => heard.push(bytes.toString()))
  const outbox = createOutbox()
  outbox.put(server, { ...at(nas), port: 0 }, Buffer.from('to port 0'))
  outbox.put(closed, at(nas), Buffer.from('from a closed socket'))
  outbox.put(server, at(nas), Buffer.from('behind them'))
  closed.close()
  await setImmediate()
  await expect.poll(() => heard).toEqual(['behind them'])
})
