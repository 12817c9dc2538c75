// Makes packets almost right: mutations, and signing again so that what comes out gets past the authenticator.
import { createHash, createHmac } from 'node:crypto'
import { ATTRIBUTES, type AttributeRow } from '#radius/attributes.ts'
import { CODES } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import type { Chance } from './chance.ts'

const MOST_BYTES = 4096
const HEADER = 20
const MESSAGE_AUTHENTICATOR = 80

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

const scratch = new PacketWriter()
const ROWS: readonly AttributeRow[] = Object.values(ATTRIBUTES)
/** Of values: what the types expect, and one beside it. */
const LIKELY_LENGTHS = [0, 1, 3, 4, 5, 8, 16, 17, 18, 50, 240, 253]
/** Of the value of a vendor's or an extended attribute: their heads take up the rest. */
const MOST_INNER_BYTES = 240
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
  /** An attribute that we know, with a value of a length that may suit it. */
  function addKnown(bytes, chance) {
    const row = ROWS[chance(ROWS.length)]
    const value = Buffer.alloc(LIKELY_LENGTHS[chance(LIKELY_LENGTHS.length)] ?? 0, chance(256))
    if (!row) return bytes
    // The writer refuses empty extended attributes; `shortValue` and `oddAttributeLength` make them.
    const fitting = row.carrier === 0 ? value : value.subarray(0, MOST_INNER_BYTES)
    if (row.carrier !== 0 && fitting.length === 0) return bytes
    const { bytes: written, end } = scratch.begin(0, 0).addBytes(row, fitting)
    return Buffer.concat([bytes, written.subarray(HEADER, end)])
  },
  function dropAttribute(bytes, chance) {
    let at = HEADER
    for (let skip = chance(8); skip > 0 && at + 2 < bytes.length; skip--) at += Math.max(2, bytes[at + 1] ?? 2)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + Math.max(2, bytes[at + 1] ?? 2)))])
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
