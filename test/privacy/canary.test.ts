// A thousand people pass through a whole running Parvis; then everything it wrote or said is searched for any of them.
import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { portalTokenPassword, readTokenUser, tokenKeyring } from '#radius/access/portal-token.ts'
import { createNas } from '#radius/client.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { connect, disconnect, formsOf, phone, type Answer, type Phone, type Visit } from '#scripts/town/phone.ts'
import { systemClock } from '#shared/clock.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { leaks, macNotations, needles, scan, type Finding, type Needles, type Wanted } from '../support/canary.ts'
import { columnsOf, copyDatabases, databaseValues, keysOf, rawFiles, withoutRepeats, type Piece } from './gather.ts'
import { otherWaysSettings, sealedMacs, walkOtherWays, WAYFARERS, type OtherWays } from './other-ways.ts'

const VISITS = 1_000
const AT_ONCE = 12
const LEAVE_BY_THEMSELVES = 3
/** Every n-th visitor looks at everything that a citizen can look at. */
const CURIOUS = 25
const SESSION_SECONDS = 3_600
const START_MS = Date.UTC(2026, 10, 3, 10, 5)
const QUARTER_MS = 15 * 60_000
/** Quarters to the close at 04:00 in Paris. */
const QUARTERS_TO_CLOSE = 4 * 16
/** What a quarter's batch takes to reach the disk. */
const BREATH_MS = 40
const MAX_MS = 240_000

const STRANGERS = Array.from({ length: 40 }, (_, n) => ({ name: `${['salome.vasseur', 'ANAIS_QUINTERO', 'd.okonjo', 'youssef-b'][n % 4] ?? ''}${n}@residence-${n}.example`, mac: randomBytes(6) }))
const STAFF = { name: 'hortense.delacroix', password: 'quatre-chevaux-dans-le-pre' }

let instance: Instance
let workplace: string
let runtime: string
const phones: Phone[] = []
const visits = new Map<string, Visit>()
const formTokens: string[] = []
const pages: Piece[] = []
const citizensPages: Piece[] = []
const keys = new Map<string, Buffer>()
let passwords: string[] = []
let tokenUsers: string[] = []
let wanted: Needles
let holders: string
let other: OtherWays
let sealed: ReadonlySet<string> = new Set()
const addresses = new Set<string>()

/** Loopback addresses whose bytes turn up nowhere else by chance: all of them above 15, none repeated. */
function oddAddress(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3)
  return `127.${16 + (a % 230)}.${16 + (b % 230)}.${16 + (c % 230)}`
}
function dryRunDigits(address: string): string {
  return `0200${address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0')).join('')}`
}

async function inParallel<T>(items: readonly T[], act: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = [...items.entries()]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await act(next[1], next[0])
  }))
}

function leap(ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(join(workplace, 'leap.sock'), () => socket.write(String(ms)))
    socket.on('close', () => resolve()).on('error', reject).resume()
  })
}

function control(action: string, args: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: join(instance.data, 'control.sock'), path: `/${encodeURIComponent(action)}`, method: 'POST' }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => resolve(body))
    })
    call.on('error', reject).end(JSON.stringify(args))
  })
}

const url = (door: string): string => instance.urls[door] ?? ''
const keep = (list: Piece[], where: string, { headers, body }: Answer): void => void list.push({ where, bytes: Buffer.from(`${JSON.stringify(headers)}\n${body}`) })

async function visit(visitor: Phone, index: number): Promise<void> {
  const portal = url('portal')
  const curious = index % CURIOUS === 0
  if (curious) keep(citizensPages, 'probe', await visitor.ask(portal, '/generate_204', { host: 'connectivitycheck.gstatic.com' }))
  const welcome = await visitor.ask(portal, '/')
  formTokens.push(...formsOf(welcome.body).slice(0, curious ? undefined : 1).map(({ fields }) => fields['token'] ?? '').filter(Boolean))
  const visited = await connect(visitor, portal)
  visits.set(visitor.address, visited)
  if (!curious) return
  keep(citizensPages, '/', welcome)
  keep(citizensPages, '/connect', visited.page)
  for (const path of ['/status', '/recorded', '/capport', visited.sessionPath ?? '/', `${visited.sessionPath}/receipt`]) keep(citizensPages, path, await visitor.ask(portal, path))
}

async function leave(visitor: Phone, index: number): Promise<void> {
  const visited = visits.get(visitor.address)
  if (index % LEAVE_BY_THEMSELVES !== 0 || !visited) return
  keep(citizensPages, '/disconnect', await disconnect(visitor, url('portal'), visited))
}

