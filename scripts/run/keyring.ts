import { tokenKeyring, type TokenKeyring } from '#radius/access/portal-token.ts'
import { UsageError } from '#shared/errors.ts'
import type { Ground } from './ground.ts'
import { volatileKey } from './secrets.ts'

const LEAST_TOKEN_KEY_BYTES = 16

/** The keys of portal tokens: one of this runtime directory, or the configured one where portal and server run apart. */
export function keyringOf({ settings, directories, effects }: Ground): TokenKeyring {
  const configured = settings.radius.token_key
  if (configured === undefined) return tokenKeyring([0, volatileKey(directories.runtime, 'token', effects.random)])
  const bytes = Buffer.from(configured)
  if (bytes.length < LEAST_TOKEN_KEY_BYTES) throw new UsageError('token_key', `radius.token_key needs at least ${LEAST_TOKEN_KEY_BYTES} characters`)
  return tokenKeyring([0, bytes])
}
