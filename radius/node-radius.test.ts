// Differential: what one encodes the other must read alike. The second half lists where node-radius is known to be wrong.
import * as fc from 'fast-check'
import oracle, { type OracleAttribute } from 'radius'
import { expect, test } from 'vitest'
import { accessBytes, SECRET } from '#test/support/radius-town.ts'
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import { checkMessageAuthenticator, requestAuthenticatorHolds, responseAuthenticatorHolds, seal, sharedSecret } from './authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'
import { paddedEquals, revealPassword } from './password.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)

/** Attributes both can say, one generator each; node-radius names numbers that have an enumeration, so those are left out. */
const texts = ['User-Name', 'Reply-Message', 'Called-Station-Id', 'Calling-Station-Id', 'NAS-Identifier', 'Filter-Id', 'Acct-Session-Id'] as const
const integers = ['NAS-Port', 'Framed-MTU', 'Session-Timeout', 'Idle-Timeout', 'Acct-Session-Time', 'Acct-Input-Octets', 'Acct-Input-Gigawords', 'Acct-Interim-Interval'] as const
const addresses = ['NAS-IP-Address', 'Framed-IP-Address', 'Framed-IP-Netmask', 'Login-IP-Host'] as const
const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
const one = fc.oneof(
  fc.tuple(fc.constantFrom(...texts), text),
  fc.tuple(fc.constantFrom(...integers), fc.integer({ min: 0, max: 0xffff_ffff })),
  fc.tuple(fc.constantFrom(...addresses), fc.ipV4()),
)
const attributes = fc.uniqueArray(one, { selector: ([name]) => name, maxLength: 10 })
type Pair = readonly [name: keyof typeof ATTRIBUTES, value: string | number]

function expectRead(packet: Packet, pairs: readonly Pair[]): void {
  for (const [name, value] of pairs) {
    const row: AttributeRow = ATTRIBUTES[name]
    expect(packet.read(row)).toBe(value)
  }
}
function write(code: number, pairs: readonly Pair[]): PacketWriter {
  const writer = new PacketWriter().begin(code, 5)
  for (const [name, value] of pairs) {
    const row: AttributeRow = ATTRIBUTES[name]
    writer.add(row, value)
  }
  return writer
}

test('Accounting-Requests of node-radius are read and believed by us, and ours by node-radius', () => {
  fc.assert(
    fc.property(attributes, (pairs) => {
      const theirs = openPacket(oracle.encode({ code: 'Accounting-Request', secret: SECRET, identifier: 5, attributes: pairs }))
      expectRead(theirs, pairs)
      expect(requestAuthenticatorHolds(theirs, secret)).toBe(true)
      const ours = seal(write(CODES.accountingRequest, pairs), secret)
      expect(ours).toEqual(theirs.bytes)
      expect(oracle.decode({ packet: ours, secret: SECRET }).attributes).toEqual(Object.fromEntries(pairs))
    }),
  )
})

test('Access-Requests: the same password, and each believes the other\'s Message-Authenticator', () => {
  const password = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((typed) => !typed.includes('\0'))
  fc.assert(
    fc.property(text, password, (name, typed) => {
      const theirs = openPacket(oracle.encode({ code: 'Access-Request', secret: SECRET, attributes: [['User-Name', name], ['User-Password', typed]], add_message_authenticator: true }))
      expect(checkMessageAuthenticator(theirs, 'own', secret)).toBe('holds')
      const revealed = revealPassword(theirs.read(A['User-Password']) ?? Buffer.alloc(0), theirs.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret)
      expect(paddedEquals(revealed, Buffer.from(typed))).toBe(true)
      expect(oracle.decode({ packet: accessBytes(name, typed), secret: SECRET }).attributes).toMatchObject({ 'User-Name': name, 'User-Password': typed })
    }),
  )
})

