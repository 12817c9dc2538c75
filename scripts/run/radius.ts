// The RADIUS role: beside the portal it feeds the portal's session store, alone it keeps a record of its own.
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createAccountingStore, ACCOUNTING_MIGRATIONS } from '#radius/accounting-store.ts'
import { tokenKeyring, type TokenKeyring } from '#radius/access/portal-token.ts'
import { createTokenUses, TOKEN_USES_MIGRATIONS } from '#radius/access/token-uses.ts'
import { createWatch, type Watch } from '#radius/watch/watch.ts'
import { startRadius, type RunningRadius } from '#radius/main.ts'
import { ACCESS_METHODS } from '#radius/profiles.ts'
import type { AccountingStore } from '#radius/nas.ts'
import { sessionNames, type SessionNames } from '#radius/session-name.ts'
import { UsageError } from '#shared/errors.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { openDisk, openVolatile, type Ground } from './ground.ts'
import { profilesOf } from './profiles.ts'
import type { RadiusPeers } from './radius-peers.ts'
import { upstreamsOf } from './radius-upstreams.ts'
import { volatileKey } from './secrets.ts'

/** What the portal's tokens ask for; more come with more sign-in methods. */
export const CLICK_PROFILE = ACCESS_METHODS.indexOf('click')
const LEAST_TOKEN_KEY_BYTES = 16

/** The keys of portal tokens: one of this runtime directory, or the configured one where portal and server run apart. */
export function keyringOf({ settings, directories, effects }: Ground): TokenKeyring {
  const configured = settings.radius.token_key
  if (configured === undefined) return tokenKeyring([0, volatileKey(directories.runtime, 'token', effects.random)])
  const bytes = Buffer.from(configured)
  if (bytes.length < LEAST_TOKEN_KEY_BYTES) throw new UsageError('token_key', `radius.token_key needs at least ${LEAST_TOKEN_KEY_BYTES} characters`)
  return tokenKeyring([0, bytes])
}

/** How accounting calls sessions: the same across restarts, others after a reboot. */
export function sessionNamesOf({ directories, effects }: Ground): SessionNames {
  return sessionNames(secretKey(volatileKey(directories.runtime, 'session', effects.random)))
}

function hosts({ settings }: Ground): readonly string[] {
  const six = Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === '::1'))
  return settings.radius.host ?? (six ? ['127.0.0.1', '::1'] : ['127.0.0.1'])
}

export type RadiusRole = RunningRadius & { readonly watch: Watch; readonly closeStores: () => Promise<void> }

/** @param accounting the portal's store; undefined when this role runs without the portal. */
export async function startRadiusRole(ground: Ground, peers: RadiusPeers, keyring: TokenKeyring, accounting: AccountingStore | undefined): Promise<RadiusRole> {
  const { settings, directories, effects } = ground
  const uses = directories.runtime === undefined ? undefined : openVolatile(directories, 'tokens.db', { durability: 'volatile', migrations: TOKEN_USES_MIGRATIONS })
  const disk = accounting ? undefined : await openDisk(join(directories.data, 'radius.db'), { migrations: ACCOUNTING_MIGRATIONS, secureDelete: true })
  const own = disk && createAccountingStore({ writer: disk.durable, reader: disk.reader, clock: effects.clock, log: effects.log, nameOf: sessionNamesOf(ground) })
  const store = accounting ?? own
  if (!store) throw new TypeError('the radius role has a store, the portal’s or its own')
  const watch = createWatch(effects.clock)
  async function closeStores(): Promise<void> {
    own?.close()
    await disk?.close()
    uses?.close()
  }
  try {
    const radius = await startRadius(
      {
        hosts: hosts(ground),
        authPort: settings.radius.auth_port,
        acctPort: settings.radius.acct_port,
        clients: peers.clients,
        tokenKeys: keyring,
        profiles: profilesOf(ground),
        reusePort: settings.radius.reuse_port,
        upstreams: upstreamsOf(ground, hosts(ground)),
      },
      effects,
      { accounting: store, watch, tokenUses: createTokenUses(uses, effects.clock) },
    )
    return { ...radius, watch, closeStores }
  } catch (error) {
    await closeStores()
    throw error
  }
}
