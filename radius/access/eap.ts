/** EAP goes on to an upstream realm, which alone can check it; here there is only a way to say no. */
import { ATTRIBUTES } from '../attributes.ts'
import type { Packet } from '../packet.ts'
import type { Credential } from './credentials.ts'

const EAP_MESSAGE = ATTRIBUTES['EAP-Message']
/** RFC 3748 §4.2: code 4, the identifier of the response that it answers, a length of 4. */
const FAILURE_CODE = 4
const FAILURE_BYTES = 4

export function openEap(packet: Packet): Credential {
  return {
    kind: 'eap',
    proves: () => false,
    // RFC 3579 §3.1: the phone is told in its own protocol, and need not wait until it gives up.
    refusal(writer) {
      const identifier = packet.read(EAP_MESSAGE)?.[1] ?? 0
      writer.add(EAP_MESSAGE, Buffer.of(FAILURE_CODE, identifier, 0, FAILURE_BYTES))
    },
  }
}
