import { equalBytes, mac, type KeyObject } from '#shared/keyed-mac.ts'
import type { IpAddress } from '#shared/personal.ts'

/** Longer addresses are not worth their bytes in a redirect: the person starts anew from the success page. */
const LONGEST_ADDRESS = 200
const LIFE_SECONDS = 60 * 60
const EXP_BYTES = 4
const MAC_BYTES = 12
const LABEL = 'parvis/wanted/1'
export const LONGEST_STATE = Math.ceil(((EXP_BYTES + MAC_BYTES + LONGEST_ADDRESS) * 4) / 3)

/** Only plain web addresses: anything else behind a link would be a way to run something. */
function webAddress(text: string): string | undefined {
  try {
    const url = new URL(text)
    const plain = url.protocol === 'http:' || url.protocol === 'https:'
    return plain && url.username === '' && url.password === '' && url.href.length <= LONGEST_ADDRESS ? url.href : undefined
  } catch {
    return undefined
  }
}

/**
 * The page a person asked for before the portal came between, as a short signed state for `?to=`. Signed together with the
 * source address, so that nobody can mint a link for somebody else's success page. Undefined where there is nothing to keep.
 */
export function keepAddress(key: KeyObject, source: IpAddress, address: string, nowMs: number): string | undefined {
  const href = webAddress(address)
  if (href === undefined) return undefined
  const exp = Buffer.alloc(EXP_BYTES)
  exp.writeUInt32BE(Math.floor(nowMs / 1000) + LIFE_SECONDS)
  const proof = mac(key, LABEL, source, exp, href).subarray(0, MAC_BYTES)
  return Buffer.concat([exp, proof, Buffer.from(href)]).toString('base64url')
}

/** The address in a state that we signed for this source, while it is fresh. */
export function keptAddress(key: KeyObject, source: IpAddress, state: string | undefined, nowMs: number): string | undefined {
  if (state === undefined || state.length > LONGEST_STATE || !/^[\w-]+$/.test(state)) return undefined
  const bytes = Buffer.from(state, 'base64url')
  const exp = bytes.subarray(0, EXP_BYTES)
  const href = bytes.subarray(EXP_BYTES + MAC_BYTES).toString('utf8')
  if (bytes.length <= EXP_BYTES + MAC_BYTES) return undefined
  if (!equalBytes(bytes.subarray(EXP_BYTES, EXP_BYTES + MAC_BYTES), mac(key, LABEL, source, exp, href).subarray(0, MAC_BYTES))) return undefined
  return exp.readUInt32BE() * 1000 > nowMs ? webAddress(href) : undefined
}
