// Puts the roles together: what `parvis run` starts, in the order in which they need each other.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hono } from 'hono'
import type { Draw } from '#shared/count/sampler.ts'
import type { Observations } from '#shared/count/observations.ts'
import { acquireLock } from '#shared/db/lock.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import type { Effects, Running } from '#shared/effects.ts'
import { LANGUAGES } from '#shared/i18n/texts.ts'
import type { DeviceKey } from '#shared/sign.ts'
import type { Lessor } from '#radius/vouchers/city.ts'
import type { Step } from '#portal/session/desk.ts'
import type { Hub } from '#portal/hub/main.ts'
import type { HubSettings } from '#portal/hub/settings.ts'
import type { Feed } from '../control/feeds.ts'
import { openControl, type Action } from '../control/server.ts'
import { isOffered } from '../settings/methods-checks.ts'
import type { Settings } from '../settings/schema.ts'
import { openDelivery, pinnedHub, type Delivery } from './delivery.ts'
import { startDemo, type Demo } from './demo.ts'
import type { Directories } from './directories.ts'
import { gatewayName, kernelDraw, type Ground, type Role } from './ground.ts'
import { hangUpBy } from './controllers.ts'
import { kioskSettings } from './kiosk.ts'
import { startOps } from './ops.ts'
import type { PortalRole } from './portal.ts'
import { radiusPeers } from './radius-peers.ts'
import { createReload, type Reloaded } from './reload.ts'
import { readOutbox } from '#portal/sync/outbox.ts'
import { writeWhole } from './secrets.ts'
import { cityOf } from './sites.ts'
import { watchTime } from './time.ts'

export type StartOptions = {
  readonly settings: Settings
  readonly directories: Directories
  readonly effects: Effects
  readonly roles: ReadonlySet<Role>
  /** Reads the settings anew, from where they came. @throws UsageError naming every mistake. */
  readonly reread?: () => Settings
  /** Only tests and scripted towns pass these; no setting reaches them. */
  readonly code?: { readonly draw?: Draw; readonly step?: (step: Step) => void; readonly demo?: boolean }
}

export type Parvis = {
  readonly urls: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<string, number>>
  /** In clear once, while there is no staff account. */
  readonly staffCode: string | undefined
  readonly hub: Hub | undefined
  readonly delivery: Delivery | undefined
  readonly portal: PortalRole | undefined
  /** Puts the RADIUS clients of the settings in force as they are now; undefined where that role does not run. */
  readonly reload: (() => Reloaded) | undefined
  close(): Promise<void>
}

const NOBODY: Observations = { sighted() {}, sessionStarted() {}, sessionEnded() {} }

