/** What a request shows to prove its user: one row a way of proof. */
import type { Effects } from '#shared/effects.ts'
import { ATTRIBUTES, VENDOR_SPECIFIC, type AttributeRow } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { HEADER_BYTES, type Packet } from '../packet.ts'
import type { PacketWriter } from '../packet-writer.ts'
import { openChap } from './chap.ts'
import { openEap } from './eap.ts'
import { openMschapv2 } from './mschapv2.ts'
import { openPap } from './pap.ts'

/** Sources compare through it and need not know which kind it is. Valid as long as the question it came with. */
export type Credential = {
  readonly kind: CredentialKind
  /** Whether it proves knowledge of `secret`; in time that depends on lengths only. False for kinds that only an upstream can check. */
  proves(secret: string): boolean
  /**
   * PAP alone shows the password itself, for sources that keep no more than a hash; without the padding. Its bytes are the caller's:
   * a source that decides later may keep them. What its end lost when it was zeros, `proves` still tells apart.
   */
  password?(): Buffer
  /** Written into the Access-Accept after `proves` was true: the server's own proof and keys (MS-CHAP2-Success). */
  proof?(writer: PacketWriter): void
  /** Written into the Access-Reject (MS-CHAP-Error, EAP-Failure). */
  refusal?(writer: PacketWriter): void
}
/** `eap` passes through to an upstream realm. */
const CREDENTIAL_KINDS = ['pap', 'chap', 'mschapv2', 'eap'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

/** Why a request is rejected before any source is asked: RFC 2865 §5 asks for a reject, not for silence, where an attribute is malformed. */
export type CredentialFault = 'credential_not_offered' | 'credential_twice' | 'credential_malformed'

type CredentialRow = {
  readonly shownBy?: AttributeRow
  /** A long value comes in several attributes (RFC 3579 §3.1). */
  readonly repeats?: boolean
  open(packet: Packet, client: Client, random: Effects['random']): Credential | CredentialFault
}

const notOffered = (): CredentialFault => 'credential_not_offered'

const CREDENTIALS: readonly CredentialRow[] = [
  { shownBy: ATTRIBUTES['User-Password'], open: openPap },
  { shownBy: ATTRIBUTES['CHAP-Password'], open: openChap },
  { shownBy: ATTRIBUTES['MS-CHAP2-Response'], open: openMschapv2 },
  { shownBy: ATTRIBUTES['EAP-Message'], repeats: true, open: openEap },
  // MS-CHAP in its first version (RFC 2433): the server proves nothing, and the LAN Manager response beside it falls in seconds.
  { shownBy: ATTRIBUTES['MS-CHAP-Response'], open: notOffered },
  { shownBy: ATTRIBUTES['ARAP-Password'], open: notOffered },
]
const NONE: CredentialRow = { open: notOffered }
const TWICE: CredentialRow = { open: () => 'credential_twice' }

const MICROSOFT = ATTRIBUTES['MS-CHAP2-Response'].vendor

function rowsOf(vendor: number): readonly (CredentialRow | undefined)[] {
  return Array.from({ length: 256 }, (_, number) => CREDENTIALS.find(({ shownBy }) => shownBy?.vendor === vendor && shownBy.number === number))
}
const PLAIN_ROWS = rowsOf(0)
const MICROSOFT_ROWS = rowsOf(MICROSOFT)

/** RFC 2865 §4.1 and RFC 3579 §3.3: a request shows one way of proof. With two, access servers before us may have believed the other. */
function together(before: CredentialRow, row: CredentialRow | undefined): CredentialRow {
  if (row === undefined) return before
  return before === NONE || (before === row && row.repeats) ? row : TWICE
}

/** The attributes inside a vendor's, where they have the form of RFC 2865 §5.26. */
function insideVendor(packet: Packet, at: number, before: CredentialRow): CredentialRow {
  const { bytes } = packet
  const end = packet.after(at)
  if (end - at < 8 || bytes.readUInt32BE(at + 2) !== MICROSOFT) return before
  let shown = before
  for (let inner = at + 6; inner + 2 <= end; ) {
    const length = bytes[inner + 1] ?? 0
    if (length < 2 || inner + length > end) break
    shown = together(shown, MICROSOFT_ROWS[bytes[inner] ?? 0])
    inner += length
  }
  return shown
}

/** The credential of a request, or why it has none that we take. @param random for what MS-CHAPv2 answers. */
export function readCredential(packet: Packet, client: Client, random: Effects['random']): Credential | CredentialFault {
  const { bytes, end } = packet
  let shown = NONE
  for (let at = HEADER_BYTES; at < end; at = packet.after(at)) {
    const number = bytes[at] ?? 0
    shown = number === VENDOR_SPECIFIC ? insideVendor(packet, at, shown) : together(shown, PLAIN_ROWS[number])
  }
  return shown.open(packet, client, random)
}
