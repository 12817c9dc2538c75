// Packets that are almost right: seeds of every kind, mutated, and signed again so that they get past the authenticator.
import { createHash, createHmac } from 'node:crypto'
import { ATTRIBUTES, type AttributeRow } from '#radius/attributes.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'

const MOST_BYTES = 4096
const HEADER = 20
const MESSAGE_AUTHENTICATOR = 80

/** Uniform in [0, below). */
export type Chance = (below: number) => number

/** The same packets for the same seed (xorshift32). */
export function seededChance(seed: number): Chance {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function isRandomAuthenticator(code: number | undefined): boolean {
  return code === CODES.accessRequest || code === CODES.statusServer
}

/** Makes Length, Message-Authenticator (where the walk finds one of 16 bytes) and authenticator right; by node:crypto, not by our code. */
export function signAgain(bytes: Buffer, secret: string): Buffer {
  if (bytes.length < HEADER) return bytes
  bytes.writeUInt16BE(Math.min(bytes.length, MOST_BYTES), 2)
  const random = isRandomAuthenticator(bytes[0])
  if (!random) bytes.fill(0, 4, HEADER)
  for (let at = HEADER; at + 2 <= bytes.length; at += bytes[at + 1] ?? 0) {
    const length = bytes[at + 1] ?? 0
    if (length < 2) break
    if (bytes[at] !== MESSAGE_AUTHENTICATOR || length !== 18 || at + 18 > bytes.length) continue
    bytes.fill(0, at + 2, at + 18)
    createHmac('md5', secret).update(bytes).digest().copy(bytes, at + 2)
    break
  }
  if (!random) createHash('md5').update(bytes).update(secret).digest().copy(bytes, 4)
  return bytes
}

function seed(code: number, ...attributes: readonly (readonly [AttributeRow, unknown])[]): Buffer {
  const writer = new PacketWriter().begin(code, 1, Buffer.alloc(16, 7)).reserveMessageAuthenticator()
  for (const [row, value] of attributes) writer.add(row, value)
  return Buffer.from(writer.bytes.subarray(0, writer.end))
}

const A = ATTRIBUTES
const who: readonly (readonly [AttributeRow, unknown])[] = [
  [A['User-Name'], '04' + '0'.repeat(22)], [A['Calling-Station-Id'], '02-00-00-00-00-01'], [A['NAS-Identifier'], 'ap'], [A['NAS-IP-Address'], '192.0.2.1'],
  [A['NAS-IPv6-Address'], '2001:db8::1'], [A['Acct-Session-Id'], 's1'], [A['Proxy-State'], Buffer.of(1, 2)], [A.Class, Buffer.of(9)],
]
/** What NAS send to each door. */
export const SEEDS = {
  auth: [
    seed(CODES.accessRequest, ...who, [A['User-Password'], Buffer.alloc(32, 3)]),
    seed(CODES.accessRequest, ...who, [A['CHAP-Password'], Buffer.alloc(17, 3)], [A['MS-CHAP2-Response'], Buffer.alloc(50, 1)], [A['WISPr-Location-ID'], 'x']),
    seed(CODES.accessRequest, ...who, [A['EAP-Message'], Buffer.of(2, 1, 0, 6, 1, 65)], [A.State, Buffer.alloc(16)]),
    seed(CODES.statusServer),
  ],
  acct: [1, 2, 3, 7, 8, 15].map((status) =>
    seed(CODES.accountingRequest, ...who, [A['Acct-Status-Type'], status], [A['Event-Timestamp'], 1_790_000_000], [A['Acct-Input-Octets'], 5], [A['Acct-Input-Gigawords'], 0xffff_ffff], [A['Acct-Terminate-Cause'], 4]),
  ),
  coa: [CODES.disconnectRequest, CODES.coaRequest].map((code) => seed(code, ...who, [A['Session-Timeout'], 5])),
} as const

const ODD_LENGTHS = [0, 1, 2, 3, 7, 8, 18, 19, 254, 255]

type Mutation = (bytes: Buffer, chance: Chance) => Buffer
const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, chance) {
    for (let n = chance(4); n >= 0; n--) bytes.writeUInt8((bytes[chance(bytes.length)] ?? 0) ^ (1 << chance(8)), chance(bytes.length))
    return bytes
  },
  function oddAttributeLength(bytes, chance) {
    let at = HEADER
    for (let skip = chance(8); skip > 0 && at + 2 < bytes.length; skip--) at += Math.max(2, bytes[at + 1] ?? 2)
    if (at + 1 < bytes.length) bytes[at + 1] = ODD_LENGTHS[chance(ODD_LENGTHS.length)] ?? 0
    return bytes
  },
  function truncate(bytes, chance) {
    return bytes.subarray(0, chance(bytes.length + 1))
  },
  function addAttribute(bytes, chance) {
    const value = Buffer.alloc(chance(253), chance(256))
    return Buffer.concat([bytes, Buffer.of(chance(256), 2 + value.length), value])
  },
  function emptyVendor(bytes, chance) {
    return Buffer.concat([bytes, Buffer.of(26, 2 + chance(8), 0, 0, 0x37, 0x2a, chance(12), chance(12))])
  },
  function repeatTail(bytes, chance) {
    const from = HEADER + chance(Math.max(1, bytes.length - HEADER))
    return Buffer.concat(Array.from({ length: 1 + chance(20) }, () => bytes.subarray(from)).concat(bytes)).subarray(0, MOST_BYTES + chance(8))
  },
  function shortValue(bytes, chance) {
    return Buffer.concat([bytes, Buffer.of(chance(256), 2), Buffer.of(chance(102), 3, chance(256))])
  },
  function lengthField(bytes, chance) {
    if (bytes.length >= 4) bytes.writeUInt16BE(chance(65_536), 2)
    return bytes
  },
]

/** One to three mutations of one of `seeds`; the seed itself is left as it was. */
export function mutate(seeds: readonly Buffer[], chance: Chance): Buffer {
  let bytes: Buffer = Buffer.from(seeds[chance(seeds.length)] ?? Buffer.alloc(HEADER))
  for (let n = chance(3); n >= 0 && bytes.length > 0; n--) bytes = (MUTATIONS[chance(MUTATIONS.length)] ?? ((same) => same))(bytes, chance)
  if (bytes.length >= 2) bytes[1] = chance(256)
  if (bytes.length >= HEADER && isRandomAuthenticator(bytes[0])) bytes.writeUInt32BE(chance(2 ** 32), 4)
  return bytes
}
