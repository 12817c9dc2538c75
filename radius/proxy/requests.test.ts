import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MalformedError } from '#shared/errors.ts'
import { accessBytes } from '#test/support/radius-town.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { checkMessageAuthenticator, sharedSecret } from '../authenticator.ts'
import { decodePacket } from '../codec.ts'
import { CODES, HEADER_BYTES, openPacket, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { relayedReply } from './replies.ts'
import { hopOf, relayedAccess, relayedAccounting, type Hop } from './requests.ts'

const OURS = sharedSecret('ours')
const THEIRS = sharedSecret('theirs')
const MARK = Buffer.from('our mark')
const CHANGED: ReadonlySet<number> = new Set([ATTRIBUTES['User-Password'].number, ATTRIBUTES['Message-Authenticator'].number])

const attribute = fc.record({ number: fc.integer({ min: 1, max: 255 }), value: fc.uint8Array({ maxLength: 253 }) })
const attributes = fc.array(attribute, { maxLength: 30 })
type Attributes = readonly { readonly number: number; readonly value: Uint8Array }[]

function packet(code: number, all: Attributes): Packet | undefined {
  const writer = new PacketWriter().begin(code, 1, randomBytes(16))
  try {
    for (const { number, value } of all) writer.addRaw(number, value)
  } catch {
    return undefined
  }
  writer.bytes.writeUInt16BE(writer.end, 2)
  return openPacket(Buffer.from(writer.bytes.subarray(0, writer.end)))
}
function plain(bytes: Buffer): string[] {
  return decodePacket(bytes).attributes.map(({ number, value }) => `${number} ${Buffer.from(value).toString('hex')}`)
}
const upstream = (): Hop => ({ authenticator: randomBytes(16), secret: THEIRS })
const proof = (number: string): boolean => number.startsWith(`${ATTRIBUTES['Message-Authenticator'].number} `)
const password = (number: string): boolean => number.startsWith(`${ATTRIBUTES['User-Password'].number} `)

test('whatever a request says goes on as it stands and in its order; only the proof is new and first, our mark new and last', () => {
  fc.assert(
    fc.property(attributes, (all) => {
      const request = packet(CODES.accessRequest, all.filter(({ number }) => !CHANGED.has(number) && number !== ATTRIBUTES['CHAP-Password'].number))
      if (!request || request.end > 4_000) return
      const relayed = plain(relayedAccess(9, request, hopOf(request, OURS), upstream(), MARK).bytes)
      expect(relayed.slice(1, -1)).toEqual(plain(request.bytes))
      expect([proof(relayed[0] ?? ''), relayed.at(-1)]).toEqual([true, `33 ${MARK.toString('hex')}`])
      const report = plain(relayedAccounting(9, request, THEIRS, MARK).bytes)
      expect(report).toEqual([...plain(request.bytes), `33 ${MARK.toString('hex')}`])
    }),
  )
})

test('a password keeps its place, and a report that carried a proof of its sender carries one of ours', () => {
  const request = openPacket(accessBytes('amina@ville.example', 'sesame', { add: (w) => void w.add(ATTRIBUTES['NAS-Port'], 1) }))
  const relayed = plain(relayedAccess(9, request, hopOf(request, OURS), upstream(), MARK).bytes)
  expect(relayed.findIndex(password)).toBe(plain(request.bytes).findIndex(password))
  const { bytes, believes } = relayedAccounting(9, request, THEIRS, MARK)
  expect(plain(bytes).filter(proof)).toHaveLength(1)
  expect(checkMessageAuthenticator(openPacket(bytes), 'zeros', THEIRS)).toBe('holds')
  expect(plain(bytes).some(password)).toBe(false)
  expect(believes(openPacket(bytes))).toBe(false)
})

test('no reply that an upstream can sign ends the process: it is passed on in good form or refused', () => {
  // Numbers that are treated in a way of their own come oftener, vendors' parts among them.
  const number = fc.constantFrom(1, 6, 26, 26, 26, 27, 28, 33, 64, 69, 69, 80, 85, 241, 245)
  const vendor = fc.constantFrom(9, 311, 14_122, 14_559, 14_988, 14_823, 25_053, 0, 99)
  const part = fc.tuple(vendor, fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 82 }))
  const inVendor = part.map(([id, value, type, length]) => Buffer.concat([Buffer.from([0, 0, id >> 8, id & 255, type, length]), value]))
  const special = fc.tuple(number, fc.oneof(fc.uint8Array({ maxLength: 60 }), inVendor)).map(([one, value]) => ({ number: one, value }))
  const grants = fc.boolean().map((mayAssignNetwork) => ({ mayAssignNetwork, ownsName: () => mayAssignNetwork }))
  let passed = 0
  fc.assert(
    fc.property(fc.array(special, { maxLength: 12 }), grants, fc.constantFrom(CODES.accessAccept, CODES.accessReject, CODES.accessChallenge), (all, may, code) => {
      const reply = packet(code, all)
      if (!reply) return
      const back = { from: upstream(), to: { authenticator: randomBytes(16), secret: OURS }, grants: may, profile: { sessionSeconds: 60 } }
      try {
        const relayed = relayedReply(reply, back)
        const again = openPacket(Buffer.concat([Buffer.from([code, 1, (relayed.length + HEADER_BYTES) >> 8, (relayed.length + HEADER_BYTES) & 255]), Buffer.alloc(16), relayed]))
        expect([again.find(33), again.find(80)]).toEqual([-1, -1])
        passed++
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error
      }
    }),
    { numRuns: 2_000 },
  )
  expect(passed).toBeGreaterThan(200)
})
