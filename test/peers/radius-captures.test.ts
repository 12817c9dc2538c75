// Packets that FreeRADIUS, radclient and eapol_test really send, recorded on their way and read by our codec.
import { createSocket } from 'node:dgram'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { extended, row } from '#radius/attributes/row.ts'
import { checkMessageAuthenticator, requestAuthenticatorHolds, responseAuthenticatorHolds, seal, sharedSecret } from '#radius/authenticator.ts'
import { decodePacket, encodePacket } from '#radius/codec.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import { paddedEquals, revealPassword } from '#radius/password.ts'
import { readPacket, writeReadings } from '#radius/reading.ts'
import { hideSalted, revealSalted } from '#radius/salted.ts'
import { octets } from '#radius/values.ts'
import { startFreeRadius, type FreeRadius } from '#test/support/freeradius.ts'
import { EAP_METHODS, eapolTest, startEapServer, type EapServer } from '#test/support/freeradius-eap.ts'
import { freeradiusDictionary } from '#test/support/freeradius-dictionary.ts'
import { absent } from '#test/support/peer.ts'
import { radclientMany } from '#test/support/radclient-many.ts'
import { samples, type Sample } from '#test/support/radius-samples.ts'
import { startRecorder, type Recorder } from '#test/support/recorder.ts'

const SECRET = 'recorded on its way'
const LEAST_DISTINCT = 300
const ACCOUNTING_PACKETS = 100
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

// A long attribute of FreeRADIUS's own vendor: no city needs its name, but it is the one that its dictionary lets grow over 251 bytes.
const LONG = extended(245, { 'FreeRADIUS-802.1X-EAPoL-Key-Msg': row(2, octets) }, 11_344)['FreeRADIUS-802.1X-EAPoL-Key-Msg']
const HIDDEN_BYTES = Buffer.from('000102030405060708090a0b0c0d0e0f1011121314151617', 'hex')
const SPECIAL = [
  'Tunnel-Password:7 = "behind a tag and a salt"', `MS-MPPE-Send-Key = 0x${HIDDEN_BYTES.toString('hex')}`, `Aruba-MPSK-Passphrase = 0x${HIDDEN_BYTES.toString('hex')}`,
  `${LONG.name} = 0x${'5a'.repeat(240)}`, 'Cisco-AVPair = "one"', 'Cisco-AVPair += "two"', 'Cisco-AVPair += "three"', 'Framed-IPv6-Prefix = 2001:db8:7::/48',
]

describe.skipIf(absent('freeradius', 'radclient'))('what they say of accounting', () => {
  test('is read and written again byte for byte, and each request proves itself', async () => {
    const known = freeradiusDictionary()
    const told = samples(77).filter(({ row }) => known?.has(row.name) && row.name !== 'Acct-Status-Type').slice(0, ACCOUNTING_PACKETS)
    const server = await startFreeRadius({ secret: SECRET, users: [] })
    const recorder = await startRecorder(server.acctPort)
    const packets = told.map(({ row, written }, i) => ['Acct-Status-Type = Interim-Update', `User-Name = "user-${i}"`, `Acct-Session-Id = "s${i}"`, `${row.name}${written}`, `Proxy-State = 0x${'0f'.repeat(i)}`])
    await radclientMany({ kind: 'acct', port: recorder.port, secret: SECRET, packets })
    const all = exchanges(recorder)
    await recorder.close()
    await server.stop()
    expect(all).toHaveLength(told.length)
    for (const { request, reply, index } of all) {
      for (const { bytes } of [request, reply]) expect(encodePacket(decodePacket(bytes))).toEqual(bytes)
      expect([requestAuthenticatorHolds(request, secret), responseAuthenticatorHolds(reply, authenticatorOf(request), secret)]).toEqual([true, true])
      expect(request.readAll(told[index]?.row ?? A.State)).toContainEqual(told[index]?.value)
      expect(reply.readAll(A['Proxy-State'])).toEqual(request.readAll(A['Proxy-State']))
    }
  })
})

