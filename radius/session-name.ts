/**
 * What accounting stores call a session. Some access servers build Acct-Session-Id out of the phone's hardware address
 * (`5f3a/00:1b:…/12`), so the id itself never reaches a disk.
 */
import { encodeBase32 } from '#shared/base32.ts'
import { mac, type KeyObject } from '#shared/keyed-mac.ts'

const LABEL = 'parvis/acct-session/1'
/** 128 bits: 26 digits. */
const NAME_BYTES = 16

export type SessionNames = (client: string, acctSessionId: string) => string

/** @param key of the runtime directory: the same across restarts, so that a Stop finds its Start; gone with a reboot. */
export function sessionNames(key: KeyObject): SessionNames {
  return (client, acctSessionId) => encodeBase32(mac(key, LABEL, client, acctSessionId).subarray(0, NAME_BYTES))
}
