// The RADIUS role: beside the portal it feeds the portal's session store, alone it keeps a record of its own.
import { availableParallelism, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { ACCOUNTING_MIGRATIONS } from '#radius/accounting-store.ts'
import type { TokenKeyring } from '#radius/access/portal-token.ts'
import { stationNames } from '#radius/access/station-names.ts'
import { createTokenUses, TOKEN_USES_MIGRATIONS } from '#radius/access/token-uses.ts'
import { createWatch, type Watch } from '#radius/watch/watch.ts'
import { createPasswordChecks } from '#radius/accounts/password-checks.ts'
import { accountSource, strangerSource } from '#radius/accounts/source.ts'
import type { Carry } from '#radius/client/carrier.ts'
import { startRadius, type RunningRadius } from '#radius/main.ts'
import { meteringVouchers } from '#radius/vouchers/metering.ts'
import { createCity, type City, type Lessor } from '#radius/vouchers/city.ts'
import { voucherHolder, voucherSource } from '#radius/vouchers/source.ts'
import { createWithin } from '#radius/within.ts'
import type { Action } from '../control/server.ts'
import { isOutOfReach } from '../settings/radius-remarks.ts'
import { ACCOUNTING_CHECKPOINT_PAGES, openAccounting, type Accounting } from './accounting.ts'
import { openDisk, openVolatile, type Ground } from './ground.ts'
import { profilesOf } from './profiles.ts'
import type { RadiusPeers } from './radius-peers.ts'
import { upstreamsOf } from './radius-upstreams.ts'
import { userActions, type Withdrawal } from './user-actions.ts'
import { openUsers } from './users.ts'

/** Hears 127.0.0.1 too. */
const WITH_LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '0.0.0.0'])

/** The portal beside asks us at 127.0.0.1 (radiusServers), wherever access points do. */
export function radiusHosts({ settings, roles }: Pick<Ground, 'settings' | 'roles'>): readonly string[] {
  const six = Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === '::1'))
  const named = settings.radius.host ?? (six ? ['127.0.0.1', '::1'] : ['127.0.0.1'])
  const asked = roles.has('portal') && settings['radius.servers'].length === 0
  return asked && !named.some((host) => WITH_LOOPBACK.has(host)) ? [...named, '127.0.0.1'] : named
}

export type RadiusRole = RunningRadius & {
  /** For the portal beside. */
  readonly carry: Carry
  readonly watch: Watch
  /** What commands ask about accounts and vouchers. */
  readonly userActions: ReadonlyMap<string, Action>
  /** Asks the hub about the city's vouchers that are in use, now. */
  readonly renewVouchers: () => Promise<void>
  readonly closeStores: () => Promise<void>
}

/** Asking access servers takes seconds, for which no command waits. */
function withdrawalOf({ live, endings }: RunningRadius): Withdrawal {
  return {
    account(holder) {
      void endings.withdraw(holder)
      return live.of(holder).length
    },
    vouchers: () => void endings.round(),
  }
}

/**
 * @param books the portal's; undefined when this role runs without the portal and keeps its own.
 * @param lessor who holds the city's vouchers; undefined where only this gateway's own are good.
 */
export async function startRadiusRole(ground: Ground, peers: RadiusPeers, keyring: TokenKeyring, books: Accounting | undefined, lessor?: Lessor): Promise<RadiusRole> {
  const { settings, directories, effects } = ground
  const uses = directories.runtime === undefined ? undefined : openVolatile(directories, 'tokens.db', { durability: 'volatile', migrations: TOKEN_USES_MIGRATIONS, secureDelete: true })
  const disk = books ? undefined : await openDisk(join(directories.data, 'radius.db'), { migrations: ACCOUNTING_MIGRATIONS, secureDelete: true, checkpointPages: ACCOUNTING_CHECKPOINT_PAGES })
  const own = disk && (await openAccounting(ground, disk))
  const accounting = books ?? own
  if (!accounting) throw new TypeError('the radius role keeps accounting, the portal’s or its own')
  if (isOutOfReach(settings)) effects.log.scoped('radius').warn('radius.host is not set: clients that are not on this machine cannot reach the server')
  const watch = createWatch(effects.clock)
  const users = await openUsers(directories.data, effects, { cached: settings.radius.cached_accounts })
  let city: City | undefined
  async function closeStores(): Promise<void> {
    await city?.close()
    await users.close()
    await own?.close()
    await disk?.close()
    uses?.close()
  }
  try {
    const { accounts, vouchers } = users
    const { live } = accounting
    const profiles = profilesOf(ground)
    const checks = createPasswordChecks(effects.clock, availableParallelism())
    const stationOf = stationNames(effects.random)
    const { listen, carry } = createWithin()
    let withdraw = (_holder: string): void => undefined
    city = lessor && createCity({ lessor, ...users.vouchersDisk, live, withdraw: (holder) => withdraw(holder), holderOf: voucherHolder, ...effects })
    const radius = await startRadius(
      {
        hosts: radiusHosts(ground),
        authPort: settings.radius.auth_port,
        acctPort: settings.radius.acct_port,
        clients: peers.clients,
        tokenKeys: keyring,
        profiles,
        reusePort: settings.radius.reuse_port,
        upstreams: upstreamsOf(ground, radiusHosts(ground)),
      },
      effects,
      {
        accounting: meteringVouchers(accounting.store, vouchers),
        live,
        watch,
        listen,
        tokenUses: createTokenUses(uses, effects.clock),
        sources: [voucherSource({ vouchers, city, withdraw: (holder) => withdraw(holder), live, profiles, clock: effects.clock, stationOf }), accountSource({ accounts, checks, live, profiles, stationOf })],
        last: strangerSource({ accounts, checks, stationOf }),
      },
    )
    withdraw = (holder) => void radius.endings.withdraw(holder)
    return { ...radius, carry, watch, renewVouchers: async () => city?.renewAll(), userActions: userActions(users, withdrawalOf(radius)), closeStores }
  } catch (error) {
    await closeStores()
    throw error
  }
}
