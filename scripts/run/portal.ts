// The portal with its gateway: what a phone meets on this machine.
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Observations } from '#shared/count/observations.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import { canonicalIp, type MacAddress } from '#shared/personal.ts'
import { signJws, type DeviceKey } from '#shared/sign.ts'
import { createNas } from '#radius/client.ts'
import type { Carry } from '#radius/client/carrier.ts'
import { listenDynamicAuthorization } from '#radius/coa.ts'
import type { TokenKeyring } from '#radius/access/portal-token.ts'
import type { ClientSettings } from '#radius/settings.ts'
import type { Watch } from '#radius/watch/watch.ts'
import type { TlsParts } from '#portal/certificate/secure-door.ts'
import { createGateway, type Gateway } from '#portal/gateway/gateways.ts'
import { startPortal, type Portal } from '#portal/main.ts'
import type { ClockSync } from '#portal/consent/receipt.ts'
import type { SignedHead } from '#portal/consent/receipt-days.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '#portal/migrations.ts'
import { portalAccounting } from '#portal/session/accounting-store.ts'
import type { Step } from '#portal/session/desk.ts'
import { ACCOUNTING_CHECKPOINT_PAGES, openAccounting, type Accounting } from './accounting.ts'
import { controllersOf } from './controllers.ts'
import { consentSettings } from './consent.ts'
import { GATHER_MS } from '#shared/db/durable-writer.ts'
import { openDisk, openVolatile, type DiskStore, type Ground } from './ground.ts'
import { legalParts } from './legal.ts'
import { portalLimits } from './profiles.ts'
import type { RadiusPeers } from './radius-peers.ts'
import { radiusServers } from './radius-peers.ts'
import { volatileKey } from './secrets.ts'
import { cityOf, doorsOf, sitesOf } from './sites.ts'
import { stateSettings, watchState, type StateWatch } from './state.ts'
import { themeOf } from './theme.ts'

const FORM_KEY = 'form'

/** gateway.db with the store through which accounting reaches the journal; opened before the RADIUS server starts. */
export type PortalBooks = {
  readonly disk: DiskStore
  readonly accounting: Accounting
  /** Lets the accounting store ask the running portal. */
  attach(portal: Portal): void
  close(): Promise<void>
}

export async function openPortalBooks(ground: Ground): Promise<PortalBooks> {
  const { directories } = ground
  const disk = await openDisk(join(directories.data, 'gateway.db'), { migrations: GATEWAY_MIGRATIONS, secureDelete: true, checkpointPages: ACCOUNTING_CHECKPOINT_PAGES, gatherMs: GATHER_MS })
  let portal: Portal | undefined
  const aliveHere = (nonce: string): boolean => portal?.sessions.alive(nonce) ?? false
  const accounting = await openAccounting(ground, disk)
  return {
    disk,
    accounting: { ...accounting, store: portalAccounting(accounting.store, aliveHere, (report, { client }) => portal?.guests.heard(report, client)) },
    attach: (one) => void (portal = one),
    async close() {
      await accounting.close()
      await disk.close()
    },
  }
}

/** TCP ports besides the portal's that phones may reach: a captive one reads the directory too. */
function otherPorts({ settings: { portal, kiosk }, roles }: Ground): number[] {
  return [portal.tls_port, roles.has('kiosk') ? kiosk.port : undefined].filter((port) => port !== undefined)
}

function gatewayOf(ground: Ground): Gateway {
  const { settings, effects } = ground
  const { enforcer, lan, wan, reachable, down_mbit, up_mbit } = settings.gateway
  if (enforcer !== 'nftables') return createGateway({ kind: enforcer }, effects)
  const { port, on_portal_loss } = settings.portal
  return createGateway({ kind: 'nftables', lan: lan ?? [], wan: wan === undefined ? [] : [wan], reachable, portalPort: port, otherPorts: otherPorts(ground), onPortalLoss: on_portal_loss, ...(down_mbit !== undefined && { downMbit: down_mbit }), ...(up_mbit !== undefined && { upMbit: up_mbit }) }, effects)
}

