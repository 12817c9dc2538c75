import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chap, mschapv2 } from '#test/support/radius-proofs.ts'
import { accessBytes, openWire, provedBytes, radiusTown, SECRET, type Prove, type RadiusTown, type Wire } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { sealAccessRequest, sharedSecret } from '../authenticator.ts'
import { clientTable } from '../clients.ts'
import { masterKey, serverStartKeys } from '../mschap/mppe-keys.ts'
import { md4 } from '../mschap/md4.ts'
import { authenticatorResponse, ntPasswordHash } from '../mschap/nt-response.ts'
import { AUTHENTICATOR_AT, CODES, HEADER_BYTES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { revealSalted } from '../salted.ts'
import { readCredential, type Credential, type CredentialFault } from './credentials.ts'

const A = ATTRIBUTES
const secret = sharedSecret(SECRET)
const clients = clientTable([{ name: 'local', address: '127.0.0.1', secret: SECRET }])

function shownIn(bytes: Buffer): Credential | CredentialFault {
  const peer = clients.find('127.0.0.1')
  if (!peer) throw new Error('the table does not know its client')
  return readCredential(openPacket(bytes), peer.client, randomBytes)
}
function credentialIn(bytes: Buffer): Credential {
  const credential = shownIn(bytes)
  if (typeof credential === 'string') throw new Error(credential)
  return credential
}

/** Any text of at most 128 bytes, zeros and all alphabets included. */
const passwords = fc.string({ unit: 'binary', maxLength: 128 }).filter((text) => Buffer.byteLength(text) <= 128)

test('every password of up to 128 bytes proves its user in each of the three ways, and no other password does', () => {
  fc.assert(
    fc.property(passwords, passwords, fc.uint8Array({ minLength: 1, maxLength: 253 }), (password, other, challenge) => {
      // A zero at the end cannot be told from padding: PAP takes the two for the same password, and only PAP.
      const samePadded = password.replace(/\0+$/, '') === other.replace(/\0+$/, '')
      const shown = [
        credentialIn(accessBytes('amina', password)),
        credentialIn(provedBytes('amina', chap(password))),
        credentialIn(provedBytes('amina', chap(password, challenge))),
        credentialIn(provedBytes('amina', mschapv2('amina', password).prove)),
      ]
      expect(shown.map(({ kind }) => kind)).toEqual(['pap', 'chap', 'chap', 'mschapv2'])
      expect(shown.map((credential) => credential.proves(password))).toEqual([true, true, true, true])
      const same = password === other
      expect(shown.map((credential) => credential.proves(other))).toEqual([samePadded && fits(other, password), same, same, same])
    }),
  )
})

/** Whether one password with its zeros lies within the blocks that hide the other. */
function fits(inner: string, outer: string): boolean {
  return Buffer.byteLength(inner) <= Math.max(16, Math.ceil(Buffer.byteLength(outer) / 16) * 16)
}

test('a password longer than any that can be sent is a wrong one, however it begins', () => {
  const longest = 'é'.repeat(64)
  const credential = credentialIn(accessBytes('amina', longest))
  expect([longest, `${longest}a`, `${longest}\0`, `${longest}\u{1f512}`, longest.repeat(9)].map((text) => credential.proves(text))).toEqual([true, false, false, false, false])
})

test('whoever decides later keeps the password it was given, whatever comes meanwhile', () => {
  const first = credentialIn(accessBytes('amina', 'the first'))
  const kept = first.password?.()
  expect(credentialIn(accessBytes('basile', 'the second')).password?.().toString()).toBe('the second')
  expect([kept?.toString(), first.password?.().toString(), first.proves('the first')]).toEqual(['the first', 'the first', true])
  expect(credentialIn(accessBytes('amina', '')).password?.()).toHaveLength(0)
})

const both = (...proofs: Prove[]): Prove => (...context) => proofs.forEach((prove) => prove(...context))
const raw = (...attributes: readonly (readonly [number, Uint8Array])[]): Prove => (writer) => attributes.forEach(([number, value]) => writer.addRaw(number, value))
function microsoft(number: number, length: number): (writer: PacketWriter) => void {
  return (writer) => void writer.addRaw(26, Buffer.of(0, 0, 1, 55, number, 2 + length), Buffer.alloc(length))
}
const pap: Prove = raw([2, Buffer.alloc(16)])
const eap: Prove = raw([79, Buffer.alloc(253)], [79, Buffer.alloc(9)])

const faults: readonly [what: string, fault: CredentialFault, prove: Prove][] = [
  ['nothing', 'credential_not_offered', () => undefined],
  ['only a State', 'credential_not_offered', raw([24, Buffer.alloc(16)])],
  ['MS-CHAP in its first version', 'credential_not_offered', both(microsoft(11, 8), microsoft(1, 50))],
  ['ARAP', 'credential_not_offered', raw([70, Buffer.alloc(16)])],
  ['a password and CHAP', 'credential_twice', both(pap, chap('x'))],
  ['two passwords', 'credential_twice', both(pap, pap)],
  ['a password and EAP', 'credential_twice', both(eap, pap)],
  ['CHAP and MS-CHAPv2', 'credential_twice', both(chap('x'), mschapv2('amina', 'x').prove)],
  ['MS-CHAPv2 twice in one vendor\'s attribute', 'credential_twice', raw([26, Buffer.from([0, 0, 1, 55, 25, 3, 0, 25, 3, 0])])],
  ['MS-CHAP in both versions', 'credential_twice', both(mschapv2('amina', 'x').prove, microsoft(1, 50))],
  ['a password of no block', 'credential_malformed', raw([2, Buffer.alloc(0)])],
  ['a password of half a block', 'credential_malformed', raw([2, Buffer.alloc(17)])],
  ['a password of nine blocks', 'credential_malformed', raw([2, Buffer.alloc(144)])],
  ['CHAP without a response', 'credential_malformed', raw([3, Buffer.alloc(1)])],
  ['CHAP of 16 bytes', 'credential_malformed', raw([3, Buffer.alloc(16)])],
  ['CHAP of 18 bytes', 'credential_malformed', raw([3, Buffer.alloc(18)])],
  ['CHAP with an empty challenge', 'credential_malformed', raw([3, Buffer.alloc(17)], [60, Buffer.alloc(0)])],
  ['MS-CHAPv2 of 49 bytes', 'credential_malformed', both(microsoft(11, 16), microsoft(25, 49))],
  ['MS-CHAPv2 of 51 bytes', 'credential_malformed', both(microsoft(11, 16), microsoft(25, 51))],
  ['MS-CHAPv2 without a challenge', 'credential_malformed', microsoft(25, 50)],
  ['MS-CHAPv2 with a challenge of 8 bytes', 'credential_malformed', both(microsoft(11, 8), microsoft(25, 50))],
]
for (const [what, fault, prove] of faults) {
  test(`a request that shows ${what} is refused as ${fault}`, () => expect(shownIn(provedBytes('amina', prove))).toBe(fault))
}

test('EAP in several pieces is one proof, left to an upstream realm; another vendor\'s 25 is none', () => {
  const credential = credentialIn(provedBytes('amina', eap))
  expect([credential.kind, credential.proves('')]).toEqual(['eap', false])
  expect(credentialIn(provedBytes('amina', both(raw([26, Buffer.from([0, 0, 1, 56, 25, 3, 0])], [26, Buffer.of(0, 0, 1, 55)], [26, Buffer.from([0, 0, 1, 55, 25, 1])]), pap))).kind).toBe('pap')
})

test('without a proved password there is no proof of the server\'s, and without a name no MS-CHAPv2', () => {
  const writer = new PacketWriter().begin(CODES.accessAccept, 1)
  credentialIn(provedBytes('amina', mschapv2('amina', 'x').prove)).proof?.(writer)
  expect(writer.end).toBe(HEADER_BYTES)
  const nameless = new PacketWriter().begin(CODES.accessRequest, 1)
  mschapv2('amina', 'x').prove(nameless, Buffer.alloc(16), secret)
  expect(shownIn(sealAccessRequest(nameless, secret))).toBe('credential_malformed')
})

test('any bytes in the place of a proof are a credential or a fault, and never an exception', () => {
  const numbers = fc.constantFrom(2, 3, 60, 70, 79, 26)
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, fc.uint8Array({ maxLength: 60 }), fc.boolean()), { maxLength: 4 }), (attributes) => {
      const prove = raw(...attributes.map(([number, value, ours]): [number, Uint8Array] => [number, number === 26 && ours ? Buffer.from([0, 0, 1, 55, ...value]) : value]))
      const credential = shownIn(provedBytes('amina', prove))
      if (typeof credential !== 'string') expect(credential.proves('a password that nobody has')).toBe(false)
    }),
  )
})

