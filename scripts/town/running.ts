// A running instance, driven from outside: only one that filters nothing, because its phones are loopback addresses of this machine.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'
import { ENFORCER_HEADER } from '#portal/app.ts'
import type { RadiusDoor } from './passers-by.ts'
import type { TownOrder } from './order.ts'

const PATIENCE_MS = 5_000
const DRIVABLE = 'dry-run'
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost)$/

/**
 * Before the first citizen: asks the portal which enforcer it has.
 * @throws UsageError when nothing answers there, it is not on loopback, or its enforcer is any but dry-run.
 */
export async function mustBeDryRun(portal: string): Promise<void> {
  if (!LOOPBACK.test(new URL(portal).hostname)) throw new UsageError('usage', `${portal} is not on loopback: the town's phones have loopback addresses and cannot reach it`)
  const answer = await fetch(new URL('/healthz', portal), { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    throw new UsageError('usage', `no portal answers at ${portal} (${reason(error)})`)
  })
  const enforcer = answer.headers.get(ENFORCER_HEADER)
  if (enforcer === DRIVABLE) return
  throw new UsageError('usage', `the portal at ${portal} ${enforcer === null ? 'does not say which enforcer it has' : `has the enforcer ${enforcer}`}; the town drives ${DRIVABLE} only`)
}

/** @throws UsageError when the secret cannot be read. */
export function radiusDoor({ radiusPort, secretFile }: NonNullable<TownOrder['running']>, env: Readonly<Record<string, string | undefined>>): RadiusDoor | undefined {
  if (radiusPort === undefined) return undefined
  const path = secretFile ?? join(env['PARVIS_DATA'] ?? 'var', 'radius.secret')
  try {
    // The town sends no accounting, so the second port is never used.
    return { address: '127.0.0.1', authPort: radiusPort, acctPort: radiusPort, secret: readFileSync(path, 'utf8').trim() }
  } catch (error) {
    throw new UsageError('usage', `${path} cannot be read (${reason(error)}): set --radius-secret-file`)
  }
}
