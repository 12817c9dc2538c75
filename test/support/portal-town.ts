// A portal with its real RADIUS server over UDP, a dry-run gate and databases in a folder of its own; phones are loopback addresses.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { createNas, type NasSettings } from '#radius/client.ts'
import { startRadius, type RadiusParts, type RunningRadius } from '#radius/main.ts'
import type { AccountingReport, AccountingStore, Nas } from '#radius/nas.ts'
import type { Profile } from '#radius/authorisation.ts'
import { oneProfile } from '#radius/profiles.ts'
import type { Enforcer, Neighbours } from '#portal/gateway/enforcer.ts'
import { dryRunEnforcer, dryRunNeighbours } from '#portal/gateway/dry-run.ts'
import { startPortal, type Portal, type PortalParts } from '#portal/main.ts'
import { GATEWAY_MIGRATIONS, SESSION_MIGRATIONS } from '#portal/migrations.ts'
import type { PortalSettings } from '#portal/settings.ts'
import { manualClock, type Clock, type ManualClock } from '#shared/clock.ts'
import type { Observations, SessionSeen } from '#shared/count/observations.ts'
import { inlineWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { secretKey } from '#shared/keyed-mac.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import { generateDeviceKey, signJws, type DeviceKey } from '#shared/sign.ts'
import { KEYRING, SECRET, START_MS, townEffects, type TownEffects } from './radius-town.ts'

export const SQUARE: Site = { id: 'default', name: 'Place du Marché', class: 'square', timezone: 'Europe/Paris', closeAt: '04:00', languages: ['fr', 'en', 'ar'], match: {} }
const FORM_KEY = secretKey(createHash('sha256').update('form key of the test town').digest())

export type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: string; /** Everything that came over the wire, head included. */ readonly bytes: number }
export type Asking = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string; /** The portal's address that the phone calls. */ readonly to?: string; readonly from: string; readonly port: number; readonly path: string }

/** One request over a connection of its own, from a loopback address. */
export function ask({ method = 'GET', headers = {}, body, to = '127.0.0.1', from, port, path }: Asking): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: to, localAddress: from, port, path, method, agent: false, headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8'), bytes: response.socket.bytesRead }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export type Phone = {
  readonly address: string
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer>
  /** Opens the page, presses the button. */
  connect(language?: string): Promise<Answer>
}

/** The hidden fields of the page's first form. */
export function formFields(page: string): Record<string, string> {
  return Object.fromEntries([...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].toReversed().map(([, name = '', value = '']) => [name, value]))
}

/** The session token on a success page. */
export function tokenOf(page: string): string {
  const token = /\/s\/([0-9a-z]{26})/.exec(page)?.[1]
  if (token === undefined) throw new Error('no session link on the page')
  return token
}

export type Seen = { readonly sightings: { site: string; mac: MacAddress }[]; readonly started: SessionSeen[]; readonly ended: string[] }

export type PortalTown = {
  readonly portal: Portal
  readonly radius: RunningRadius
  readonly clock: ManualClock
  readonly effects: TownEffects<ManualClock>
  readonly enforcer: Enforcer
  /** About sessions, as the server stored them. */
  readonly reports: AccountingReport[]
  /** Accounting-On and -Off. */
  readonly announcements: AccountingReport[]
  readonly seen: Seen
  readonly key: DeviceKey
  readonly dir: string
  readonly volatile: Db
  readonly reader: Db
  readonly nas: Nas
  phone(address: string, calls?: string): Phone
  close(): Promise<void>
}

/** Sources of the RADIUS server besides portal tokens. */
export type TownUsers = Pick<RadiusParts, 'sources' | 'last' | 'live'> & { metering(store: AccountingStore): AccountingStore }

export type PortalTownOptions = {
  readonly settings?: Partial<PortalSettings>
  readonly profile?: Profile
  readonly accounting?: Partial<AccountingStore>
  /** Who else may sign in, and what hears of it. */
  readonly users?: (clock: Clock) => TownUsers
  readonly nas?: (effects: TownEffects<ManualClock>, settings: NasSettings) => Promise<Nas>
  readonly enforcer?: (clock: Clock) => Enforcer
  readonly neighbours?: (clock: Clock) => Neighbours
  readonly durable?: (writer: DurableWriter) => DurableWriter
  readonly parts?: Partial<PortalParts>
  /** A second life in the same folder: databases are taken up, not made. */
  readonly dir?: string
  readonly startMs?: number
}

