// One whole running Parvis, and everything that should never be sent to it. Each role has closer tests beside its code; here
// the doors are the real ones, and what was there before must be there afterwards.
import { createSocket } from 'node:dgram'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { ROUTES } from '#portal/app.ts'
import { ACTS } from '#portal/operator/pages.ts'
import { CODES } from '#radius/packet.ts'
import { askServer } from '#scripts/control/client.ts'
import { startInstance, type Instance } from '#scripts/instance.ts'
import { connect, formsOf, phone, type Visit } from '#scripts/town/phone.ts'
import { each, faultOf, filled, HOSTILE, MARKUP, namesRead, queriesOf, type Examples } from '../support/hostile.ts'
import { accessBytes, openWire, statusBytes } from '../support/radius-town.ts'
import { rawHttp, type RawAnswer } from '../support/raw-http.ts'

const ROOT = join(import.meta.dirname, '../..')
const LONG = 'x'.repeat(8_192)
const STAFF = { name: 'claire', password: 'une phrase assez longue' }

/** One controller of each kind, so that what they send has a reader. */
const CONTROLLERS = `[[controllers]]
name = "nds"
kind = "opennds"
addresses = ["192.168.8.1:2050"]
secret = "k"
fas_level = 4
poll_from = ["127.88.0.0/16"]
[[controllers]]
name = "chilli"
kind = "uam"
addresses = ["192.168.8.1"]
secret = "s"
[[controllers]]
name = "router"
kind = "mikrotik"
addresses = ["192.168.8.1"]
[[controllers]]
name = "unifi"
kind = "unifi"
api_url = "https://127.0.0.1:9"
api_user = "parvis"
api_password = "p"
`

type Door = 'portal' | 'kiosk' | 'staff' | 'ops'
type Target = { readonly door: Door; readonly path: string }

let workplace: string
let instance: Instance
let visit: Visit
let cookie = ''
/** A staff member of the hub, and somebody at the gateway. */
let cookies = ''
/** Kept out of what is tried: a second phone's, which may be ended, paused and erased. */
let examples: Examples = {}
let receipt = ''
const citizen = phone('127.88.4.2')
const origin = (door: Door): string => new URL(instance.urls[door] ?? '').origin

beforeAll(async () => {
  workplace = mkdtempSync(join(tmpdir(), 'parvis-bad-'))
  const data = join(workplace, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'demo-removed'), '')
  const config = join(workplace, 'parvis.toml')
  writeFileSync(config, CONTROLLERS)
  instance = await startInstance({ data, args: ['--config', config] })
  visit = await connect(citizen, origin('portal'))
  receipt = (await citizen.ask(origin('portal'), `${visit.sessionPath}/receipt`)).body
  const made = await citizen.ask(origin('staff'), '/staff/first', { form: { code: instance.staffCode ?? '', ...STAFF }, headers: { origin: origin('staff') } })
  expect(made.status).toBe(303)
  cookie = made.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const { answer } = (await askServer(data, 'operator code', { name: 'garde' })) ?? {}
  const { code } = answer as { code: string }
  const entered = await citizen.ask(origin('ops'), '/operator/enter', { form: { code }, headers: { origin: origin('ops') } })
  expect(entered.status).toBe(303)
  cookies = `${cookie}; ${entered.headers['set-cookie']?.[0]?.split(';')[0] ?? ''}`
  const other = phone('127.88.4.5')
  const { sessionPath = '' } = await connect(other, origin('portal'))
  const withdrawal = (await other.ask(origin('portal'), `${sessionPath}/receipt`)).body.trim().split('\n').at(-1) ?? ''
  examples = {
    ':token': [sessionPath.slice(3), '0123456789abcdefghjkmnpqrs', '%00', LONG], ':code': [withdrawal, 'abc', '%'],
    ':controller': ['nds', 'chilli', 'router', 'unifi', 'nobody', 'constructor'], ':site': ['default', '%00'],
    ':language': ['fr', '__proto__'], ':id': ['default', '%e0%a4%a', 'toString'], '*': ['nowhere'],
    // Templates of the source: one row of a table each.
    '${path}': ['services', 'taxonomy_terms', 'constructor'], '${act}': [...ACTS, 'constructor'],
  }
})
afterAll(async () => {
  expect(await instance.stop()).toBe(0)
  rmSync(workplace, { recursive: true, force: true })
})