test('replies of both are believed by both', () => {
  fc.assert(
    fc.property(attributes, (pairs) => {
      const request = accessBytes('someone', 'x', { add: (w) => void w.addRaw(33, Buffer.of(1, 2, 3)) })
      const authenticator = request.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
      const theirs = oracle.encode_response({ packet: oracle.decode({ packet: request, secret: SECRET }), code: 'Access-Accept', secret: SECRET, attributes: [...pairs] as OracleAttribute[] })
      const read = openPacket(theirs)
      expect(responseAuthenticatorHolds(read, authenticator, secret)).toBe(true)
      expect(checkMessageAuthenticator(read, authenticator, secret)).toBe('holds')
      expectRead(read, pairs)
      const writer = new PacketWriter().begin(CODES.accessAccept, read.identifier, authenticator).reserveMessageAuthenticator()
      for (const [name, value] of pairs) writer.add<unknown>(ATTRIBUTES[name], value)
      expect(oracle.verify_response({ request, response: seal(writer, secret), secret: SECRET })).toBe(true)
    }),
  )
})

test('known fault 1: it compares authenticators as text, so one can be forged without the secret; we refuse it', () => {
  // A byte that is no UTF-8 may be any other such byte.
  for (let identifier = 0; identifier < 256; identifier++) {
    const bytes = seal(new PacketWriter().begin(CODES.accountingRequest, identifier).add(A['Acct-Status-Type'], 1), secret)
    const odd = bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES).findIndex((byte) => byte > 0xf8)
    if (odd < 0) continue
    bytes[AUTHENTICATOR_AT + odd] = (bytes[AUTHENTICATOR_AT + odd] ?? 0) === 0xff ? 0xfe : 0xff
    expect(oracle.decode({ packet: Buffer.from(bytes), secret: SECRET }).code).toBe('Accounting-Request')
    expect(requestAuthenticatorHolds(openPacket(bytes), secret)).toBe(false)
    return
  }
  throw new Error('no authenticator with such a byte')
})

test('known fault 2: an attribute that reaches beyond the packet is read as a shorter one; we refuse the packet', () => {
  const bytes = write(CODES.accessAccept, [['User-Name', 'someone']])
  bytes.bytes[HEADER_BYTES + 1] = 200
  const packet = seal(bytes, secret)
  expect(oracle.decode({ packet, secret: SECRET }).attributes['User-Name']).toBe('someone')
  expect(() => openPacket(packet)).toThrow(expect.objectContaining({ code: 'attribute_overrun' }))
})

test('known fault 3: a zero byte ends a password there; for us it is part of it', () => {
  const request = accessBytes('someone', 'a\0b')
  expect(oracle.decode({ packet: request, secret: SECRET }).attributes['User-Password']).toBe('a')
  const packet = openPacket(request)
  const revealed = revealPassword(packet.read(A['User-Password']) ?? Buffer.alloc(0), request.subarray(AUTHENTICATOR_AT, HEADER_BYTES), secret)
  expect([paddedEquals(revealed, Buffer.from('a\0b')), paddedEquals(revealed, Buffer.from('a'))]).toEqual([true, false])
})

test('known fault 4: it throws on a short value of an attribute before it looks at the authenticator; we ask the authenticator first', () => {
  const packet = seal(new PacketWriter().begin(CODES.accountingRequest, 1).addRaw(A['Session-Timeout'].number, Buffer.of(1)), sharedSecret('a stranger\'s'))
  expect(() => oracle.decode({ packet: Buffer.from(packet), secret: SECRET })).toThrow(/range|bounds/i)
  expect(requestAuthenticatorHolds(openPacket(packet), secret)).toBe(false)
})

test('known fault 5: its Message-Authenticator comes last, where a forged prefix fits before it; ours comes first', () => {
  const theirs = openPacket(oracle.encode({ code: 'Access-Request', secret: SECRET, attributes: [['User-Name', 'x']], add_message_authenticator: true }))
  expect(theirs.after(theirs.find(80))).toBe(theirs.end)
  expect(accessBytes('x', 'y')[HEADER_BYTES]).toBe(80)
})

test('known fault 6: it cannot write an IPv6 address; we can', () => {
  expect(() => oracle.encode({ code: 'Access-Accept', secret: SECRET, attributes: [['NAS-IPv6-Address', '2001:db8::1']] })).toThrow(/Buffer/)
  expect(openPacket(seal(write(CODES.accessAccept, [['NAS-IPv6-Address', '2001:db8::1']]), secret)).read(A['NAS-IPv6-Address'])).toBe('2001:db8::1')
})