/** Later parts need earlier ones, so they close in the opposite order; one that fails does not keep the others open. */
function closers(log: Effects['log']): { add(close: () => void | Promise<void>): void; close(): Promise<void> } {
  const stack: (() => void | Promise<void>)[] = []
  let closing: Promise<void> | undefined
  async function closeAll(): Promise<void> {
    for (let close = stack.pop(); close; close = stack.pop()) {
      try {
        await close()
      } catch (error) {
        log.error('stop_failed', { reason: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  return { add: (close) => void stack.push(close), close: () => (closing ??= closeAll()) }
}

/** @throws UsageError when a port, a directory or a setting cannot be had; what was started by then is stopped again. */
export async function start(options: StartOptions): Promise<Parvis> {
  const { settings, directories, effects, roles } = options
  const ground: Ground = { settings, directories, effects, roles }
  const parts = closers(effects.log)
  try {
    return await startParts(ground, options, parts)
  } catch (error) {
    await parts.close()
    throw error
  }
}

async function startParts(ground: Ground, { code = {}, reread }: StartOptions, parts: ReturnType<typeof closers>): Promise<Parvis> {
  const { settings, directories, effects, roles } = ground
  const { data } = directories
  const urls: Record<string, string> = {}
  const ports: Record<string, number> = {}
  const running = new Map<string, Pick<Running, 'ready'>>()
  const actions = new Map<string, Action>()
  const feeds = new Map<string, Feed>()
  function started<R extends Running>(name: string, role: R): R {
    Object.assign(urls, role.urls)
    running.set(name, role)
    return role
  }

  const lock = acquireLock(join(data, 'lock'))
  parts.add(() => lock.release())
  const key = deviceKeyAt(join(data, 'device.key'))
  const gateway = gatewayName(key)
  const counting = roles.has('portal') || roles.has('counts')

  // Each role's code is loaded only where the role runs: a gateway has little memory.
  const hub = roles.has('hub') && settings.hub.mode === 'embedded' ? started('hub', await (await import('#portal/hub/main.ts')).startHub({ ...hubSettings(ground), portalUrl: () => settings.hub.portal_url ?? settings.portal.url ?? urls['portal'], vouchersOffered: roles.has('portal') ? isOffered('voucher', settings) : undefined }, effects)) : undefined
  if (hub) {
    parts.add(hub.close)
    actions.set('device code', ({ kind }) => hub.mintCode(kind === 'file' ? 'file' : 'spoken'))
    actions.set('device release', async ({ gateway: name }) => ({ released: await hub.releaseDevice(String(name)) }))
    actions.set('staff add', async ({ name, role }) => ({ password: (await hub.addAccount(String(name), String(role))) ?? null }))
    actions.set('staff unlock', async ({ name }) => ({ unlocked: await hub.unlockAccount(String(name)) }))
  }

  const time = watchTime(ground)
  const delivery = counting ? await openDelivery(ground, { gateway, key, hub, draw: code.draw ?? kernelDraw(), batchClock: time.batchClock }) : undefined
  if (delivery) {
    parts.add(delivery.close)
    time.follow(readOutbox(delivery.books.store.reader).hub)
    parts.add(time.close)
    actions.set('device enrol', ({ code: claim }) => delivery.enrol(String(claim)))
    actions.set('batch push', () => delivery.push())
  }

  const kiosk = roles.has('kiosk') ? started('kiosk', await (await import('#kiosk/main.ts')).startKiosk(kioskSettings(ground), effects)) : undefined
  if (kiosk) parts.add(kiosk.close)

  // Makes a secret on first run, so only where somebody is to know it.
  const peers = roles.has('portal') || roles.has('radius') ? radiusPeers(ground) : undefined
  const radiusRole = roles.has('radius') ? await import('./radius.ts') : undefined
  const portalRole = roles.has('portal') ? await import('./portal.ts') : undefined
  const keyring = radiusRole || portalRole ? (await import('./keyring.ts')).keyringOf(ground) : undefined
  const books = await portalRole?.openPortalBooks(ground)
  if (books) parts.add(books.close)
  const radius = radiusRole && keyring && peers ? started('radius', await radiusRole.startRadiusRole(ground, peers, keyring, books?.accounting, await lessorOf(ground, { key, hub, delivery }))) : undefined
  if (radius) {
    parts.add(radius.closeStores)
    parts.add(radius.close)
    Object.assign(ports, { radius_auth: radius.authPort, radius_acct: radius.acctPort })
  }
  if (radius) hub?.pool.onVoid(() => void radius.renewVouchers())
  const reload = radius && peers && reread ? createReload(ground, reread, peers, radius) : undefined
  if (reload) actions.set('radius reload', reload)
  if (radius) {
    feeds.set('radius watch', (tell) => {
      // As with the list of live sessions: who looks at what people do leaves a trace.
      effects.log.scoped('radius').info('what passes is being watched')
      return radius.watch.follow(tell)
    })
  }
  for (const [name, action] of radius?.userActions ?? []) actions.set(name, action)
  actions.set('voucher offered', () => ({ offered: roles.has('portal') ? isOffered('voucher', settings) : null }))
  let portal: PortalRole | undefined
  let operator: Hono | undefined
  if (portalRole && books && keyring && peers) {
    portal = await portalRole.startPortalRole(ground, {
      books,
      peers,
      keyring,
      key,
      gateway,
      observations: delivery?.observations ?? NOBODY,
      watch: radius?.watch,
      carry: radius?.carry,
      radiusPorts: { auth: radius?.authPort ?? settings.radius.auth_port, acct: radius?.acctPort ?? settings.radius.acct_port },
      servicesUrl: kiosk?.publicUrl ?? settings.kiosk.url,
      ...(radius ? { hangUp: hangUpBy(radius) } : {}),
      ...(delivery && settings.hub.mode !== 'off' ? { sendHead: delivery.sendHead } : {}),
      tls: settings.portal.tls_port === undefined ? undefined : (await import('./certificate.ts')).tlsParts(ground, { key, hub, delivery }),
      clockSync: time.sync,
      ...(code.step === undefined ? {} : { step: code.step }),
    })
    parts.add(portal.close)
    Object.assign(urls, portal.urls)
    actions.set('receipt audit', portal.receiptDesk.audit)
    const { maintenance } = portal
    actions.set('maintenance set', ({ works }) => maintenance.set(works))
    actions.set('maintenance clear', () => (maintenance.clear(), null))
    actions.set('maintenance show', () => maintenance.now())
    const desk = await (await import('./operator.ts')).openOperatorDesk(portal.operator, effects)
    operator = desk.app
    actions.set('operator code', ({ name }) => ({ ...desk.mint(String(name)), url: new URL('/operator', urls['ops']).href }))
    running.set('portal', portal)
    Object.assign(ports, { portal: portal.port, coa: portal.coaPort })
  }
  if (peers && (radius || portal)) {
    const desk = (await import('./sessions.ts')).startSessionDesk(ground, { client: peers.own.name, nasIdentifier: gateway }, portal?.sessions, radius)
    actions.set('session list', desk.list)
    actions.set('session end', ({ id }) => desk.end(String(id)))
  }

  const demo: Demo | undefined = hub && code.demo !== false ? startDemo(ground, hub) : undefined
  if (demo) {
    parts.add(demo.close)
    running.set('demonstration', demo)
    actions.set('demo remove', demo.remove)
  }

  const ops = await startOps(settings.ops.port, effects.metrics, Object.fromEntries([...running].map(([name, role]) => [name, role.ready])), operator)
  parts.add(ops.close)
  urls['ops'] = ops.urls[0] ?? ''
  const control = await openControl(join(data, 'control.sock'), actions, feeds)
  parts.add(control.close)
  return { urls, ports, staffCode: hub?.firstRunCode, hub, delivery, portal, reload, close: parts.close }
}

/** The hub holds the city's vouchers; without one only those are good that this gateway made. */
async function lessorOf(ground: Ground, { key, hub, delivery }: { readonly key: DeviceKey; readonly hub: Hub | undefined; readonly delivery: Delivery | undefined }): Promise<Lessor | undefined> {
  const url = hub?.origin ?? ground.settings.hub.url
  if (url === undefined || !delivery || ground.settings.hub.mode === 'off') return undefined
  const { createLessor } = await import('#portal/sync/lessor.ts')
  const file = join(ground.directories.data, 'voucher-marks.json')
  const text = { read: () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined), keep: (marks: string) => writeWhole(file, marks) }
  return createLessor({ url, device: key, hub: pinnedHub(delivery), fetch: hub?.fetch ?? fetch }, text, ground.effects)
}

function hubSettings({ settings, directories }: Ground): HubSettings {
  return {
    hosts: settings.hub.host,
    port: settings.hub.port,
    url: settings.hub.url,
    names: [],
    database: join(directories.data, 'hub.db'),
    keyFile: join(directories.data, 'hub.key'),
    city: cityOf(settings),
    languages: [...LANGUAGES],
    ...acmeOf(settings.hub, directories),
  }
}

function acmeOf({ acme_domain, acme_directory, acme_root, acme_contact, acme_dns }: Settings['hub'], { data }: Directories): Pick<HubSettings, 'acme'> {
  if (acme_domain === undefined || acme_dns === undefined) return {}
  const more = { ...(acme_root !== undefined && { root: acme_root }), ...(acme_contact !== undefined && { contact: acme_contact }) }
  return { acme: { domain: acme_domain, directory: acme_directory, dns: acme_dns, accountKeyFile: join(data, 'acme.key'), ...more } }
}
