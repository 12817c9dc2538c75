import { addressBlock } from '#radius/address-block.ts'
import { isShortSecret, RECOMMENDED_SECRET_BYTES } from '#radius/settings.ts'
import type { Wrong } from './radius-checks.ts'
import type { Settings } from './schema.ts'

const LOOPBACK_FOUR = { first: 127, bits: 8 } as const
const LOOPBACK_SIX = addressBlock('::1')?.bytes

/** Whether all of a block is this machine itself. */
export function isLoopback(block: string): boolean {
  const { bytes, bits } = addressBlock(block) ?? {}
  if (!bytes || bits === undefined) return false
  if (bytes.length === 4) return bytes[0] === LOOPBACK_FOUR.first && bits >= LOOPBACK_FOUR.bits
  return bits === 128 && LOOPBACK_SIX !== undefined && bytes.equals(LOOPBACK_SIX)
}

/** True when there are access points elsewhere and we listen where nobody but this machine can reach us. */
export function isOutOfReach(settings: Pick<Settings, 'radius' | 'radius.clients'>): boolean {
  return settings.radius.host === undefined && settings['radius.clients'].some(({ address }) => address !== undefined && !isLoopback(address))
}

/** What is allowed and yet hardly meant. Nothing is refused for it: an access point may be too old to take a longer secret. */
export function remarkOnRadius(settings: Settings, remark: Wrong): void {
  if (isOutOfReach(settings)) remark('radius.host', 'not set: clients that are not on this machine cannot reach the server; give an address that they see')
  for (const table of ['radius.clients', 'radius.servers', 'radius.upstreams'] as const) {
    for (const [index, { secret }] of settings[table].entries()) {
      if (secret !== undefined && isShortSecret(secret)) {
        remark(`${table}[${index}].secret`, `shorter than ${RECOMMENDED_SECRET_BYTES} characters (RFC 2865 §3): whoever hears one packet can try secrets until one fits; take a random one, as from openssl rand -hex 16`)
      }
    }
  }
}