let town: RadiusTown
let wire: Wire
beforeAll(async () => {
  const anyone = { name: 'anyone', decide: ({ credential }: { credential: Credential }) => (credential.proves('sésame') ? { kind: 'accept' as const, authorisation: {} } : { kind: 'reject' as const, reason: 'user_unknown' }) }
  town = await radiusTown({ sources: [anyone] })
  wire = await openWire()
})
afterAll(async () => {
  wire.close()
  await town.close()
})

async function ask(bytes: Buffer): Promise<Packet> {
  wire.send(bytes, town.radius.authPort)
  return wire.next()
}

test('a portal token opens the door by password, by CHAP and by MS-CHAPv2', async () => {
  const token = town.token()
  const proofs = [accessBytes(token.user, token.password), provedBytes(token.user, chap(token.password)), provedBytes(token.user, chap(token.password, randomBytes(16))), provedBytes(token.user, mschapv2(token.user, token.password).prove)]
  for (const bytes of proofs) {
    const reply = await ask(bytes)
    expect([reply.code, reply.read(A['Session-Timeout'])]).toEqual([CODES.accessAccept, 7_200])
  }
  const wrong = [provedBytes(town.token().user, chap(token.password)), provedBytes(token.user, mschapv2('another', token.password).prove)]
  for (const bytes of wrong) expect((await ask(bytes)).code).toBe(CODES.accessReject)
})