export function portalSettings(more: Partial<PortalSettings> = {}): PortalSettings {
  return {
    hosts: ['127.0.0.1'], port: 0, names: [], controller: 'Ville de démonstration', gateway: 'gw-test', sites: [SQUARE], doors: [],
    nasIdentifier: 'parvis-test', nasName: 'local', methods: ['click'], sessionSeconds: 7_200, onPortalLoss: 'keep', ...more,
  }
}

/** Notes down what the portal tells the counter. */
function notebook(): Seen & Observations {
  const sightings: Seen['sightings'] = []
  const started: SessionSeen[] = []
  const ended: string[] = []
  return { sightings, started, ended, sighted: (site, mac) => void sightings.push({ site, mac }), sessionStarted: (session) => void started.push(session), sessionEnded: (session) => void ended.push(session) }
}

function withUsers(accounting: AccountingStore, users: TownUsers | undefined) {
  if (!users) return { accounting }
  const { metering, ...sources } = users
  return { accounting: metering(accounting), ...sources }
}

export async function portalTown(options: PortalTownOptions = {}): Promise<PortalTown> {
  const clock = manualClock(options.startMs ?? START_MS)
  const effects = townEffects(clock)
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'parvis-portal-'))
  const volatile = openDb(join(dir, 'sessions.db'), { durability: 'volatile', migrations: SESSION_MIGRATIONS })
  const writer = inlineWriter(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  const durable = options.durable?.(writer) ?? writer
  const reader = openDb(join(dir, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  const reports: AccountingReport[] = []
  const announcements: AccountingReport[] = []
  const record: AccountingStore['record'] = async (_origin, report) => void (report.status === 'on' || report.status === 'off' ? announcements : reports).push(report)
  const accounting: AccountingStore = { record, alive: () => false, ...options.accounting }
  const radius = await startRadius(
    { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }], tokenKeys: KEYRING, profiles: oneProfile(options.profile ?? { sessionSeconds: 7_200 }) },
    effects,
    { ...withUsers(accounting, options.users?.(clock)), tokenUses: createTokenUses(undefined, clock) },
  )
  const nasSettings: NasSettings = { servers: [{ address: '127.0.0.1', authPort: radius.authPort, acctPort: radius.acctPort, secret: SECRET }], nasIdentifier: 'parvis-test' }
  const nas = await (options.nas ?? ((effects, settings) => createNas(settings, effects)))(effects, nasSettings)
  const enforcer = options.enforcer?.(clock) ?? dryRunEnforcer({ clock })
  const neighbours = options.neighbours?.(clock) ?? dryRunNeighbours({ clock })
  const key = generateDeviceKey()
  const seen = notebook()
  const portal = await startPortal(portalSettings(options.settings), effects, {
    volatile, durable, reader, enforcer, neighbours, nas, keyring: KEYRING, formKey: FORM_KEY, observations: seen,
    sign: (typ, payload) => signJws(key, typ, payload), ...options.parts,
  })

  function phone(address: string, calls = '127.0.0.1'): Phone {
    const way = { from: address, port: portal.port, to: calls }
    const post = (path: string, fields: Readonly<Record<string, string>>) =>
      ask({ ...way, path, method: 'POST', body: new URLSearchParams(fields).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
    return {
      address,
      get: (path, headers) => ask({ ...way, path, ...(headers && { headers }) }),
      post,
      connect: async (language = 'fr') => post('/connect', formFields((await ask({ ...way, path: `/?lang=${language}` })).body)),
    }
  }

  return {
    portal, radius, clock, effects, enforcer, reports, announcements, seen, key, dir, volatile, reader, nas, phone,
    async close() {
      await portal.close()
      await nas.close()
      await radius.close()
      await durable.close()
      reader.close()
      volatile.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Lets sockets and writers do what they have begun. */
export async function settled(condition: () => boolean, patienceMs = 2_000): Promise<void> {
  const until = performance.now() + patienceMs
  while (!condition() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5))
}

export function randomPhone(): string {
  const [a = 0, b = 0] = randomBytes(2)
  return `127.1.${a}.${(b % 250) + 2}`
}