/** The routes as the source declares them, so that a new one is tried without being named here. */
function declared(path: string, prefix = ''): string[] {
  const source = readFileSync(join(ROOT, path), 'utf8')
  return [...source.matchAll(/\bapp\.(?:get|post|all)\(\s*['`]([^'`]+)['`]/g)].map(([, route = '']) => `${prefix}${route}`)
}
function targets(): Target[] {
  const all: Record<Door, string[]> = {
    portal: [...ROUTES.map(({ path }) => path), '/generate_204', '//', '/\\', '/../..'],
    kiosk: [...declared('kiosk/app.ts'), ...declared('kiosk/screen-api.ts', '/api'), ...declared('kiosk/hsds-api.ts', '/hsds'), '/assets/%2e%2e/%2e%2e/main.ts'],
    staff: [...declared('portal/hub/app.ts'), ...declared('portal/hub/staff/app.ts', '/staff'), '/staff/sites/../..'],
    ops: [...declared('scripts/run/ops.ts'), ...declared('portal/operator/app.ts', '/operator'), '/nowhere', '/operator/sessions', '/v1/tallies'],
  }
  return (Object.keys(all) as Door[]).flatMap((door) => [...new Set(all[door].flatMap((route) => filled(route, examples)))].map((path) => ({ door, path })))
}

const { fields: FIELDS, parameters: PARAMETERS } = namesRead()
/** Read by pages of staff, of the kiosk and of an operator. */
const STAFF_FIELDS = ['site', 'month', 'day', 'from', 'search', 'page', 'nonce', 'needle', 'row', 'label', 'count', 'minutes', 'devices', 'password', 'totp']

const QUERIES = {
  'no query': '',
  'repeated parameters': '?lang=fr&lang=ar&site=*&site=x&month=a&month=b&page=1&page=2&nonce=a&nonce=b&to=a&to=b&at=a&at=b&more=a&more=b&v=a&v=b',
  '8 kB values': `?lang=${LONG}`,
  '8 kB of state': `?at=${LONG}`,
  '8 kB more': `?search=${LONG}&site=x`,
  '%00': '?lang=%00&site=%00&month=%00&search=%00&to=%00&nonce=%00&page=%00&more=%00&v=%00&auth_get=%00&id=%00&mac=%00',
  '%00 as state': '?at=%00',
  'bad %': '?lang=%&site=%zz&month=%e0%a4&search=%ff%fe&page=%u0031',
  '__proto__': '?__proto__[a]=1&constructor=2&toString=3&lang=__proto__&month=constructor',
  'impossible values': '?month=2026-13&from=2026-02-31&to=0000-00-00&day=2026-99-99&page=1e400&per_page=-1&proximity=1e400,NaN,Infinity&modified_after=99999-01-01',
  ...Object.fromEntries(Object.entries(HOSTILE).map(([what, pair]) => [`${what} everywhere`, `?${queriesOf([...new Set([...PARAMETERS, ...STAFF_FIELDS])].map(pair))[0]}`])),
  'lone surrogates': '?search=%ED%A0%80&lang=%ED%B0%80&site=%F0%9F',
} as const

type Head = { readonly lines: string; readonly version?: string }
const heads = (host: string): Readonly<Record<string, Head>> => ({
  ordinary: { lines: `Host: ${host}\r\nUser-Agent: test\r\nAccept: text/html\r\n` },
  'no User-Agent': { lines: `Host: ${host}\r\n` },
  'no Host': { lines: 'User-Agent: test\r\n' },
  'HTTP/1.0': { lines: '', version: 'HTTP/1.0' },
  'a foreign Host': { lines: `Host: ${MARKUP}\r\n` },
  'long values': { lines: `Host: ${host}\r\nCookie: parvis-staff=${LONG}\r\nAccept-Language: ${'fr;q=9,'.repeat(500)}\r\n` },
  'strange values': { lines: `Host: ${host}\r\nCookie: =;;%;parvis-language=%ff\r\nAccept-Language: *;q=1e400\r\nAccept-Encoding: gzip;q=x\r\nRange: bytes=9-1\r\nIf-None-Match: ,\r\nX-Forwarded-For: 1.2.3.4\r\n` },
  'signed in': { lines: `Host: ${host}\r\nCookie: ${cookies}\r\n` },
})

const FORM = 'application/x-www-form-urlencoded'
const BODIES: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
  nothing: ['', ''],
  'a bad form': [FORM, 'token=%&terms=%zz&name=%00&password=%ED%A0%80&&=&=x'],
  'repeated fields': [FORM, 'token=a&token=b&name=a&name=b&code=1&code=2&terms=a&terms=b'],
  'a prototype as form': [FORM, '__proto__=1&constructor[name]=2&toString=3'],
  'an 8 kB field': [FORM, `token=${LONG}&name=${LONG}&code=${LONG}`],
  ...Object.fromEntries(Object.entries(HOSTILE).map(([what, pair]) => [`${what} in every field`, [FORM, queriesOf([...new Set([...FIELDS, ...STAFF_FIELDS])].map(pair))[0] ?? ''] as const])),
  'bad parts': ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'],
  'no JSON': ['application/json', '{"text":'],
  'a prototype as JSON': ['application/json', '{"__proto__":{"text":"a"},"constructor":1,"text":"manger","from":1}'],
  'numbers beyond all': ['application/json', '{"text":"a","from":1e400,"filters":[1e400]}'],
  'lone surrogates as JSON': ['application/json', '{"text":"\\ud800 \\udc00 a","tile":"\\ud800"}'],
  'NUL and quotes as search': ['application/json', '{"text":"\\u0000\\" OR * NEAR( ) \' ; -- ^ : {a} + AND NOT"}'],
  'deep JSON': ['application/json', `{"text":${'['.repeat(4_000)}${']'.repeat(4_000)}}`],
  'no object': ['application/json', 'null'],
  'no JWS': ['application/jose', 'a.b.c'],
  'an empty JWS': ['application/jose', '..'],
  'a JWS without algorithm': ['application/jose', `${Buffer.from('{"alg":"none","typ":"x","jwk":{"kty":"OKP","crv":"Ed25519","x":1e400}}').toString('base64url')}.W10.`],
  bytes: ['application/octet-stream', randomBytes(500)],
}

