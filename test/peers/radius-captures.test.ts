// Packets that FreeRADIUS and radclient really send, recorded on their way and read by our codec.
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { checkMessageAuthenticator, responseAuthenticatorHolds, sharedSecret } from '#radius/authenticator.ts'
import { decodePacket, encodePacket } from '#radius/codec.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES, openPacket, type Packet } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { paddedEquals, revealPassword } from '#radius/password.ts'
import { readPacket, writeReadings } from '#radius/reading.ts'
import { startFreeRadius, type FreeRadius } from '#test/support/freeradius.ts'
import { freeradiusDictionary } from '#test/support/freeradius-dictionary.ts'
import { absent } from '#test/support/peer.ts'
import { radclientMany } from '#test/support/radclient-many.ts'
import { samples, type Sample } from '#test/support/radius-samples.ts'
import { startRecorder, type Recorder } from '#test/support/recorder.ts'

const SECRET = 'recorded on its way'
const LEAST_DISTINCT = 300
const secret = sharedSecret(SECRET)
const A = ATTRIBUTES

/** What a packet says, without what differs in every packet. */
function content(packet: Packet): string {
  const said = decodePacket(packet.bytes).attributes.filter(({ number }) => number !== A['Message-Authenticator'].number && number !== A['User-Password'].number)
  return JSON.stringify([packet.code, said.map(({ number, value }) => [number, Buffer.from(value).toString('hex')])])
}

function authenticatorOf({ bytes }: Packet): Buffer {
  return bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
}

type Exchange = { readonly request: Packet; readonly reply: Packet; readonly index: number }

function exchanges({ packets }: Recorder): Exchange[] {
  const asked = new Map<number, Packet>()
  return packets.flatMap(({ from, bytes }) => {
    const packet = openPacket(bytes)
    if (from === 'client') asked.set(packet.identifier, packet)
    const request = asked.get(packet.identifier)
    const index = Number(/\d+$/.exec(request?.read(A['User-Name']) ?? '')?.[0])
    return from === 'server' && request ? [{ request, reply: packet, index }] : []
  })
}

describe.skipIf(absent('freeradius', 'radclient'))('what FreeRADIUS and radclient send', () => {
  let server: FreeRadius
  let recorder: Recorder
  let asked: readonly Sample[]
  let granted: readonly Sample[]
  let all: readonly Exchange[]
  beforeAll(async () => {
    const known = freeradiusDictionary()
    asked = samples(1).filter(({ row }) => known?.has(row.name))
    granted = samples(500).filter(({ row }) => known?.has(row.name))
    const users = granted.map(({ row, written }, i) => ({ name: `user-${i}`, password: `password ${i}`, reply: [`${row.name}${written}`] }))
    server = await startFreeRadius({ secret: SECRET, users })
    recorder = await startRecorder(server.authPort)
    const packets = asked.map(({ row, written }, i) => ['Message-Authenticator = 0x00', `User-Name = "user-${i}"`, `User-Password = "password ${i}"`, `${row.name}${written}`])
    await radclientMany({ kind: 'auth', port: recorder.port, secret: SECRET, packets })
    all = exchanges(recorder)
  })
  afterAll(async () => {
    await recorder?.close()
    await server?.stop()
  })

  test('more than 300 packets that say different things are read and written again byte for byte', () => {
    for (const { bytes } of recorder.packets) expect(encodePacket(decodePacket(bytes))).toEqual(bytes)
    expect(new Set(recorder.packets.map(({ bytes }) => content(openPacket(bytes)))).size).toBeGreaterThan(LEAST_DISTINCT)
    expect(all).toHaveLength(asked.length)
  })

  test('each attribute that radclient asks with and FreeRADIUS grants has for us the value that they were told', () => {
    const misread = all.flatMap(({ request, reply, index }) => {
      const pairs = [[request, asked[index]], [reply, granted[index]]] as const
      return pairs.flatMap(([packet, sample]) => (sample && isDeepStrictEqual(packet.readAll(sample.row), [sample.value]) ? [] : [sample?.row.name]))
    })
    expect(misread).toEqual([])
  })

  test('read by name and written again they are the same bytes, but for prefixes, which they send with spare bytes', () => {
    for (const { bytes } of recorder.packets) {
      const packet = openPacket(bytes)
      const readings = readPacket(packet)
      const writer = writeReadings(new PacketWriter(), readings)
      const same = writer.bytes.subarray(HEADER_BYTES, writer.end).equals(bytes.subarray(HEADER_BYTES, packet.end))
      expect(same).toBe(!readings.some((reading) => reading.kind === 'named' && reading.row.type.name === 'ipv6prefix'))
    }
  })

  test('their proofs hold for us, with no other secret, and the passwords are revealed', () => {
    const wrong = sharedSecret('another')
    for (const { request, reply, index } of all) {
      const authenticator = authenticatorOf(request)
      expect([checkMessageAuthenticator(request, 'own', secret), checkMessageAuthenticator(reply, authenticator, secret)]).toEqual(['holds', 'holds'])
      expect([responseAuthenticatorHolds(reply, authenticator, secret), responseAuthenticatorHolds(reply, authenticator, wrong)]).toEqual([true, false])
      const hidden = request.read(A['User-Password']) ?? Buffer.alloc(0)
      expect(paddedEquals(revealPassword(hidden, authenticator, secret), Buffer.from(`password ${index}`))).toBe(true)
    }
  })
})
