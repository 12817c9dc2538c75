import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { AUTHENTICATOR_AT, type Packet } from '../packet.ts'
import { paddedEquals, revealPassword } from '../password.ts'

/** What a request shows to prove its user. Sources compare through it and need not know which kind it is. */
export type Credential = {
  readonly kind: CredentialKind
  /** Whether it proves knowledge of `secret`; in time that depends on lengths only. */
  proves(secret: string): boolean
}
/** Kinds that need the secret in clear (CHAP, MS-CHAPv2) become further rows; the portal token can serve them all. */
const CREDENTIAL_KINDS = ['pap'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

type CredentialRow = { readonly kind: CredentialKind; readonly shownBy: AttributeRow; open(packet: Packet, client: Client): Credential | undefined }

const USER_PASSWORD = ATTRIBUTES['User-Password']

const CREDENTIALS: readonly CredentialRow[] = [
  {
    kind: 'pap',
    shownBy: USER_PASSWORD,
    open(packet, client) {
      const hidden = packet.read(USER_PASSWORD)
      if (!hidden) return undefined
      const padded = revealPassword(hidden, packet.bytes.subarray(AUTHENTICATOR_AT, AUTHENTICATOR_AT + 16), client.secret)
      return { kind: 'pap', proves: (secret) => paddedEquals(padded, Buffer.from(secret, 'utf8')) }
    },
  },
]

/** @throws MalformedError `attribute_value`. Undefined when it shows none that we offer. */
export function readCredential(packet: Packet, client: Client): Credential | undefined {
  return CREDENTIALS.find((row) => packet.has(row.shownBy))?.open(packet, client)
}
