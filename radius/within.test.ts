import type { RemoteInfo } from 'node:dgram'
import { expect, test, vi } from 'vitest'
import { createWithin } from './within.ts'
import type { Listener } from './udp.ts'

const ECHO: Listener = (bytes, from, way) => way.send(bytes, from.port, from.address)

async function opened(listener: Listener, hosts = ['127.0.0.1']) {
  const within = createWithin()
  const door = await within.listen(hosts, 0, 'radius.auth_port', listener)
  return { within, door }
}

test('what is carried to a door of this process comes there without a socket, and its answer back', async () => {
  const seen: RemoteInfo[] = []
  const { within, door } = await opened((bytes, from, way) => {
    seen.push(from)
    ECHO(bytes, from, way)
  })
  const heard = vi.fn<(bytes: Buffer) => void>()
  const carrier = within.carry('127.0.0.1', door.port, heard)
  expect(await carrier.ready).toBe(true)
  carrier.send(Buffer.from('question'))
  expect(seen).toEqual([])
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(Buffer.from('question')))
  expect(seen).toEqual([{ address: '127.0.0.1', family: 'IPv4', port: expect.any(Number), size: 8 }])
  // No client's source port: nobody's retransmission is taken for ours.
  expect(seen[0]?.port).toBeLessThan(1_024)
  await door.close()
})

test('each side keeps its own bytes', async () => {
  const answer = Buffer.from('answer')
  const { within, door } = await opened((bytes, from, way) => {
    bytes.fill(0)
    way.send(answer, from.port, from.address)
    answer.fill(0)
  })
  const heard = vi.fn<(bytes: Buffer) => void>()
  const question = Buffer.from('question')
  within.carry('127.0.0.1', door.port, heard).send(question)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(Buffer.from('answer')))
  expect(question.toString()).toBe('question')
  await door.close()
})

test('two carriers are two sources, and one that is closed hears nothing', async () => {
  const ports: number[] = []
  const { within, door } = await opened((bytes, from, way) => {
    ports.push(from.port)
    ECHO(bytes, from, way)
  })
  const [one, other] = [vi.fn<(bytes: Buffer) => void>(), vi.fn<(bytes: Buffer) => void>()]
  const first = within.carry('127.0.0.1', door.port, one)
  first.send(Buffer.from('1'))
  within.carry('127.0.0.1', door.port, other).send(Buffer.from('2'))
  first.close()
  await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1))
  expect(new Set(ports).size).toBe(2)
  expect(one).not.toHaveBeenCalled()
  await door.close()
})

test('others find the door at its port, and what is not ours is asked by UDP', async () => {
  const { within, door } = await opened(ECHO)
  const elsewhere = createWithin()
  const heard = vi.fn<(bytes: Buffer) => void>()
  const carrier = elsewhere.carry('127.0.0.1', door.port, heard)
  expect(await carrier.ready).toBe(true)
  carrier.send(Buffer.from('by the kernel'))
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(Buffer.from('by the kernel')))
  carrier.close()
  await door.close()
  const nobody = within.carry('127.0.0.1', door.port, heard)
  expect(await nobody.ready).toBe(true)
  nobody.close()
})

test('a door that does not hear 127.0.0.1 hears nothing that is carried there', async () => {
  const listener = vi.fn<Listener>()
  const { within, door } = await opened(listener, ['127.0.0.2'])
  const other = vi.fn<Listener>()
  const neighbour = await createWithin().listen(['127.0.0.1'], door.port, 'radius.auth_port', other)
  const carrier = within.carry('127.0.0.1', door.port, () => undefined)
  await carrier.ready
  carrier.send(Buffer.from('by the kernel'))
  await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1))
  expect(listener).not.toHaveBeenCalled()
  carrier.close()
  await neighbour.close()
  await door.close()
})
