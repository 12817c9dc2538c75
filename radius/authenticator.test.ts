import { createHash, createHmac, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ATTRIBUTES } from './attributes.ts'
import { checkMessageAuthenticator, MOST_SECRET_BYTES, requestAuthenticatorHolds, responseAuthenticatorHolds, seal, sealAccessRequest, sharedSecret } from './authenticator.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

const A = ATTRIBUTES
const typed = 'what the access point and the town share'
const secret = sharedSecret(typed)
const asked = randomBytes(16)

const kinds = {
  'an Access-Request': () => sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 1, asked).reserveMessageAuthenticator().add(A['User-Name'], 'x'), secret),
  'an Accounting-Request': () => seal(new PacketWriter().begin(CODES.accountingRequest, 1).add(A['Acct-Session-Id'], 's'), secret),
  'a CoA-Request': () => seal(new PacketWriter().begin(CODES.coaRequest, 1).reserveMessageAuthenticator().add(A['Session-Timeout'], 60), secret),
  'an Access-Accept': () => seal(new PacketWriter().begin(CODES.accessAccept, 1, asked).reserveMessageAuthenticator().add(A['Session-Timeout'], 60), secret),
} as const
type Kind = keyof typeof kinds
/** Whether the proofs that a packet of this kind has hold, all of them. */
const holds: Readonly<Record<Kind, (bytes: Buffer) => boolean>> = {
  'an Access-Request': (bytes) => checkMessageAuthenticator(openPacket(bytes), 'own', secret) === 'holds',
  'an Accounting-Request': (bytes) => requestAuthenticatorHolds(openPacket(bytes), secret),
  'a CoA-Request': (bytes) => requestAuthenticatorHolds(openPacket(bytes), secret) && checkMessageAuthenticator(openPacket(bytes), 'zeros', secret) === 'holds',
  'an Access-Accept': (bytes) => responseAuthenticatorHolds(openPacket(bytes), asked, secret) && checkMessageAuthenticator(openPacket(bytes), asked, secret) === 'holds',
}

for (const kind of Object.keys(kinds) as Kind[]) {
  test(`${kind} holds as it is sealed, and no more when any one bit of it is another`, () => {
    const bytes = kinds[kind]()
    expect(holds[kind](bytes)).toBe(true)
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      let believed = false
      try {
        believed = holds[kind](changed)
      } catch (error) {
        expect(error).toMatchObject({ name: 'MalformedError' })
      }
      expect([bit, believed]).toEqual([bit, false])
    }
  })
}

test('the proofs are those of RFC 2865 §3, RFC 2866 §3 and RFC 2869 §5.14, computed a second time by node:crypto, for secrets of any length', () => {
  const secrets = fc.oneof(fc.string({ minLength: 1, maxLength: 80 }), fc.constant('x'.repeat(MOST_SECRET_BYTES)))
  fc.assert(
    fc.property(secrets, fc.string({ maxLength: 200 }), (shared, name) => {
      const its = sharedSecret(shared)
      const accounting = seal(new PacketWriter().begin(CODES.accountingRequest, 9).add(A['User-Name'], name.slice(0, 60)), its)
      const zeroed = Buffer.from(accounting).fill(0, AUTHENTICATOR_AT, HEADER_BYTES)
      expect(accounting.subarray(AUTHENTICATOR_AT, HEADER_BYTES)).toEqual(createHash('md5').update(zeroed).update(shared).digest())

      const request = sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 9, asked).reserveMessageAuthenticator().add(A['User-Name'], name.slice(0, 60)), its)
      const blank = Buffer.from(request).fill(0, HEADER_BYTES + 2, HEADER_BYTES + 18)
      expect(request.subarray(HEADER_BYTES + 2, HEADER_BYTES + 18)).toEqual(createHmac('md5', shared).update(blank).digest())
    }),
  )
})

test('a second Message-Authenticator, or one of another length, makes the packet wrong', () => {
  const two = sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 1, asked).reserveMessageAuthenticator().reserveMessageAuthenticator(), secret)
  const short = sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 1, asked).addRaw(80, Buffer.alloc(15)).add(A['User-Name'], 'x'), secret)
  const long = sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 1, asked).addRaw(80, Buffer.alloc(18)), secret)
  createHmac('md5', typed).update(long.fill(0, HEADER_BYTES + 2)).digest().copy(long, HEADER_BYTES + 2)
  const none = sealAccessRequest(new PacketWriter().begin(CODES.accessRequest, 1, asked).add(A['User-Name'], 'x'), secret)
  expect([two, short, long, none].map((bytes) => checkMessageAuthenticator(openPacket(bytes), 'own', secret))).toEqual(['wrong', 'wrong', 'wrong', 'absent'])
})

test('a secret that is empty or too long is refused with what to do', () => {
  for (const wrong of ['', 'x'.repeat(MOST_SECRET_BYTES + 1)]) expect(() => sharedSecret(wrong)).toThrow(/set one/)
})