/** Where an answer may lead: to one of our own doors, or back to a controller. */
const leads = (): readonly string[] => [...Object.values(instance.urls).map((url) => new URL(url).origin), 'http://192.168.8.1:3990', 'http://192.168.8.1:2050', 'http://192.168.8.1']
const CONTINUE = /^HTTP\/1\.1 100 Continue\r\n\r\n/
function wrong(door: Door, { status, text }: RawAnswer, mayClose = false): string | undefined {
  if (status === 0) return mayClose ? undefined : 'no answer'
  return text.includes('<script>alert') ? 'tells a script' : faultOf(text.replace(CONTINUE, ''), origin(door), leads())
}

type Sent = { readonly target: Target; readonly what: string; readonly bytes: string | Buffer; readonly mayClose?: true }

async function faults(requests: readonly Sent[]): Promise<string[]> {
  const found: string[] = []
  await each(requests, async ({ target, what, bytes, mayClose = false }) => {
    const fault = wrong(target.door, await rawHttp({ origin: origin(target.door), bytes, from: '127.88.4.3', shut: mayClose }), mayClose)
    if (fault !== undefined) found.push(`${target.door} ${target.path.slice(0, 40)} ${what}: ${fault}`)
  })
  return found
}

async function expectAlive(): Promise<void> {
  expect(instance.child.exitCode).toBeNull()
  expect((await citizen.ask(origin('portal'), visit.sessionPath ?? '')).status).toBe(200)
  expect((await citizen.ask(origin('portal'), `${visit.sessionPath}/receipt`)).body).toBe(receipt)
  expect((await citizen.ask(origin('staff'), '/staff', { headers: { cookie } })).status).toBe(200)
  const search = await fetch(`${origin('kiosk')}/api/fr/results`, { method: 'POST', body: '{"text":"manger"}', headers: { 'content-type': 'application/json' } })
  expect(((await search.json()) as { cards: unknown[] }).cards.length).toBeGreaterThan(0)
  expect(instance.log().split('\n').filter((line) => /^\s+at |uncaught|failed|"level":"error"/i.test(line))).toEqual([])
}