/** A foreign access server, or somebody guessing: account names and other people's hardware addresses come in by RADIUS too. */
async function askRadius(): Promise<void> {
  const effects = { clock: systemClock(), random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const secret = readFileSync(join(instance.data, 'radius.secret'), 'utf8').trim()
  const nas = await createNas({ servers: [{ address: '127.0.0.1', authPort: instance.ports['radius_auth'] ?? 0, acctPort: instance.ports['radius_acct'] ?? 0, secret }], nasIdentifier: 'elsewhere' }, effects)
  for (const [index, { name, mac }] of STRANGERS.entries()) {
    const callingStationId = (mac.toString('hex').match(/../g) ?? []).join('-').toUpperCase()
    const session = { nasIdentifier: 'elsewhere', acctSessionId: `${index.toString(16)}/${callingStationId.replaceAll('-', ':').toLowerCase()}/1`, userName: name, callingStationId, eventSeconds: Math.floor(START_MS / 1000) }
    expect((await nas.access({ userName: name, password: 'not this one', callingStationId, nasIdentifier: 'elsewhere' })).kind).toBe('reject')
    expect(await nas.account({ status: 'start', ...session })).toBe(true)
    if (index % 2 === 0) expect(await nas.account({ status: 'stop', ...session, sessionSeconds: 60, terminateCause: 'userRequest' })).toBe(true)
  }
  await nas.close()
}

async function searchKiosk(visitor: Phone): Promise<void> {
  const kiosk = url('kiosk')
  for (const path of ['/', '/api/fr/home', '/hsds/services', '/hsds/organizations', '/openapi.json', '/healthz', '/readyz']) keep(pages, `kiosk ${path}`, await visitor.ask(kiosk, path))
  for (const text of ['manger ce soir', 'médecin', 'titre de séjour', `je suis ${STRANGERS[0]?.name}`]) {
    const found = await askJson(visitor, kiosk, '/api/fr/results', { text })
    keep(pages, 'kiosk results', found)
    const id = /"id":"([^"]+)"/.exec(found.body)?.[1]
    if (id) keep(pages, 'kiosk detail', await visitor.ask(kiosk, `/api/fr/services/${id}`))
  }
}

function askJson(visitor: Phone, origin: string, path: string, value: object): Promise<Answer> {
  const body = JSON.stringify(value)
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, origin), { method: 'POST', localAddress: visitor.address, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    call.on('error', reject).end(body)
  })
}

async function signInStaff(visitor: Phone): Promise<void> {
  const hub = new URL(url('staff')).origin
  keep(pages, 'staff first', await visitor.ask(hub, '/staff/first'))
  const made = await visitor.ask(hub, '/staff/first', { form: { code: instance.staffCode ?? '', ...STAFF }, headers: { origin: hub } })
  expect(made.status).toBe(303)
  await visitor.ask(hub, '/staff/sign-in', { form: { name: STRANGERS[1]?.name ?? '', password: 'guess' }, headers: { origin: hub } })
}

