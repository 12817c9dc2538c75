// From the hub's settings to its orders at the CA: the account's key, the way there, the way to the DNS.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Effects } from '#shared/effects.ts'
import { UsageError } from '#shared/errors.ts'
import type { HubSettings } from '../settings.ts'
import { createAcme } from './acme.ts'
import { dnsProgram } from './dns-program.ts'
import { acmeHttps } from './https.ts'
import { createOrders, type Orders } from './orders.ts'

/** Lost, it is made anew: the CA then sees another account, and nothing else changes. */
function accountKeyAt(path: string): KeyObject {
  if (!existsSync(path)) writeFileSync(path, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  return createPrivateKey(readFileSync(path))
}

function rootAt(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError('acme_root', `hub.acme_root: ${path} cannot be read`, { cause })
  }
}

/** @throws UsageError when a file that the settings name is not there. */
export function openCertificates(acme: NonNullable<HubSettings['acme']>, effects: Effects): { domain: string; orders: Orders } {
  if (!existsSync(acme.dns)) throw new UsageError('acme_dns', `hub.acme_dns: ${acme.dns} is not there`)
  const http = acmeHttps(acme.root === undefined ? undefined : rootAt(acme.root))
  const settings = { directory: acme.directory, accountKey: accountKeyAt(acme.accountKeyFile), contact: acme.contact }
  return { domain: acme.domain, orders: createOrders(createAcme(settings, { dns: dnsProgram(acme.dns, effects.log), http, clock: effects.clock }), effects) }
}