test('the routes are found in the source', () => {
  const found = targets().map(({ door, path }) => `${door} ${path}`)
  expect(found).toEqual(expect.arrayContaining(['portal /connect', 'kiosk /api/fr/results', 'kiosk /hsds/services', 'staff /v1/batches', 'staff /staff/sites/default', 'staff /staff/download.zip', 'ops /metrics', 'ops /operator/bar', 'portal /at/chilli', `portal /receipt/${examples[':code']?.[0]}/copy`]))
})

test('no query and no head brings a route to more than a clear refusal', async () => {
  const requests = targets().flatMap((target) => {
    const head = heads(new URL(origin(target.door)).host)
    const plain: Sent[] = Object.entries(QUERIES).flatMap(([query, text]) => [
      { target, what: query, bytes: `GET ${target.path}${text} HTTP/1.1\r\n${head['ordinary']?.lines}Connection: close\r\n\r\n` },
      { target, what: `${query}, signed in`, bytes: `GET ${target.path}${text} HTTP/1.1\r\n${head['signed in']?.lines}Connection: close\r\n\r\n` },
    ])
    const odd: Sent[] = Object.entries(head).map(([what, { lines, version = 'HTTP/1.1' }]) => ({ target, what, bytes: `GET ${target.path} ${version}\r\n${lines}Connection: close\r\n\r\n` }))
    return plain.concat(odd)
  })
  expect(requests.length).toBeGreaterThan(1_000)
  expect(await faults(requests)).toEqual([])
  await expectAlive()
  // Whoever is signed in was so to the last.
  const operator = await citizen.ask(origin('ops'), '/operator', { headers: { cookie: cookies } })
  expect(operator.body).toContain('name="needle"')
}, 60_000)

test('no method and no body does either', async () => {
  const requests = targets().flatMap((target) => {
    // Who has left is not signed in for the rest.
    const signedIn = /\/(?:sign-out|leave)$/.test(target.path) ? '' : `Cookie: ${cookies}\r\n`
    const start = (method: string) => `${method} ${target.path} HTTP/1.1\r\nHost: ${new URL(origin(target.door)).host}\r\nOrigin: ${origin(target.door)}\r\n${signedIn}Connection: close\r\n`
    const methods: Sent[] = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'].map((method) => ({ target, what: method, bytes: `${start(method)}\r\n` }))
    const bodies: Sent[] = Object.entries(BODIES).map(([what, [type, body]]) => {
      const head = `${start('POST')}${type && `Content-Type: ${type}\r\n`}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`
      return { target, what: `POST ${what}`, bytes: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]) }
    })
    return methods.concat(bodies)
  })
  expect(requests.length).toBeGreaterThan(1_000)
  expect(await faults(requests)).toEqual([])
  await expectAlive()
}, 60_000)