const cookieOf = ({ headers }: Answer): string => (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
async function staffCookie(visitor: Phone, hub: string): Promise<string> {
  const entered = await visitor.ask(hub, '/staff/sign-in', { form: STAFF, headers: { origin: hub } })
  expect(entered.status).toBe(303)
  return cookieOf(entered)
}

/** A librarian's sheet; the page that shows the codes, once, is the only one that may. */
async function cityCodes(visitor: Phone, count: number): Promise<string[]> {
  const hub = new URL(url('staff')).origin
  const headers = { origin: hub, cookie: await staffCookie(visitor, hub) }
  const sheet = await visitor.ask(hub, '/staff/vouchers', { form: { label: 'médiathèque', count: String(count), minutes: '50', devices: '1', form: 'digits' }, headers })
  const codes = [...sheet.body.matchAll(/<p class="code"[^>]*>(.*?)<\/p>/g)].map(([, code = '']) => code.replace(/<[^>]*>|\s/g, ''))
  expect(codes).toHaveLength(count)
  return codes
}

/** An operator at the gateway, who looks for each of these and finds them. */
async function operate(visitor: Phone, needles: readonly string[]): Promise<void> {
  const ops = new URL(url('ops').replace('localhost', '127.0.0.1')).origin
  const { code } = JSON.parse(await control('operator code', { name: 'garde' })) as { code: string }
  const entered = await visitor.ask(ops, '/operator/enter', { form: { code }, headers: { origin: ops } })
  expect(entered.status).toBe(303)
  for (const needle of needles) {
    const found = await visitor.ask(ops, '/operator/find', { form: { needle }, headers: { origin: ops, cookie: cookieOf(entered) } })
    expect([needle, found.status, found.body.includes('name="row"')]).toEqual([needle, 200, true])
    keep(pages, 'operator', found)
  }
}

async function readStaffPages(visitor: Phone): Promise<void> {
  const hub = new URL(url('staff')).origin
  const cookie = await staffCookie(visitor, hub)
  for (const path of ['/staff', '/staff/sites/default', '/staff/sites/default?month=2026-11&day=2026-11-03', '/staff/download', '/staff/vouchers']) {
    const page = await visitor.ask(hub, path, { headers: { cookie } })
    expect(page.status, `${path}\n${instance.log().slice(-400)}`).toBe(200)
    keep(pages, path, page)
  }
  const zip = await fetch(`${hub}/staff/download.zip?site=default&month=2026-11`, { headers: { cookie } })
  expect(zip.headers.get('content-type')).toBe('application/zip')
  pages.push({ where: 'download', bytes: Buffer.from(await zip.arrayBuffer()) })
}

async function readPublicPages(stranger: Phone): Promise<void> {
  for (const path of ['/', '/recorded', '/service', '/emergency', '/terms', '/receipt', '/healthz', '/readyz', '/status', '/capport']) keep(pages, path, await stranger.ask(url('portal'), path))
  for (const path of ['/metrics', '/healthz', '/readyz']) keep(pages, `ops ${path}`, await stranger.ask(url('ops').replace('localhost', '127.0.0.1'), path))
  for (const path of ['/openapi.json', '/v1/enrol/challenge', '/v1/time?nonce=0123456789abcdef', '/v1/receipt-heads?gateway=local&site=default', '/healthz']) keep(pages, `hub ${path}`, await stranger.ask(new URL(url('staff')).origin, path))
  for (const [action, args] of [['device code', {}], ['batch push', {}]] as const) pages.push({ where: `control ${action}`, bytes: Buffer.from(await control(action, args)) })
}

let looks = 0
function lookInside(): string[] {
  return copyDatabases(runtime, join(workplace, `runtime-${looks++}`))
}
function noteKeys(): void {
  for (const key of keysOf([instance.data, runtime], lookInside())) keys.set(key.toString('hex'), key)
}
function runtimeColumn(table: string, column: string): string[] {
  return lookInside().filter((path) => path.endsWith('sessions.db')).flatMap(columnsOf).filter((one) => one.table === table && one.column === column).flatMap(({ values }) => values.map(String))
}
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const late = performance.now() + 20_000; performance.now() < late; await new Promise((resolve) => setTimeout(resolve, 100))) if (await holds()) return
  throw new Error(`it did not come to pass: ${what}\n${instance.log().slice(-2_000)}`)
}

/** What the portal told RADIUS for each visit, recomputed from the keyring, because nobody ever sees it. */
function tokenPasswords(): string[] {
  const [users, macs] = [runtimeColumn('session', 'token_user'), runtimeColumn('session', 'mac')]
  const keyring = tokenKeyring([0, readFileSync(join(runtime, 'token.key'))])
  return users.map((user, index) => {
    const key = keyring.keys.get(readTokenUser(user)?.kid ?? 0)
    if (!key) throw new Error('the token names a key that is not there')
    return portalTokenPassword(key, user, { csid: macs[index] ?? '', nas: 'local' })
  })
}

