/** Whether a request is believed: one function for each way of proof. They return why not, or undefined. */
import { ATTRIBUTES } from './attributes.ts'
import { checkMessageAuthenticator, requestAuthenticatorHolds } from './authenticator.ts'
import type { Client } from './clients.ts'
import type { Packet } from './packet.ts'

const EAP_MESSAGE = ATTRIBUTES['EAP-Message']
const PROXY_STATE = ATTRIBUTES['Proxy-State']

/** Status-Server must carry Message-Authenticator (RFC 5997 §3), whatever the client's settings say. */
export function doubtStatus(packet: Packet, client: Client): string | undefined {
  const proof = checkMessageAuthenticator(packet, 'own', client.secret)
  return proof === 'holds' ? undefined : `message_authenticator_${proof}`
}

/**
 * Access-Request: its authenticator is random, so only Message-Authenticator proves anything. A client may opt out, but never for
 * EAP (RFC 3579 §3.2), nor with Proxy-State, which is where the collision of CVE-2024-3596 hides.
 */
export function doubtAccess(packet: Packet, client: Client): string | undefined {
  const doubt = doubtStatus(packet, client)
  if (doubt !== 'message_authenticator_absent' || client.requireMessageAuthenticator) return doubt
  if (packet.has(EAP_MESSAGE)) return doubt
  return packet.has(PROXY_STATE) ? 'proxy_state_unproved' : undefined
}

/** Accounting-, Disconnect- and CoA-Request (RFC 2866 §3, RFC 5176 §2.3); a Message-Authenticator that is there must hold too. */
export function doubtSelfProving(packet: Packet, client: Client): string | undefined {
  if (!requestAuthenticatorHolds(packet, client.secret)) return 'authenticator_wrong'
  return checkMessageAuthenticator(packet, 'zeros', client.secret) === 'wrong' ? 'message_authenticator_wrong' : undefined
}
