/**
 * What accounting stores call a session. The id itself never reaches a disk: some access servers build it out of the phone's hardware
 * address (`5f3a/00:1b:…/12`). Such a name, under a key that lies on the same disk, could be found again by trying addresses, so
 * these alone have names that do not outlive a reboot; all others must, or what a session has used would be counted anew.
 */
import { parseMacAddress } from '#shared/personal.ts'
import { quickMac } from '#shared/quick-mac.ts'

const LABEL = 'parvis/acct-session/1'
/** 128 bits: 32 hexadecimal digits. */
const NAME_BYTES = 16
/** A hardware address in a notation that is nothing else. */
const HARDWARE = /(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}/i

/** `station` is the Calling-Station-Id of the report, where it has one. */
export type SessionNames = (client: string, acctSessionId: string, station?: string) => string

function tellsStation(acctSessionId: string, station: string | undefined): boolean {
  if (HARDWARE.test(acctSessionId)) return true
  const digits = station === undefined ? undefined : parseMacAddress(station)
  return digits !== undefined && acctSessionId.toLowerCase().replace(/[:.-]/g, '').includes(digits)
}

/**
 * Keys have at most 64 bytes.
 * @param lasting the same after a reboot, so that a Stop finds its Start.
 * @param ofBoot of the runtime directory: the same across restarts only.
 */
export function sessionNames(lasting: Uint8Array, ofBoot: Uint8Array = lasting): SessionNames {
  const lastingMac = quickMac(lasting, LABEL)
  const macOfBoot = quickMac(ofBoot, LABEL)
  return (client, acctSessionId, station) => {
    const mac = tellsStation(acctSessionId, station) ? macOfBoot : lastingMac
    return mac(client, acctSessionId).toString('hex', 0, NAME_BYTES)
  }
}