/** Asked anew each time: addresses come and go while a gateway runs. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => canonicalIp(address)))
}

export type PortalRoleParts = {
  readonly books: PortalBooks
  readonly peers: RadiusPeers
  readonly keyring: TokenKeyring
  readonly key: DeviceKey
  readonly gateway: string
  readonly observations: Observations
  /** Of the RADIUS server beside: told what passes at the portal's own listener too. */
  readonly watch: Watch | undefined
  /** Of the RADIUS server beside, where there is one. */
  readonly carry: Carry | undefined
  readonly radiusPorts: { readonly auth: number; readonly acct: number }
  readonly servicesUrl: string | undefined
  /** Hands a day's signed receipt head to the outbox; absent where nothing is delivered. */
  readonly sendHead?: (head: SignedHead) => Promise<void>
  readonly tls: TlsParts | undefined
  readonly clockSync: () => ClockSync
  /** Of the RADIUS server beside: ends a session at the access server that keeps it. */
  readonly hangUp?: (user: string, mac: MacAddress, client: string) => Promise<boolean>
  /** Hears of each arrow of the order of effects: only tests pass it. */
  readonly step?: (step: Step) => void
}
export type PortalRole = Pick<Portal, 'urls' | 'ready' | 'port' | 'sessions' | 'receiptDesk' | 'operator'> & { readonly coaPort: number; readonly maintenance: StateWatch['maintenance']; close(): Promise<void> }

export async function startPortalRole(ground: Ground, parts: PortalRoleParts): Promise<PortalRole> {
  const { settings, directories, effects } = ground
  const { portal: own } = settings
  const { books, peers, keyring, key } = parts
  const legal = legalParts(ground)
  const volatile = openVolatile(directories, 'sessions.db', { durability: 'volatile', migrations: SESSION_MIGRATIONS, secureDelete: true })
  const servers = radiusServers(ground, peers, parts.radiusPorts)
  const nas = await createNas({ servers, nasIdentifier: parts.gateway, carry: parts.carry }, effects)
  const state = watchState(ground)
  const portal = await startPortal(
    {
      hosts: own.host,
      port: own.port,
      ...(own.url === undefined ? {} : { url: own.url }),
      names: [...own.hosts, ...(own.domain === undefined ? [] : [own.domain])],
      ...(own.api_url === undefined ? {} : { apiUrl: own.api_url }),
      ...(parts.servicesUrl === undefined ? {} : { servicesUrl: parts.servicesUrl }),
      controller: cityOf(settings),
      theme: themeOf(settings),
      gateway: parts.gateway,
      sites: sitesOf(settings),
      doors: doorsOf(settings),
      nasIdentifier: parts.gateway,
      nasName: peers.own.name,
      methods: own.methods,
      methodsAt: Object.fromEntries(settings.sites.flatMap(({ id, methods }) => (methods ? [[id, methods]] : []))),
      controllers: controllersOf(settings),
      ...portalLimits(ground),
      overQuota: own.over_quota === 'throttle' ? { slowKbps: own.throttle_kbps } : 'end',
      extend: own.extend,
      ...consentSettings(settings),
      ...stateSettings(settings),
      onPortalLoss: own.on_portal_loss,
    },
    effects,
    {
      ...gatewayOf(ground),
      volatile,
      durable: books.disk.durable,
      reader: books.disk.reader,
      nas,
      keyring,
      formKey: secretKey(volatileKey(directories.runtime, FORM_KEY, effects.random)),
      observations: parts.observations,
      sign: (typ, payload) => signJws(key, typ, payload),
      publicKey: key.jwk,
      watched: state.watched,
      clockSync: parts.clockSync,
      ...(legal && { legal }),
      ...(parts.sendHead === undefined ? {} : { sendHead: parts.sendHead }),
      ...(parts.tls === undefined ? {} : { tls: parts.tls }),
      ...(parts.hangUp === undefined ? {} : { hangUp: parts.hangUp }),
      ...(parts.step === undefined ? {} : { step: parts.step }),
    },
  ).catch(async (error: unknown) => {
    state.close()
    await nas.close()
    volatile.close()
    throw error
  })
  books.attach(portal)

  async function close(): Promise<void> {
    state.close()
    await portal.close()
    await nas.close()
    volatile.close()
  }
  // Whoever decides over access may also end it: the servers that the portal asks, and `local`.
  const asked = servers.map((server, index): ClientSettings => ({ name: `server-${index + 1}`, address: server.address, secret: server.secret }))
  const local = peers.clients.filter((client) => client.name === peers.own.name)
  const sources = [...local, ...asked.filter((server) => !local.some((client) => client.address === server.address))]
  const coa = await listenDynamicAuthorization({ hosts: settings.radius.host ?? ['127.0.0.1'], port: settings.radius.coa_port, sources, nasIdentifier: parts.gateway, addresses: ownAddresses, watch: parts.watch }, effects, {
    disconnect: portal.sessions.endBy,
    change: portal.sessions.changeBy,
  }).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    urls: portal.urls,
    ready: portal.ready,
    port: portal.port,
    sessions: portal.sessions,
    receiptDesk: portal.receiptDesk,
    maintenance: state.maintenance,
    operator: portal.operator,
    coaPort: coa.port,
    async close() {
      await coa.close()
      await close()
    },
  }
}
