/**
 * What accounting stores call a session. The id itself never reaches a disk: some access servers build it out of the phone's hardware
 * or network address (`5f3a/00:1b:…/12`), or out of the user's name. Such a name, under a key that lies on the same disk, could be
 * found again by trying addresses and names, so these alone have names that do not outlive a reboot; all others must, or what a
 * session has used would be counted anew.
 */
import { parseMacAddress } from '#shared/personal.ts'
import { quickMac } from '#shared/quick-mac.ts'

const LABEL = 'parvis/acct-session/1'
/** 128 bits: 32 hexadecimal digits. */
const NAME_BYTES = 16
/** A hardware or network address in a notation that is nothing else. */
const ADDRESS = /(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|(?:\d{1,3}\.){3}\d{1,3}/i
/** It may be a hardware address, where nothing says which that would be. */
const BARE_HARDWARE = /(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/i
/** A shorter name is in many an id by chance. */
const LEAST_NAME = 3

/** Whose session it is, as far as its report says. */
export type Whose = { readonly callingStationId?: string | undefined; readonly userName?: string | undefined }
export type SessionNames = (client: string, acctSessionId: string, whose?: Whose) => string

function tellsStation(id: string, callingStationId: string | undefined): boolean {
  if (ADDRESS.test(id)) return true
  const digits = callingStationId === undefined ? undefined : parseMacAddress(callingStationId)
  return digits === undefined ? BARE_HARDWARE.test(id) : id.toLowerCase().replace(/[:.-]/g, '').includes(digits)
}
/** With or without its realm. */
function tellsName(id: string, userName = ''): boolean {
  const name = userName.replace(/@[^@]*$/, '').toLowerCase()
  return name.length >= LEAST_NAME && id.toLowerCase().includes(name)
}

/**
 * Keys have at most 64 bytes.
 * @param lasting the same after a reboot, so that a Stop finds its Start.
 * @param ofBoot of the runtime directory: the same across restarts only.
 */
export function sessionNames(lasting: Uint8Array, ofBoot: Uint8Array = lasting): SessionNames {
  const lastingMac = quickMac(lasting, LABEL)
  const macOfBoot = quickMac(ofBoot, LABEL)
  return (client, acctSessionId, { callingStationId, userName } = {}) => {
    const mac = tellsStation(acctSessionId, callingStationId) || tellsName(acctSessionId, userName) ? macOfBoot : lastingMac
    return mac(client, acctSessionId).toString('hex', 0, NAME_BYTES)
  }
}
