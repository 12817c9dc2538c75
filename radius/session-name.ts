/**
 * What accounting stores call a session. Some access servers build Acct-Session-Id out of the phone's hardware address
 * (`5f3a/00:1b:…/12`), so the id itself never reaches a disk.
 */
import { quickMac } from '#shared/quick-mac.ts'

const LABEL = 'parvis/acct-session/1'
/** 128 bits: 32 hexadecimal digits. */
const NAME_BYTES = 16

export type SessionNames = (client: string, acctSessionId: string) => string

/** @param key of the runtime directory, at most 64 bytes: the same across restarts, so that a Stop finds its Start; gone with a reboot. */
export function sessionNames(key: Uint8Array): SessionNames {
  const mac = quickMac(key, LABEL)
  return (client, acctSessionId) => mac(client, acctSessionId).toString('hex', 0, NAME_BYTES)
}
