import { getRequestListener } from '@hono/node-server'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import type { Effects, Running } from '#shared/effects.ts'
import { listen } from '#shared/http/listen.ts'
import type { PublicJwk, PublicKey } from '#shared/sign.ts'
import { hubApp } from './app.ts'
import { openCertificates } from './certificate/open.ts'
import { enrolDevice, mintCode, type CodeKind } from './enrol.ts'
import type { HubSettings } from './settings.ts'
import { namelessStaff } from './staff/nameless.ts'
import { accountName, createAccounts, isRole } from './staff/accounts.ts'
import { openSetup } from './staff/setup.ts'
import { sqliteStore } from './store/sqlite.ts'
import type { HubStore } from './store/store.ts'
import { createPool, type Pool } from './vouchers/pool.ts'

/** Behind one mobile network's address may stand every gateway of a town. */
const SOCKETS_PER_ADDRESS = 1_024

export type Hub = Running & {
  readonly publicKey: PublicKey
  /** The origin that gateways are told. */
  readonly origin: string
  /** One-time code for the first staff account, in clear once; undefined when there is an account. */
  readonly firstRunCode: string | undefined
  /** Requests from this process, without a socket: how the embedded hub's own gateway pushes. */
  fetch(url: string, init: RequestInit): Promise<Response>
  /** A code for `POST /v1/enrol`. @throws UnavailableError `enrol_codes`. */
  mintCode(kind: CodeKind): Promise<{ code: string; expiresMs: number }>
  /** Is this key enrolled? */
  knows(kid: string): Promise<boolean>
  /** Enrols a gateway of this process, whose key was made here; undefined when another key has that name. */
  enrolOwn(device: { key: PublicKey; gateway: string; epoch: string; model: string }): Promise<{ hub: PublicJwk; next: string } | undefined>
  /** Takes the demonstration away; how many sites that were. */
  removeDemo(): Promise<number>
  /** Lets a quarantined gateway deliver again, by its public name; false when there is none of that name. */
  releaseDevice(gateway: string): Promise<boolean>
  /** Opens an account that was locked after a hundred wrong passwords; false when there is none of that name. */
  unlockAccount(name: string): Promise<boolean>
  /** A further account of staff; its password, shown once. Undefined when the name is none or taken, or there is no such role. */
  addAccount(name: string, role: string): Promise<string | undefined>
  readonly store: HubStore
  /** Vouchers whose balance this hub holds. */
  readonly pool: Pool
}

/** Database → wiring → listen. @throws UsageError `port` (exit 2) when the port cannot be had. */
export async function startHub(settings: HubSettings, effects: Effects): Promise<Hub> {
  const own: Effects = { ...effects, log: effects.log.scoped('hub') }
  const key = deviceKeyAt(settings.keyFile)
  const files = sqliteStore(settings.database)
  const store: HubStore = { ...files, staff: namelessStaff(files.staff, key) }
  const setup = await openSetup(store, own)
  const pool = createPool(store.vouchers, key, own)
  let origin = settings.url === undefined ? '' : new URL(settings.url).origin
  const names = [...settings.names, ...(settings.url === undefined ? [] : [new URL(settings.url).hostname]), ...settings.hosts]
  const certificates = settings.acme && openCertificates(settings.acme, own)
  const app = hubApp({ store, key, setup, pool, names, certificates, portalUrl: settings.portalUrl, vouchersOffered: settings.vouchersOffered, city: settings.city, languages: settings.languages, origin: () => origin }, own)
  const listening = await listen({
    hosts: settings.hosts,
    port: settings.port,
    key: 'hub.port',
    socketsPerAddress: SOCKETS_PER_ADDRESS,
    handler: getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  }).catch(async (error: unknown) => {
    await pool.close()
    await store.close()
    throw error
  })
  if (origin === '') origin = new URL(listening.urls[0] ?? 'http://localhost').origin
  let open = true

  return {
    urls: { staff: new URL('/staff', origin).href, hub: `${origin}/` },
    publicKey: { kid: key.kid, key: key.key, jwk: key.jwk },
    origin,
    firstRunCode: setup.code,
    store,
    pool,
    ready: () => open,
    fetch: async (url, init) => app.fetch(new Request(url, init)),
    mintCode: (kind) => mintCode(store, own, kind),
    knows: async (kid) => (await store.devices.find(kid)) !== undefined,
    async enrolOwn(device) {
      const enrolled = await enrolDevice(store, own, device)
      return enrolled && { hub: key.jwk, next: enrolled.next }
    },
    removeDemo: () => store.counts.removeDemo(),
    async releaseDevice(gateway) {
      const device = (await store.devices.list()).find((one) => one.gateway === gateway)
      if (device) await store.devices.release(device.kid)
      return device !== undefined
    },
    async unlockAccount(name) {
      const account = await store.staff.account(accountName(name) ?? '')
      if (account) await store.staff.forgive(account.name)
      return account !== undefined
    },
    addAccount: async (name, role) => (isRole(role) ? createAccounts(store, own).create(name, role) : undefined),
    async close() {
      open = false
      await listening.close()
      await pool.close()
      await store.close()
    },
  }
}
