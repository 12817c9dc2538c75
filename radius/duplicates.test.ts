import { expect, test } from 'vitest'
import { createDuplicates, type Slots } from './duplicates.ts'
import { openPacket, type Packet } from './packet.ts'

function request(identifier: number, authenticator: number): Packet {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt16BE(20, 2)
  bytes.writeUInt8(1, 0)
  bytes.writeUInt8(identifier, 1)
  bytes.writeUInt32BE(authenticator, 12)
  return openPacket(bytes)
}
const reply = (text: string): Buffer => Buffer.from(text.padEnd(100))

test('a request has its reply for ten seconds, and none while it is being decided', () => {
  const [duplicates, slots]: [ReturnType<typeof createDuplicates>, Slots] = [createDuplicates(10_000), new Map()]
  const exchange = duplicates.begin(slots, 40_000, request(1, 1), 0)
  expect(duplicates.find(slots, 40_000, request(1, 1), 0)).toBe(exchange)
  expect(duplicates.reply(exchange)).toBeUndefined()
  duplicates.keep(exchange, reply('yes'), 3)
  expect(duplicates.reply(exchange)?.toString()).toBe('yes')
  expect(duplicates.find(slots, 40_000, request(1, 2), 0)).toBeUndefined()
  expect(duplicates.find(slots, 40_001, request(1, 1), 0)).toBeUndefined()
  expect(duplicates.find(slots, 40_000, request(1, 1), 10_000)).toBe(exchange)
  // Nothing else has come meanwhile: it is too old all the same.
  expect(duplicates.find(slots, 40_000, request(1, 1), 10_001)).toBeUndefined()
  duplicates.begin(slots, 40_000, request(2, 1), 10_000)
  expect(duplicates.current(exchange)).toBe(true)
  duplicates.begin(slots, 40_000, request(3, 1), 10_001)
  expect(duplicates.current(exchange)).toBe(false)
})

test('a new request in a slot supersedes the old one, and what is forgotten may be asked anew', () => {
  const [duplicates, slots]: [ReturnType<typeof createDuplicates>, Slots] = [createDuplicates(10_000), new Map()]
  const first = duplicates.begin(slots, 1, request(1, 1), 0)
  const second = duplicates.begin(slots, 1, request(1, 2), 0)
  expect([duplicates.current(first), duplicates.current(second)]).toEqual([false, true])
  duplicates.forget(first)
  expect(duplicates.find(slots, 1, request(1, 2), 0)).toBe(second)
  duplicates.forget(second)
  expect([slots.size, duplicates.current(second)]).toEqual([0, false])
})

test('in a flood the oldest are forgotten, never confused with newer ones, and no slot is left behind', () => {
  const duplicates = createDuplicates(10_000)
  const nas: Slots[] = [new Map(), new Map()]
  const FLOOD = 200_000
  for (let n = 0; n < FLOOD; n++) {
    const slots = nas[n % 2] ?? new Map()
    const [port, packet] = [n % 50_000, request(n % 256, n)]
    const exchange = duplicates.begin(slots, port, packet, n / 1_000)
    const said = `reply ${n}`
    duplicates.keep(exchange, reply(said), 100 + (n % 150))
  }
  let found = 0
  for (let n = 0; n < FLOOD; n++) {
    const exchange = duplicates.find(nas[n % 2] ?? new Map(), n % 50_000, request(n % 256, n), FLOOD / 1_000)
    const bytes = exchange === undefined ? undefined : duplicates.reply(exchange)
    if (!bytes) continue
    found++
    expect(bytes.toString().slice(0, 12).trim()).toBe(`reply ${n}`)
  }
  expect(found).toBeGreaterThan(40_000)
  expect((nas[0]?.size ?? 0) + (nas[1]?.size ?? 0)).toBeLessThanOrEqual(65_536)
})