/** What no parser may believe. `shut`: hanging up is answer enough. */
const NONSENSE: Readonly<Record<string, string | Buffer>> = {
  'a TLS greeting': Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
  zeros: Buffer.alloc(64),
  'HTTP/0.9': 'GET /\r\n',
  'HTTP/9.9': 'GET / HTTP/9.9\r\n\r\n',
  'a method of our own': 'FETCH / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  CONNECT: 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n',
  'an upgrade': 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  'an absolute address': 'GET http://localhost/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'an absolute address of nowhere': 'GET http://%00:99999/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'an absolute address without a path': 'GET http://? HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'two lengths': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length and chunks': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a length below zero': 'POST /staff/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n',
  'bad chunks': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'an encoding of our own': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n',
  'two hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'a host of forms': 'GET / HTTP/1.1\r\nHost: [::1]:99999999\r\nConnection: close\r\n\r\n',
  'a host without end': `GET / HTTP/1.1\r\nHost: ${LONG}\r\nConnection: close\r\n\r\n`,
  'a broken address as host': 'GET / HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n',
  'a head of 40 kB': `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`,
  'a thousand lines': `GET / HTTP/1.1\r\nHost: localhost\r\n${'A: b\r\n'.repeat(1_500)}Connection: close\r\n\r\n`,
  'a zero in a line': 'GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n',
  'an expectation': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nExpect: the moon\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  'a body that waits for 100': 'POST /connect HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde',
  'a body of a gigabyte': `POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\nContent-Length: 1073741824\r\n\r\n${LONG}`,
  'a bomb': Buffer.concat([Buffer.from(`POST /v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose\r\nContent-Encoding: gzip\r\nContent-Length: ${gzipSync(Buffer.alloc(2 ** 24)).length}\r\nConnection: close\r\n\r\n`), gzipSync(Buffer.alloc(2 ** 24))]),
  'two requests in one breath': 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'nothing at all': '',
}

test('what is not HTTP, or not quite, is refused or hung up on', async () => {
  const requests = (['portal', 'kiosk', 'staff', 'ops'] as const).flatMap((door) => Object.entries(NONSENSE).map(([what, bytes]) => ({ target: { door, path: '' }, what, bytes, mayClose: true as const })))
  expect(await faults(requests)).toEqual([])
  await expectAlive()
}, 30_000)

