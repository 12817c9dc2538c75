import { expect, test } from 'vitest'
import { ATTRIBUTES } from '../attributes.ts'
import { CODES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { createConversations } from './conversations.ts'

const MOST = 8_192

function withState(state: string | undefined): Packet {
  const writer = new PacketWriter().begin(CODES.accessChallenge, 1).addIf(ATTRIBUTES.State, state === undefined ? undefined : Buffer.from(state))
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes.subarray(0, writer.end)))
}

test('a State leads back to the server that gave it, until 8,192 others were heard of since', () => {
  const { heard, serverOf } = createConversations(2)
  expect(serverOf(withState('one'))).toBeUndefined()
  heard(withState('one'), 1)
  heard(withState(undefined), 0)
  for (let i = 0; i < MOST - 1; i++) heard(withState(`other ${i}`), 0)
  expect([serverOf(withState('one')), serverOf(withState('other 0')), serverOf(withState('unheard')), serverOf(withState(undefined))]).toEqual([1, 0, undefined, undefined])
  // Heard again it is young again, and another one is the oldest.
  heard(withState('one'), 1)
  heard(withState('one more'), 0)
  expect([serverOf(withState('one')), serverOf(withState('other 0')), serverOf(withState('other 1'))]).toEqual([1, undefined, 0])
})

test('where there is one server nothing is remembered', () => {
  const { heard, serverOf } = createConversations(1)
  heard(withState('one'), 0)
  expect(serverOf(withState('one'))).toBeUndefined()
})
