/** What an Access-Accept allows: one row a limit, read by our client and written by our server. */
import { ATTRIBUTES, type AttributeRow } from './attributes.ts'
import type { Authorisation } from './nas.ts'
import { HEADER_BYTES, type Packet } from './packet.ts'
import { PacketWriter } from './packet-writer.ts'

/** What a kind of session may do. Whole seconds, kilobits per second, bytes in both directions together. */
export type Profile = Omit<Authorisation, 'class'> & {
  readonly sessionSeconds: number
  /** Devices at once, for accounts and vouchers that say nothing of their own; never sent. */
  readonly sessions?: number
}

const MOST_INTEGER = 0xffff_ffff
const GIGAWORD = 2 ** 32

type Limit = Exclude<keyof Authorisation, 'class' | 'filterId'>
type Way = { readonly limit: Limit; readonly rows: readonly AttributeRow[]; write(writer: PacketWriter, value: number): void; read(packet: Packet): number | undefined }

function inUnits(limit: Limit, row: AttributeRow<number>, unit: number): Way {
  return {
    limit,
    rows: [row],
    write: (writer, value) => void writer.add(row, Math.min(Math.floor(value * unit), MOST_INTEGER)),
    read(packet) {
      const value = packet.read(row)
      return value === undefined ? undefined : Math.floor(value / unit)
    },
  }
}

function octets(limit: Limit, low: AttributeRow<number>, high: AttributeRow<number>): Way {
  return {
    limit,
    rows: [low, high],
    write(writer, value) {
      writer.add(low, Math.floor(value) % GIGAWORD)
      if (value >= GIGAWORD) writer.add(high, Math.min(Math.floor(value / GIGAWORD), MOST_INTEGER))
    },
    read(packet) {
      const value = packet.read(low)
      return value === undefined ? undefined : Math.min(value + (packet.read(high) ?? 0) * GIGAWORD, Number.MAX_SAFE_INTEGER)
    },
  }
}

const A = ATTRIBUTES
/** Written all; of several that state the same limit the first that is there is read. */
const WAYS: readonly Way[] = [
  inUnits('sessionSeconds', A['Session-Timeout'], 1),
  inUnits('idleSeconds', A['Idle-Timeout'], 1),
  inUnits('interimSeconds', A['Acct-Interim-Interval'], 1),
  inUnits('downKbps', A['WISPr-Bandwidth-Max-Down'], 1000),
  inUnits('upKbps', A['WISPr-Bandwidth-Max-Up'], 1000),
  inUnits('downKbps', A['ChilliSpot-Bandwidth-Max-Down'], 1),
  inUnits('upKbps', A['ChilliSpot-Bandwidth-Max-Up'], 1),
  octets('quotaBytes', A['ChilliSpot-Max-Total-Octets'], A['ChilliSpot-Max-Total-Gigawords']),
  octets('quotaBytes', A['Mikrotik-Total-Limit'], A['Mikrotik-Total-Limit-Gigawords']),
]

/** Every attribute that states a limit. */
export const LIMIT_ROWS: readonly AttributeRow[] = WAYS.flatMap(({ rows }) => rows)

/** @throws MalformedError `attribute_value` when a limit has the wrong form. */
export function readAuthorisation(packet: Packet): Authorisation {
  const found: { -readonly [Key in keyof Authorisation]: Authorisation[Key] } = {}
  for (const { limit, read } of WAYS) {
    const value = found[limit] ?? read(packet)
    if (value !== undefined) found[limit] = value
  }
  const filterId = packet.read(A['Filter-Id'])
  if (filterId !== undefined) found.filterId = filterId
  const held = packet.read(A.Class)
  if (held) found.class = Uint8Array.from(held)
  return found
}

const written = new WeakMap<Authorisation, Buffer>()

/** The attributes as bytes, made once for each object: a profile's are copied into every reply that grants it. */
function attributeBytes(authorisation: Authorisation): Buffer {
  const known = written.get(authorisation)
  if (known) return known
  const writer = new PacketWriter().begin(0, 0)
  for (const { limit, write } of WAYS) {
    const value = authorisation[limit]
    if (value !== undefined) write(writer, value)
  }
  writer.addIf(A['Filter-Id'], authorisation.filterId)
  writer.addIf(A.Class, authorisation.class)
  const bytes = Buffer.from(writer.bytes.subarray(HEADER_BYTES, writer.end))
  written.set(authorisation, bytes)
  return bytes
}

export function writeAuthorisation(writer: PacketWriter, authorisation: Authorisation): void {
  writer.addAttributes(attributeBytes(authorisation))
}