function labelsInSource(): string[] {
  const files = globSync('{portal,radius,shared,kiosk,scripts}/**/*.ts', { cwd: join(import.meta.dirname, '../..'), exclude: (name) => name === 'node_modules' || name === 'dist' })
  const labels = files.flatMap((path) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8').match(/parvis\/[a-z/-]+\/\d+/g) ?? [])
  return [...new Set(labels)]
}

function everythingAtRest(): Piece[] {
  const copies = copyDatabases(instance.data, join(workplace, `data-${looks++}`))
  return [...rawFiles(instance.data), ...rawFiles(join(workplace, 'home')), ...copies.flatMap(databaseValues)]
}

const atRest: Piece[] = []
const found: Record<'atRest' | 'pages' | 'citizensPages', readonly Finding[]> = { atRest: [], pages: [], citizensPages: [] }
beforeAll(async () => {
  workplace = mkdtempSync(join(tmpdir(), 'parvis-canary-'))
  runtime = mkdtempSync('/dev/shm/parvis-canary-')
  const [data, home] = [join(workplace, 'data'), join(workplace, 'home')]
  mkdirSync(home)
  const ways = otherWaysSettings(workplace, new Date(START_MS).toISOString().slice(0, 10))
  holders = ways.holders
  writeFileSync(join(workplace, 'parvis.toml'), `[[sites]]\nid = "default"\nclass = "busy"\n[portal]\nsession_seconds = ${SESSION_SECONDS}\n${ways.portal}${ways.tables}`)
  instance = await startInstance({
    data, runtime, entry: join(import.meta.dirname, 'town-instance.ts'), args: ['--config', join(workplace, 'parvis.toml')],
    // Whatever a library leaves in a home or a temporary directory is searched too.
    env: { TOWN_START_MS: String(START_MS), TOWN_LEAP_SOCKET: join(workplace, 'leap.sock'), HOME: home, TMPDIR: home, SQLITE_TMPDIR: home },
  })
  while (addresses.size < VISITS) addresses.add(oddAddress())
  phones.push(...[...addresses].map((address) => phone(address)))
  const stranger = phone('127.0.0.1')

  await signInStaff(stranger)
  await inParallel(phones, visit)
  await askRadius()
  await inParallel(phones.slice(0, 8), searchKiosk)
  tokenUsers = runtimeColumn('session', 'token_user')
  passwords = tokenPasswords()
  other = await walkOtherWays({
    portal: url('portal'), data: instance.data, day: Math.floor(START_MS / 86_400_000), control, cityCodes: (count) => cityCodes(stranger, count),
    keep: (where, answer) => keep(citizensPages, where, answer),
    phone() {
      const address = oddAddress()
      addresses.add(address)
      return phone(address)
    },
  })
  const voucher = other.wanted.find(({ what }) => what === 'voucher')?.notations[0] ?? ''
  await operate(stranger, [phones[0]?.address ?? '', dryRunDigits(phones[1]?.address ?? ''), other.macs[0] ?? '', voucher])
  noteKeys()
  await inParallel(phones, leave)
  await readPublicPages(stranger)
  atRest.push(...everythingAtRest())

  await leap(SESSION_SECONDS * 1_000 + 1_000)
  await until('all sessions ended', () => runtimeColumn('session', 'id').length === 0)
  await inParallel(phones.slice(0, 20), visit)
  for (let quarter = 0; quarter < QUARTERS_TO_CLOSE; quarter++) {
    await leap(QUARTER_MS)
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS))
  }
  await until('the site-day arrived at the hub', async () => {
    await leap(QUARTER_MS)
    const cells = copyDatabases(instance.data, join(workplace, `data-${looks++}`)).filter((path) => path.endsWith('hub.db')).flatMap(columnsOf)
    return (await control('batch push', {})).includes('"waiting":0') && cells.some(({ table, column, values }) => table === 'cell' && column === 'release' && values.includes('dwell'))
  })
  noteKeys()
  await readStaffPages(stranger)
  await readPublicPages(stranger)
  atRest.push(...everythingAtRest())
  expect(await instance.stop()).toBe(0)
  atRest.push(...everythingAtRest(), { where: 'log', bytes: Buffer.from(instance.log()) })

  sealed = await sealedMacs(instance.data, holders)
  const macs: Wanted[] = [...addresses].map((address) => {
    const digits = dryRunDigits(address)
    return { what: 'phone', notations: [...macNotations(digits), address], digested: [`l2:${digits}`, `::ffff:${address}`] }
  })
  const strangers: Wanted[] = STRANGERS.map(({ name, mac }) => ({ what: 'account', notations: [...macNotations(mac.toString('hex')), name, name.toLowerCase(), name.toUpperCase()] }))
  const secrets: Wanted[] = Object.entries({
    'session token': [...visits.values()].map(({ sessionPath = '' }) => sessionPath.slice(3)),
    'form token': formTokens,
    'token password': passwords,
    'staff password': [STAFF.password],
    'token user': tokenUsers,
  }).flatMap(([what, values]) => values.map((value) => ({ what, notations: [value] })))
  wanted = needles([...macs, ...strangers, { what: 'staff account', notations: [STAFF.name] }, ...secrets, ...other.wanted], [...keys.values()], labelsInSource())
  found.atRest = search(atRest)
  found.pages = search(pages)
  found.citizensPages = search(citizensPages)
}, MAX_MS)

afterAll(async () => {
  if (instance?.child.exitCode === null) await instance.stop()
  for (const folder of [workplace, runtime]) rmSync(folder, { recursive: true, force: true })
})

function search(pieces: readonly Piece[]): readonly Finding[] {
  return leaks(withoutRepeats(pieces).flatMap(({ where, bytes }) => scan(where, bytes, wanted)))
}
/** At most twenty: a leak has thousands. */
const of = (kinds: RegExp, findings: readonly Finding[]) => findings.filter(({ what }) => kinds.test(what)).slice(0, 20)
const PEOPLE = /^(?:phone|account|staff account) /
const SECRETS = /^(?:session token|form token|token password|staff password|password|voucher|re-entry code) /