test('who signs in by MS-CHAPv2 gets the server\'s own proof, and the access server the keys, salted differently', async () => {
  const exchange = mschapv2('amina', 'sésame')
  const request = provedBytes('MAIRIE\\amina', exchange.prove)
  const reply = await ask(request)
  const hashHash = md4(ntPasswordHash('sésame'))
  const success = Buffer.from(reply.read(A['MS-CHAP2-Success']) ?? [])
  expect([success[0], success.subarray(1).toString()]).toEqual([exchange.ident, authenticatorResponse(hashHash, exchange.response, exchange.challenge)])
  expect([reply.read(A['MS-MPPE-Encryption-Policy']), reply.read(A['MS-MPPE-Encryption-Types'])]).toEqual([1, 4])
  const keys = [A['MS-MPPE-Send-Key'], A['MS-MPPE-Recv-Key']].map((row) => Buffer.from(reply.read(row) ?? []))
  const authenticator = request.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  const { send, receive } = serverStartKeys(masterKey(hashHash, exchange.response))
  expect(keys.map((hidden) => revealSalted(hidden, authenticator, secret))).toEqual([send, receive])
  const salts = keys.map((hidden) => hidden.readUInt16BE())
  expect(new Set(salts).size).toBe(2)
  for (const salt of salts) expect(salt).toBeGreaterThanOrEqual(0x8000)
})

test('a wrong password by MS-CHAPv2 is told as error 691 without a retry, by another password nothing more than a reject', async () => {
  const exchange = mschapv2('amina', 'mistaken')
  const reply = await ask(provedBytes('amina', exchange.prove))
  const error = Buffer.from(reply.read(A['MS-CHAP-Error']) ?? [])
  expect([reply.code, error[0], error.subarray(1).toString()]).toEqual([CODES.accessReject, exchange.ident, expect.stringMatching(/^E=691 R=0 C=[0-9A-F]{32} V=3$/)])
  expect(reply.has(A['MS-CHAP2-Success'])).toBe(false)
  const plain = await ask(provedBytes('amina', chap('mistaken')))
  expect([plain.code, plain.has(A['MS-CHAP-Error'])]).toEqual([CODES.accessReject, false])
})

test('a malformed proof is rejected with its reason in the log, and the next request is served', async () => {
  const reply = await ask(provedBytes('amina', raw([3, Buffer.alloc(5)])))
  expect(reply.code).toBe(CODES.accessReject)
  expect(town.effects.metrics.text()).toContain('reason="credential_malformed"')
  expect((await ask(accessBytes('amina', 'sésame'))).code).toBe(CODES.accessAccept)
})
