import { parseMacAddress } from '#shared/personal.ts'

/** Where a device has connected: the access point's own address (or name) and its network. */
export type CalledStation = {
  /** Twelve lower-case digits where it is a hardware address, else as it was sent. */
  readonly address: string
  readonly ssid?: string
}

/** Six pairs or three groups, separated by one sign or none, then the SSID behind a colon. */
const ADDRESS_AND_SSID = /^((?:[0-9a-f]{2}([-:.]?))(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})(?::(.*))?$/is

/** Called-Station-Id as RFC 3580 §3.20 writes it, `AA-BB-CC-DD-EE-FF:ssid`, in any notation; a name may stand for the address. */
export function calledStation(text: string): CalledStation {
  const found = ADDRESS_AND_SSID.exec(text)
  if (found) return { address: parseMacAddress(found[1] ?? '') ?? text, ...(found[3] !== undefined && { ssid: found[3] }) }
  const colon = text.indexOf(':')
  return colon < 0 ? { address: text } : { address: text.slice(0, colon), ssid: text.slice(colon + 1) }
}
