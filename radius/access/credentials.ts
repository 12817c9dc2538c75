import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { AUTHENTICATOR_AT, type Packet } from '../packet.ts'
import type { PacketWriter } from '../packet-writer.ts'
import { paddedEquals, revealPassword } from '../password.ts'

/** What a request shows to prove its user. Sources compare through it and need not know which kind it is. */
export type Credential = {
  readonly kind: CredentialKind
  /** Whether it proves knowledge of `secret`; in time that depends on lengths only. False for kinds that only an upstream can check. */
  proves(secret: string): boolean
  /** PAP alone shows the password itself, for sources that keep no more than a hash; without the padding. */
  password?(): Buffer
  /** Written into the Access-Accept after `proves` was true: the server's own proof and keys (MS-CHAP2-Success). */
  proof?(writer: PacketWriter): void
  /** Written into the Access-Reject (MS-CHAP-Error). */
  refusal?(writer: PacketWriter): void
}
/** `eap` passes through to an upstream realm. */
const CREDENTIAL_KINDS = ['pap', 'chap', 'mschapv2', 'eap'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

type CredentialRow = { readonly kind: CredentialKind; readonly shownBy: AttributeRow; open(packet: Packet, client: Client): Credential | undefined }

const USER_PASSWORD = ATTRIBUTES['User-Password']

function withoutPadding(padded: Buffer): Buffer {
  let end = padded.length
  while (end > 0 && padded[end - 1] === 0) end--
  return padded.subarray(0, end)
}

const CREDENTIALS: readonly CredentialRow[] = [
  {
    kind: 'pap',
    shownBy: USER_PASSWORD,
    open(packet, client) {
      const hidden = packet.read(USER_PASSWORD)
      if (!hidden) return undefined
      const padded = revealPassword(hidden, packet.bytes.subarray(AUTHENTICATOR_AT, AUTHENTICATOR_AT + 16), client.secret)
      return { kind: 'pap', proves: (secret) => paddedEquals(padded, Buffer.from(secret, 'utf8')), password: () => withoutPadding(padded) }
    },
  },
  { kind: 'eap', shownBy: ATTRIBUTES['EAP-Message'], open: () => ({ kind: 'eap', proves: () => false }) },
]

/** @throws MalformedError `attribute_value`. Undefined when it shows none that we offer. */
export function readCredential(packet: Packet, client: Client): Credential | undefined {
  return CREDENTIALS.find((row) => packet.has(row.shownBy))?.open(packet, client)
}
