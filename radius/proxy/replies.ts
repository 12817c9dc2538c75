/** An upstream's reply as it goes back to the access server: what may pass (`grants.ts`), hidden again for its hop. */
import { attributeRow, VENDOR_SPECIFIC, type AttributeRow, type Hiding } from '../attributes.ts'
import { readAuthorisation, writeAuthorisation, type Profile } from '../authorisation.ts'
import { CODES, HEADER_BYTES, type Packet } from '../packet.ts'
import { PacketWriter } from '../packet-writer.ts'
import { hidePassword, revealPassword } from '../password.ts'
import { hideSalted, revealSalted } from '../salted.ts'
import { taggedOctets } from '../tagged.ts'
import { narrowed, passes, type Grants } from './grants.ts'
import type { Hop } from './requests.ts'

/** Vendor's number (RFC 2865 §5.26); then parts with a type and a length of their own. */
const VENDOR_BYTES = 4

// Used again for every reply: what is written is copied before `relayedReply` returns.
const writer = new PacketWriter()

/** The salt stays the upstream's: under another secret and authenticator it makes another stream. */
function saltedAgain(value: Buffer, from: Hop, to: Hop): Buffer {
  const salt = value.length < 2 ? 0 : value.readUInt16BE()
  return hideSalted(revealSalted(value, from.authenticator, from.secret), salt, to.authenticator, to.secret)
}

const HIDDEN_AGAIN: Readonly<Record<Hiding, (value: Buffer, from: Hop, to: Hop) => Buffer>> = {
  'user-password': (value, from, to) => hidePassword(revealPassword(value, from.authenticator, from.secret), to.authenticator, to.secret),
  salted: saltedAgain,
}

function hiddenAgain(row: AttributeRow | undefined, value: Buffer, from: Hop, to: Hop): Buffer {
  if (!row?.hidden) return value
  const tagBytes = row.type.name === taggedOctets.name ? 1 : 0
  return Buffer.concat([value.subarray(0, tagBytes), HIDDEN_AGAIN[row.hidden](value.subarray(tagBytes), from, to)])
}

export type Return = {
  readonly from: Hop
  readonly to: Hop
  readonly grants: Grants
  /** What the site allows to a session of such a user. */
  readonly profile: Profile
}

type Part = { readonly number: number; readonly value: Buffer }

/** Undefined when they do not fill the attribute: then nobody can say what it asks for. */
function partsOf(value: Buffer): readonly Part[] | undefined {
  const parts: Part[] = []
  let at = VENDOR_BYTES
  while (at + 2 <= value.length) {
    const end = at + (value[at + 1] ?? 0)
    if (end < at + 2 || end > value.length) return undefined
    parts.push({ number: value[at] ?? 0, value: value.subarray(at + 2, end) })
    at = end
  }
  return at === value.length && parts.length > 0 ? parts : undefined
}

function copyVendor(value: Buffer, accepting: boolean, { from, to, grants }: Return): void {
  const parts = partsOf(value)
  if (!parts) return void (passes(0, VENDOR_SPECIFIC, value, grants, accepting) && writer.addRaw(VENDOR_SPECIFIC, value))
  const head = value.subarray(0, VENDOR_BYTES)
  const vendor = head.readUInt32BE()
  for (const part of parts) {
    if (!passes(vendor, part.number, part.value, grants, accepting)) continue
    const hidden = hiddenAgain(attributeRow(vendor, part.number), part.value, from, to)
    writer.addRaw(VENDOR_SPECIFIC, head, Buffer.of(part.number, 2 + hidden.length), hidden)
  }
}

/**
 * The attributes of a reply that was believed, in their order, and in an Accept the limits of the session behind them.
 * @throws MalformedError `attribute_value` when a limit or a hidden value is none.
 */
export function relayedReply(reply: Packet, back: Return): Buffer {
  const accepting = reply.code === CODES.accessAccept
  writer.begin(0, 0)
  for (let at = HEADER_BYTES; at < reply.end; at = reply.after(at)) {
    const number = reply.bytes[at] ?? 0
    const value = reply.bytes.subarray(at + 2, reply.after(at))
    if (number === VENDOR_SPECIFIC) copyVendor(value, accepting, back)
    else if (passes(0, number, value, back.grants, accepting)) writer.addRaw(number, hiddenAgain(attributeRow(0, number), value, back.from, back.to))
  }
  if (accepting) writeAuthorisation(writer, narrowed(back.profile, readAuthorisation(reply), back.grants))
  return Buffer.from(writer.bytes.subarray(HEADER_BYTES, writer.end))
}
