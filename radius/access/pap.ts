/** PAP (RFC 2865 §5.2). On the way of nearly every request, so what it needs is revealed when asked for, into memory that is used again. */
import { ATTRIBUTES } from '../attributes.ts'
import type { Client } from '../clients.ts'
import { AUTHENTICATOR_AT, type Packet } from '../packet.ts'
import { isPasswordLength, MOST_PASSWORD_BYTES, paddedEquals, revealPasswordInto } from '../password.ts'
import type { Credential, CredentialFault } from './credentials.ts'

const USER_PASSWORD = ATTRIBUTES['User-Password'].number

// Shared scratch: every function here runs to its end before another can start.
const revealed = Buffer.alloc(MOST_PASSWORD_BYTES)
// `write` stops before a character that does not fit: with room for one more, what is too long shows by its length.
const expected = Buffer.alloc(MOST_PASSWORD_BYTES + 4)

class Pap implements Credential {
  readonly kind = 'pap'
  readonly #packet: Packet
  readonly #client: Client
  readonly #at: number
  readonly #length: number

  constructor(packet: Packet, client: Client, at: number, length: number) {
    this.#packet = packet
    this.#client = client
    this.#at = at
    this.#length = length
  }

  proves(secret: string): boolean {
    this.#reveal()
    const length = expected.write(secret, 0, 'utf8')
    return paddedEquals(revealed, expected, this.#length, length)
  }

  /** Bytes of their own: whoever asks may keep them while it waits. */
  password(): Buffer {
    this.#reveal()
    let end = this.#length
    while (end > 0 && revealed[end - 1] === 0) end--
    return Buffer.from(revealed.subarray(0, end))
  }

  #reveal(): void {
    revealPasswordInto(revealed, this.#packet.bytes, this.#at, this.#at + this.#length, AUTHENTICATOR_AT, this.#client.secret)
  }
}

export function openPap(packet: Packet, client: Client): Credential | CredentialFault {
  const at = packet.find(USER_PASSWORD)
  const length = packet.after(at) - at - 2
  return isPasswordLength(length) ? new Pap(packet, client, at + 2, length) : 'credential_malformed'
}