test('the town was there: visits, sessions, releases, keys', () => {
  expect(visits.size).toBe(VISITS)
  expect([...visits.values()].every(({ sessionPath }) => /^\/s\/[0-9a-z]{26}$/.test(sessionPath ?? ''))).toBe(true)
  expect(passwords).toHaveLength(VISITS)
  // form, token, RADIUS secret, gateway and hub with seeds and texts, and the keys of two days.
  expect(keys.size).toBeGreaterThanOrEqual(9)
  expect(pages.find(({ where }) => where === 'download')?.bytes.length).toBeGreaterThan(1_000)
  expect(atRest.some(({ where, bytes }) => where === 'hub.db cell.release' && bytes.length > 100)).toBe(true)
})

test('the other ways were walked too, and what the law asks for was kept: for two holders together', () => {
  expect(other.came).toEqual({ voucher: WAYFARERS, 'city voucher': WAYFARERS, account: WAYFARERS, extra: WAYFARERS, reentry: WAYFARERS, opennds: WAYFARERS, chilli: WAYFARERS })
  for (const { address } of phones.slice(0, 50)) expect(sealed.has(dryRunDigits(address))).toBe(true)
  expect(pages.filter(({ where }) => where === 'operator')).toHaveLength(4)
})

test('the search finds a clear address that was planted in a copy of what lay on the disk', () => {
  const [first] = phones
  const gateway = atRest.find(({ where }) => where === 'gateway.db')
  if (!first || !gateway) throw new TypeError('the town has phones and a database')
  const digits = dryRunDigits(first.address)
  for (const planted of [macNotations(digits)[2] ?? '', first.address, digits, Buffer.from(digits, 'hex').toString('base64'), macNotations(other.macs[0] ?? '')[3] ?? '', macNotations(other.macs.at(-1) ?? '')[0] ?? '']) {
    const bytes = Buffer.from(gateway.bytes)
    bytes.write(` ${planted} `, Math.floor(bytes.length / 2), 'latin1')
    expect(of(PEOPLE, search([{ where: 'planted', bytes }])), planted).not.toHaveLength(0)
  }
  for (const kind of ['voucher', 'password', 're-entry code', 'withdrawal code'] as const) {
    const one = other.wanted.find(({ what }) => what === kind)?.notations[0] ?? ''
    expect(search([{ where: 'planted', bytes: Buffer.from(JSON.stringify({ reason: `no ${one} here` })) }]).map(({ what }) => what), kind).toContain(`${kind} text`)
  }
  const [token = ''] = [...visits.values()].map(({ sessionPath = '' }) => sessionPath.slice(3))
  expect(of(SECRETS, search([{ where: 'planted', bytes: Buffer.from(`{"path":"/s/${token}"}`) }]))).not.toHaveLength(0)
})

test('no hardware address, network address or account name is on the disk or in the log', () => {
  expect(of(PEOPLE, found.atRest)).toEqual([])
})

test('nor on any page, in any download, metric or answer, not even the citizens’ own', () => {
  expect(of(PEOPLE, [...found.pages, ...found.citizensPages])).toEqual([])
})

test('no session token, token password or form token is outside the citizens’ own pages and the runtime directory', () => {
  expect(of(SECRETS, found.citizensPages)).not.toHaveLength(0)
  expect(of(SECRETS, [...found.atRest, ...found.pages])).toEqual([])
})

test('what was typed into the other ways, or given there, is nowhere; of a withdrawal code there is its digest, as a receipt has it', () => {
  const somewhere = [...found.atRest, ...found.pages].filter(({ what }) => /^(?:voucher|password|re-entry code|withdrawal code) /.test(what))
  expect(somewhere.filter(({ what, where }) => !(what === 'withdrawal code sha256' && where.startsWith('gateway.db'))).slice(0, 20)).toEqual([])
  // Whoever holds them sees them: the search knows them when it meets them.
  for (const what of ['re-entry code text', 'withdrawal code text']) expect(found.citizensPages.some((one) => one.what === what), what).toBe(true)
})

test('a token’s user is in the accounting journal and nowhere else', () => {
  const users = [...found.atRest, ...found.pages, ...found.citizensPages].filter(({ what }) => what.startsWith('token user'))
  expect(users.some(({ where }) => where === 'gateway.db journal.token_user')).toBe(true)
  expect(users.filter(({ where }) => !where.startsWith('gateway.db')).slice(0, 20)).toEqual([])
})
