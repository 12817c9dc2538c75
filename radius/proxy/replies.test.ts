import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { sharedSecret } from '../authenticator.ts'
import { LIMIT_ROWS, writeAuthorisation, type Profile } from '../authorisation.ts'
import type { Authorisation } from '../nas.ts'
import { CODES, HEADER_BYTES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { hidePassword, revealPassword } from '../password.ts'
import { hideSalted, revealSalted } from '../salted.ts'
import { narrowed, type Grants } from './grants.ts'
import { relayedReply } from './replies.ts'
import type { Hop } from './requests.ts'

const A = ATTRIBUTES
const theirs: Hop = { authenticator: randomBytes(16), secret: sharedSecret('theirs') }
const ours: Hop = { authenticator: randomBytes(16), secret: sharedSecret('ours') }
const FOREIGN: Grants = { mayAssignNetwork: false, ownsName: (name) => name.endsWith('@ville.example') }
const DIRECTORY: Grants = { ...FOREIGN, mayAssignNetwork: true }
const SITE: Profile = { sessionSeconds: 7_200, idleSeconds: 900, interimSeconds: 300, downKbps: 5_000, quotaBytes: 6_000_000_000 }

function packet(code: number, attributes: Buffer): Packet {
  const writer = new PacketWriter().begin(code, 1).addAttributes(attributes)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes.subarray(0, writer.end)))
}
function written(add: (writer: PacketWriter) => void): Buffer {
  const writer = new PacketWriter().begin(0, 0)
  add(writer)
  return Buffer.from(writer.bytes.subarray(HEADER_BYTES, writer.end))
}
/** What an access server reads of an upstream's reply. */
function relay(add: (writer: PacketWriter) => void, { grants = FOREIGN, code = CODES.accessAccept as number, profile = { sessionSeconds: 7_200 } as Profile } = {}): Packet {
  return packet(code, relayedReply(packet(code, written(add)), { from: theirs, to: ours, grants, profile }))
}
function passesThrough<V>(row: AttributeRow<V>, value: V, grants: Grants): boolean {
  return relay((w) => w.add(row, value), { grants }).has(row)
}

test('what says nothing about the city’s network passes byte for byte and in its order, the unknown too', () => {
  const attributes = written((w) => {
    w.add(A['Reply-Message'], 'Bonjour').add(A.Class, Buffer.from('one')).add(A.Class, Buffer.from('two')).add(A.State, Buffer.from('s'))
    for (const length of [253, 253, 40]) w.addRaw(79, randomBytes(length))
    w.addRaw(222, Buffer.from('unheard of')).add(A['Chargeable-User-Identity'], Buffer.from('cui')).add(A['WISPr-Redirection-URL'], 'https://ville.example/')
    w.add(A['Framed-MTU'], 1_400).add(A['Termination-Action'], 1).add(A['User-Name'], 'amina@ville.example')
  })
  for (const code of [CODES.accessAccept, CODES.accessChallenge, CODES.accessReject]) {
    const relayed = relayedReply(packet(code, attributes), { from: theirs, to: ours, grants: FOREIGN, profile: SITE })
    expect(relayed.subarray(0, attributes.length).equals(attributes)).toBe(true)
    expect(relayed.length > attributes.length).toBe(code === CODES.accessAccept)
  }
})

test('what belongs to one hop, and what only an access server says, never goes on', () => {
  const reply = relay((w) => {
    w.addRaw(80, Buffer.alloc(16)).add(A['Proxy-State'], Buffer.from('x')).add(A['NAS-Identifier'], 'ap').add(A['Calling-Station-Id'], '02-00-00-00-00-01')
    w.add(A['Acct-Session-Id'], 's').addRaw(2, Buffer.alloc(16))
  }, { grants: DIRECTORY })
  expect(reply.bytes.subarray(HEADER_BYTES, reply.end).equals(written((w) => writeAuthorisation(w, { sessionSeconds: 7_200 })))).toBe(true)
})

test('the narrower limit holds, the site’s or the realm’s, in whatever attributes it is written', () => {
  const asked = (upstream: Authorisation): Authorisation => {
    const reply = relay((w) => writeAuthorisation(w, upstream), { profile: SITE })
    const read = (row: AttributeRow<number>): number | undefined => reply.read(row)
    for (const row of LIMIT_ROWS) expect(reply.readAll(row).length).toBeLessThan(2)
    return {
      sessionSeconds: read(A['Session-Timeout'])!, idleSeconds: read(A['Idle-Timeout'])!, interimSeconds: read(A['Acct-Interim-Interval'])!,
      downKbps: read(A['WISPr-Bandwidth-Max-Down'])! / 1_000, upKbps: read(A['ChilliSpot-Bandwidth-Max-Up'])!,
      quotaBytes: read(A['ChilliSpot-Max-Total-Octets'])! + (read(A['ChilliSpot-Max-Total-Gigawords']) ?? 0) * 2 ** 32,
    }
  }
  expect(asked({ sessionSeconds: 86_400, idleSeconds: 60, interimSeconds: 600, downKbps: 100_000, upKbps: 700, quotaBytes: 5 })).toEqual({
    sessionSeconds: 7_200, idleSeconds: 60, interimSeconds: 600, downKbps: 5_000, upKbps: 700, quotaBytes: 5,
  })
  expect(asked({ sessionSeconds: 60, interimSeconds: 1, upKbps: 1 })).toEqual({ sessionSeconds: 60, idleSeconds: 900, interimSeconds: 60, downKbps: 5_000, upKbps: 1, quotaBytes: 6_000_000_000 })
})