test('whoever sends half a request is hung up on in time, and a crowd of them keeps nobody else out', async () => {
  const halves = { 'half a head': ['GET / HTTP/1.1\r\nHost: loc', 8_000], 'half a body': ['POST /staff/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nname=', 13_000] } as const
  const crowd: Socket[] = Array.from({ length: 400 }, () => connectSocket({ port: Number(new URL(origin('portal')).port), host: '127.0.0.1', localAddress: '127.88.4.9' }).on('error', () => {}))
  const waits = (['portal', 'kiosk', 'staff', 'ops'] as const).flatMap((door) =>
    Object.entries(halves).map(async ([what, [bytes, most]]) => ({ what: `${door} ${what}`, most, ms: (await rawHttp({ origin: origin(door), bytes })).ms })),
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  const began = performance.now()
  expect((await phone('127.88.4.10').ask(origin('portal'), '/')).status).toBe(200)
  expect(performance.now() - began).toBeLessThan(2_000)
  const late = (await Promise.all(waits)).filter(({ ms, most }) => ms > most)
  for (const socket of crowd) socket.destroy()
  expect(late).toEqual([])
  await expectAlive()
}, 30_000)

/** Datagrams that RFC 2865 §3, RFC 2866 §3 and RFC 5176 §2 want met with silence. */
function datagrams(secret: string): Buffer[] {
  const honest = accessBytes('someone', 'something', { secret })
  const wrongLength = Buffer.from(honest)
  wrongLength.writeUInt16BE(4_000, 2)
  const zeroAttribute = Buffer.from(honest)
  zeroAttribute[39] = 0
  const accounting = (code: number) => Buffer.concat([Buffer.from([code, 1, 0, 20]), randomBytes(16)])
  return [
    Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(19), Buffer.alloc(20), Buffer.alloc(4_097, 1), Buffer.alloc(9_000, 0xff), wrongLength, zeroAttribute,
    ...Array.from({ length: honest.length - 1 }, (_, length) => honest.subarray(0, length)),
    accessBytes('someone', 'something', { secret: 'another secret' }), accessBytes('someone', 'something', { secret, messageAuthenticator: false }),
    ...Array.from({ length: 256 }, (_, code) => accounting(code)),
    ...Array.from({ length: 200 }, () => randomBytes(20 + Math.floor(Math.random() * 200))),
  ]
}

test('malformed RADIUS datagrams are met with silence on all three ports, counted, and the next honest one is answered', async () => {
  const secret = readFileSync(join(instance.data, 'radius.secret'), 'utf8').trim()
  const refused = async () => [...(await (await fetch(`${origin('ops')}/metrics`)).text()).matchAll(/^parvis_radius_refused_total\{[^}]*door="(\w+)"[^}]*\} (\d+)/gm)].reduce((sums, [, door = '', count]) => sums.set(door, (sums.get(door) ?? 0) + Number(count)), new Map<string, number>())
  const before = await refused()
  const ports = { auth: instance.ports['radius_auth'], acct: instance.ports['radius_acct'], coa: instance.ports['coa'] } as const
  const sent = datagrams(secret)
  for (const [door, port = 0] of Object.entries(ports)) {
    const socket = createSocket('udp4')
    let answers = 0
    socket.on('message', () => answers++)
    for (const bytes of sent) {
      // No faster than the kernel's buffer empties: a datagram that is dropped there shows nothing.
      await new Promise((resolve) => socket.send(bytes, port, '127.0.0.1', resolve))
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(answers, door).toBe(0)
    socket.close()
    expect(((await refused()).get(door) ?? 0) - (before.get(door) ?? 0), door).toBeGreaterThan(sent.length * 0.9)
  }
  const wire = await openWire()
  for (const [port, code] of [[ports.auth, CODES.accessAccept], [ports.acct, CODES.accountingResponse]] as const) {
    wire.send(statusBytes(7, secret), port ?? 0)
    expect((await wire.next()).code).toBe(code)
  }
  wire.close()
  await expectAlive()
}, 30_000)

test('the control socket survives bad addresses and bodies too', async () => {
  const send = (bytes: string) => new Promise<string>((resolve) => {
    let text = ''
    const socket = connectSocket(join(instance.data, 'control.sock'), () => socket.end(bytes))
    socket.setEncoding('utf8').on('data', (part: string) => (text += part)).on('error', () => {}).on('close', () => resolve(text))
  })
  const post = (path: string, body: string) => send(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  for (const path of ['/%', '/%zz', '/%00', '/__proto__', '/constructor', '//', `/${LONG}`]) expect(await post(path, '{}'), path.slice(0, 20)).toMatch(/^HTTP\/1\.1 4\d\d/)
  for (const body of ['', '{', 'null', '[]', '"a"', '{"code":{"toString":1}}', '{"kind":1e400,"__proto__":{}}']) {
    expect(await post('/device%20enrol', body), body).toMatch(/^HTTP\/1\.1 4\d\d/)
  }
  await send('nonsense')
  expect(await post('/device%20code', '{}')).toMatch(/^HTTP\/1\.1 200/)
  await expectAlive()
})

test('after all that another phone gets online, and staff sign in', async () => {
  const next = await connect(phone('127.88.4.20'), origin('portal'))
  expect(next.sessionPath).toMatch(/^\/s\/[0-9a-z]{26}$/)
  expect(formsOf((await citizen.ask(origin('portal'), visit.sessionPath ?? '')).body).some(({ action }) => action.endsWith('/disconnect'))).toBe(true)
  const again = await citizen.ask(origin('staff'), '/staff/sign-in', { form: STAFF, headers: { origin: origin('staff') } })
  expect(again.status).toBe(303)
})
