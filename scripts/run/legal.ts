// The sealed log as the settings have it: whose keys, which ports, which address the world sees.
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '#shared/errors.ts'
import { noPortBlocks, nftablesPortBlocks } from '#portal/gateway/port-blocks.ts'
import { readHolderA, readHolderB } from '#portal/legal/holder-keys.ts'
import type { LegalParts } from '#portal/legal/main.ts'
import { keepsLog, PROFILES } from '#portal/legal/profile.ts'
import type { HolderKeys } from '#portal/legal/sealed-log.ts'
import type { Ground } from './ground.ts'

/** How long files that were read are taken as read: a new quarter's keys need no restart. */
const READ_AGAIN_MS = 60_000

function read(key: string, path: string | undefined): string {
  if (path === undefined) throw new UsageError('settings', `legal.${key}: missing`)
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError('settings', `legal.${key}: ${path} cannot be read`, { cause })
  }
}

/** Reads anew by the minute; a file that is being replaced keeps what was read before. */
function holderKeys({ settings, effects }: Ground): () => HolderKeys {
  const { holder_a, holder_b } = settings.legal
  const fresh = (): HolderKeys => ({ a: readHolderA(read('holder_a', holder_a)), b: readHolderB(read('holder_b', holder_b)) })
  let known = fresh()
  let readMs = effects.clock.monotonic()
  return () => {
    if (effects.clock.monotonic() - readMs < READ_AGAIN_MS) return known
    readMs = effects.clock.monotonic()
    try {
      known = fresh()
    } catch (error) {
      effects.log.error('the keys of the legal log were not read again', { reason: error instanceof Error ? error.message : '' })
    }
    return known
  }
}

/** Undefined where the profile keeps no log. @throws UsageError when its keys cannot be read. */
export function legalParts(ground: Ground): LegalParts | undefined {
  const { settings, directories, effects } = ground
  const { profile, public_address, ports_per_session: ports } = settings.legal
  if (!keepsLog(PROFILES[profile])) return undefined
  const { enforcer, lan, wan } = settings.gateway
  const translate = enforcer === 'nftables' ? nftablesPortBlocks({ lan: lan ?? [], wan: wan === undefined ? [] : [wan], ports }, effects) : noPortBlocks()
  return {
    directory: join(directories.data, 'legal'),
    keys: holderKeys(ground),
    blocks: translate,
    ports,
    publicAddress: () => public_address ?? (wan === undefined ? undefined : networkInterfaces()[wan]?.find(({ family }) => family === 'IPv4')?.address),
  }
}