describe.skipIf(absent('freeradius', 'radclient'))('what FreeRADIUS hides, repeats and splits', () => {
  test('is revealed, read in its order and put together', async () => {
    const server = await startFreeRadius({ secret: SECRET, users: [{ name: 'user-0', password: 'p', reply: SPECIAL }] })
    const recorder = await startRecorder(server.authPort)
    const attributes = ['Message-Authenticator = 0x00', 'User-Name = "user-0"', 'User-Password = "p"', `${LONG.name} = 0x${'5b'.repeat(400)}`]
    await radclientMany({ kind: 'auth', port: recorder.port, secret: SECRET, packets: [attributes] })
    const [{ request, reply } = { request: undefined, reply: undefined }] = exchanges(recorder)
    await recorder.close()
    await server.stop()
    if (!request || !reply) throw new Error('no exchange was recorded')
    const asked = authenticatorOf(request)
    const tunnel = reply.read(A['Tunnel-Password'])
    expect([tunnel?.tag, revealSalted(tunnel?.value ?? Buffer.alloc(0), asked, secret).toString()]).toEqual([7, 'behind a tag and a salt'])
    for (const name of ['MS-MPPE-Send-Key', 'Aruba-MPSK-Passphrase'] as const) expect(revealSalted(reply.read(A[name]) ?? Buffer.alloc(0), asked, secret)).toEqual(HIDDEN_BYTES)
    expect(reply.readAll(A['Cisco-AVPair'])).toEqual(['one', 'two', 'three'])
    expect(reply.read(LONG)).toEqual(Buffer.alloc(240, 0x5a))
    const long = request.read(LONG) ?? Buffer.alloc(0)
    expect(long).toEqual(Buffer.alloc(400, 0x5b))
    const ours = new PacketWriter().add(LONG, long)
    expect(ours.bytes.subarray(HEADER_BYTES, ours.end)).toEqual(request.bytes.subarray(request.find(245), request.end))
    for (const packet of [request, reply]) expect(encodePacket(decodePacket(packet.bytes))).toEqual(packet.bytes)
  })
})

describe.skipIf(absent('radclient'))('what we write', () => {
  test('is printed by radclient as we meant it: short prefixes, tags, TLVs, fragments', async () => {
    const socket = createSocket('udp4')
    socket.on('message', (bytes, { port }) => {
      const request = openPacket(bytes)
      const writer = new PacketWriter().begin(CODES.accessAccept, request.identifier, request.bytes, AUTHENTICATOR_AT).reserveMessageAuthenticator()
      const hidden = hideSalted(Buffer.from('behind a salt'), 7, authenticatorOf(request), secret)
      writer.add(A['Framed-IPv6-Prefix'], '2001:db8:42::/47').add(A['Tunnel-Private-Group-Id'], { tag: 3, value: '42' }).add(A['Tunnel-Password'], { tag: 3, value: hidden })
      writer.add(A['Ruckus-TC-Name-Quota'], 'gold').add(A['IP-Port-Ext-IPv4-Addr'], '192.0.2.9').add(LONG, Buffer.alloc(300, 0x5c))
      socket.send(seal(writer, secret), port, '127.0.0.1')
    })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const output = await radclientMany({ kind: 'auth', port: socket.address().port, secret: SECRET, packets: [['Message-Authenticator = 0x00', 'User-Name = "x"']] })
    await new Promise<void>((resolve) => socket.close(resolve))
    const expected = [
      'Framed-IPv6-Prefix = 2001:db8:42::/47', 'Tunnel-Private-Group-Id:3 = "42"', 'Tunnel-Password:3 = "behind a salt"', 'Ruckus-TC-Name-Quota = "gold"', 'IP-Port-Ext-IPv4-Addr = 192.0.2.9',
      `${LONG.name} = 0x${'5c'.repeat(300)}`,
    ]
    for (const line of expected) expect(output).toContain(`\t${line}\n`)
  })
})

describe.skipIf(absent('freeradius', 'eapol_test', 'openssl'))('what a phone and FreeRADIUS say to each other in EAP', () => {
  let server: EapServer
  let recorder: Recorder
  const keys: string[] = []
  beforeAll(async () => {
    server = await startEapServer({ secret: SECRET, users: [{ name: 'u', password: 'p' }] })
    recorder = await startRecorder(server.authPort)
    for (const method of EAP_METHODS) {
      const { output } = await eapolTest({ port: recorder.port, secret: SECRET, certificate: server.certificate, method, user: 'u', password: 'p' })
      keys.push(/^MS-MPPE-Recv-Key.*: ([0-9a-f ]+)$/m.exec(output)?.[1]?.replaceAll(' ', '') ?? '')
    }
  })
  afterAll(async () => {
    await recorder?.close()
    await server?.stop()
  })

  test('is read and written again byte for byte, by number and by name', () => {
    expect(recorder.packets.length).toBeGreaterThan(10 * EAP_METHODS.length)
    for (const { bytes } of recorder.packets) {
      const packet = openPacket(bytes)
      expect(encodePacket(decodePacket(bytes))).toEqual(bytes)
      const writer = writeReadings(new PacketWriter(), readPacket(packet))
      expect(writer.bytes.subarray(HEADER_BYTES, writer.end)).toEqual(bytes.subarray(HEADER_BYTES, packet.end))
      const eap = packet.readJoined(A['EAP-Message'])
      expect(eap?.readUInt16BE(2)).toBe(eap?.length)
    }
  })

  test('the key that the phone takes from each Access-Accept is the one that we reveal', () => {
    const revealed = exchanges(recorder).flatMap(({ request, reply }) => {
      const hidden = reply.read(A['MS-MPPE-Recv-Key'])
      return hidden ? [revealSalted(hidden, authenticatorOf(request), secret).toString('hex')] : []
    })
    expect(revealed).toEqual(keys)
    expect(new Set(keys).size).toBe(EAP_METHODS.length)
  })
})