test('a limit of 0, which to many access servers is none, widens nothing', () => {
  const zero = { sessionSeconds: 0, idleSeconds: 0, downKbps: 0, upKbps: 0, quotaBytes: 0 }
  expect(narrowed(SITE, zero, FOREIGN)).toEqual(SITE)
})

test('the Session-Timeout of a challenge is how long the phone may think, and stays', () => {
  expect(relay((w) => w.add(A['Session-Timeout'], 100_000), { code: CODES.accessChallenge }).read(A['Session-Timeout'])).toBe(100_000)
})

test('a limit that is none lets nobody in', () => {
  expect(() => relay((w) => w.addRaw(27, Buffer.of(1)))).toThrow(expect.objectContaining({ code: 'attribute_value' }))
})

test('a place in the network is given by a realm that may give it', () => {
  const gives = (grants: Grants): boolean[] => [
    passesThrough(A['Tunnel-Private-Group-Id'], { tag: 1, value: '12' }, grants), passesThrough(A['Filter-Id'], 'open', grants), passesThrough(A['Framed-Pool'], 'p', grants),
    passesThrough(A['Aruba-User-Role'], 'staff', grants), passesThrough(A['Mikrotik-Rate-Limit'], '1G/1G', grants), passesThrough(A['Cisco-AVPair'], 'ip:inacl#1=permit', grants),
    passesThrough(A['ChilliSpot-UAM-Allowed'], 'example.org', grants),
  ]
  expect(new Set(gives(FOREIGN))).toEqual(new Set([false]))
  expect(new Set(gives(DIRECTORY))).toEqual(new Set([true]))
  expect(relay((w) => w.addRaw(26, Buffer.from([0, 0, 0x99, 0x99, 1])), { grants: FOREIGN }).find(26)).toBe(-1)
  expect(relay((w) => w.addRaw(26, Buffer.from([0, 0, 0x99, 0x99, 1])), { grants: DIRECTORY }).find(26)).toBe(HEADER_BYTES)
})

test('rights on the access server are given by none', () => {
  for (const [row, value] of [[A['Service-Type'], 6], [A['Service-Type'], 7], [A['Cisco-AVPair'], 'shell:priv-lvl=15'], [A['Mikrotik-Group'], 'full'], [A['Aruba-Admin-Role'], 'root']] as const) {
    expect([row.name, passesThrough(row as AttributeRow, value, DIRECTORY)]).toEqual([row.name, false])
  }
  expect(passesThrough(A['Service-Type'], 2, FOREIGN)).toBe(true)
  // Beside others in one attribute: those pass, it does not.
  const mixed = Buffer.concat([Buffer.from([0, 0, 0x3a, 0x8c]), Buffer.from([3, 6]), Buffer.from('full'), Buffer.from([9, 3]), Buffer.from('r')])
  const reply = relay((w) => w.addRaw(26, mixed), { grants: DIRECTORY })
  expect([reply.read(A['Mikrotik-Group']), reply.read(A['Mikrotik-Realm'])]).toEqual([undefined, 'r'])
})

test('a name that leads to another realm, or to a session of ours, is left out', () => {
  expect(relay((w) => w.add(A['User-Name'], 'someone@else.example')).has(A['User-Name'])).toBe(false)
})

test('hidden values are hidden again, each with its salt and its tag', () => {
  const secret = Buffer.from('of the tunnel')
  const hidden = hideSalted(secret, 0x8123, theirs.authenticator, theirs.secret)
  const reply = relay((w) => {
    w.add(A['Tunnel-Password'], { tag: 3, value: hidden }).add(A['MS-MPPE-Recv-Key'], hidden)
    w.addBytes(A['MS-CHAP-MPPE-Keys'], hidePassword(secret, theirs.authenticator, theirs.secret))
  }, { grants: DIRECTORY })
  const tunnel = reply.read(A['Tunnel-Password'])!
  expect([tunnel.tag, revealSalted(tunnel.value, ours.authenticator, ours.secret).toString()]).toEqual([3, 'of the tunnel'])
  const key = reply.read(A['MS-MPPE-Recv-Key'])!
  expect([Buffer.from(key).readUInt16BE(), revealSalted(key, ours.authenticator, ours.secret).toString()]).toEqual([0x8123, 'of the tunnel'])
  expect(revealPassword(reply.read(A['MS-CHAP-MPPE-Keys'])!, ours.authenticator, ours.secret).subarray(0, secret.length).equals(secret)).toBe(true)
})

test('a hidden value that the realm’s secret does not open ends the request', () => {
  for (const value of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(17), Buffer.alloc(2)]) {
    expect(() => relay((w) => w.addBytes(A['MS-MPPE-Recv-Key'], value))).toThrow(expect.objectContaining({ code: 'attribute_value' }))
  }
})

test('every attribute that writes a limit is known as one', () => {
  const all = packet(CODES.accessAccept, written((w) => writeAuthorisation(w, { ...SITE, upKbps: 9, quotaBytes: 2 ** 40 })))
  const known = new Set(LIMIT_ROWS.map((row) => row.vendor * 256 + row.number))
  for (let at = HEADER_BYTES; at < all.end; at = all.after(at)) {
    const number = all.bytes[at] === 26 ? all.bytes.readUInt32BE(at + 2) * 256 + all.bytes[at + 6]! : all.bytes[at]!
    expect(known.has(number)).toBe(true)
  }
})

test('the site’s filter stands, unless a realm that may name one names its own', () => {
  const site = { ...SITE, filterId: 'visitors', sessions: 3 }
  expect(narrowed(site, { filterId: 'staff' }, FOREIGN)).toEqual({ ...SITE, filterId: 'visitors' })
  expect(narrowed(site, { filterId: 'staff' }, DIRECTORY)).toEqual(SITE)
  expect(narrowed(site, {}, DIRECTORY).filterId).toBe('visitors')
})
