import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testEffects, townHub } from '#test/journeys/delivery-parts.ts'
import { NOON_MS, PLACE, settleTown } from '#test/support/hub-town.ts'
import { ownHosts } from './hosts.ts'
import type { Hub } from './main.ts'

let dir = ''
let hub: Hub
let cookie = ''

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parvis-'))
  const effects = testEffects()
  effects.clock.setNow(NOON_MS)
  hub = await townHub(dir, effects)
  await settleTown(dir, hub, effects, [PLACE])
  const form = new URLSearchParams({ code: hub.firstRunCode ?? '', name: 'claire', password: 'une phrase assez longue' })
  const made = await fetch(`${hub.origin}/staff/first`, { method: 'POST', body: form, redirect: 'manual', headers: { origin: hub.origin } })
  cookie = (made.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
})
afterAll(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

/** Writes bytes as they are, because a client library would mend them; the status of the answer, 0 when the door is shut. */
function raw(text: string): Promise<number> {
  const { hostname, port } = new URL(hub.origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'))
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => (answer += part))
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)))
    socket.on('error', reject)
  })
}

const GET = ['/', '/v1/enrol/challenge', '/v1/time', '/staff', '/staff/', '/staff/first', '/staff/sign-in', '/staff/sites/place', '/staff/sites/x', '/staff/download', '/staff/download.zip', '/staff/style.css', '/staff/mark.svg', '/healthz', '/readyz', '/openapi.json', '/nowhere']
const POST = ['/v1/batches', '/v1/enrol', '/v1/certificate', '/staff/first', '/staff/sign-in', '/staff/sign-out']
const LONG = 'x'.repeat(8_192)
const QUERIES = ['', '?', '?lang=ar&lang=en&month=a&month=b&site=*&site=*&nonce=a&nonce=b', `?lang=${LONG}`, `?month=${LONG}&site=${LONG}&day=${LONG}&nonce=${LONG}`, '?lang=%00&month=%00&site=%00&day=%00&nonce=%00', '?lang=%&month=%zz&site=%e0%a4&from=%ff', '?__proto__=1&constructor=2', '?lang=toString&month=2026-99&from=2026-01-01']
const HEADERS = { 'no agent': '', 'no Host': undefined, 'a bad cookie': `Cookie: parvis-staff=${LONG}; parvis-language=%ff; =\r\n` } as const

for (const method of ['GET', 'POST', 'HEAD', 'PUT'] as const) {
  test(`no ${method} brings the hub down, whatever is asked of whatever route`, async () => {
    const worst: string[] = []
    for (const path of [...GET, ...POST]) {
      for (const query of QUERIES) {
        for (const [name, extra] of Object.entries({ ...HEADERS, 'signed in': `Cookie: ${cookie}\r\n` })) {
          const host = extra === undefined ? '' : `Host: ${new URL(hub.origin).host}\r\n`
          const body = method === 'GET' || method === 'HEAD' ? '' : `Origin: ${hub.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n`
          const status = await raw(`${method} ${path}${query} HTTP/1.1\r\n${host}${extra ?? ''}${body}Connection: close\r\n\r\n${body && 'a=%&b=%00&name&&&x'}`)
          if (status === 0 || status >= 500) worst.push(`${status} ${path}${query.slice(0, 40)} ${name}`)
        }
      }
    }
    expect(worst).toEqual([])
  })
}

test.each(['/staff/sites/%', '/staff/sites/%zz', '/staff/sites/%00', '/staff/sites/%e0%a4%a', `/staff/sites/${LONG}`, '/staff/../../etc/passwd', '//staff', '/staff//sites///', '/staff/sites/__proto__', '/%', '/staff\\sites'])('the path %# is answered', async (path) => {
  const status = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`)
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
})

test('a foreign name gets neither a page nor its name back', async () => {
  const response = await hub.fetch('http://evil.example/staff/sign-in', {})
  expect(response.status).toBe(421)
  expect(await response.text()).not.toContain('evil')
})

test('a form body beyond 16 kB, of broken parts or of many fields is refused or ignored', async () => {
  const send = (body: string, type: string) => fetch(`${hub.origin}/staff/sign-in`, { method: 'POST', body, headers: { origin: hub.origin, 'content-type': type }, redirect: 'manual' })
  expect((await send(`name=${'x'.repeat(17_000)}`, 'application/x-www-form-urlencoded')).status).toBe(413)
  expect((await send('--x\r\nnonsense', 'multipart/form-data; boundary=x')).status).toBeLessThan(500)
  expect((await send('a=1&'.repeat(3_000), 'application/x-www-form-urlencoded')).status).toBeLessThan(500)
  expect((await send('{"name":', 'application/json')).status).toBeLessThan(500)
  expect((await send('name=%&password=%ff%00', 'application/x-www-form-urlencoded')).status).toBeLessThan(500)
})

test.each(['/v1/batches', '/v1/enrol', '/v1/certificate'])('a body that breaks off at %s is the sender’s matter: no failure of the store, nothing in the log', async (path) => {
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('eyJ')),
    pull: (controller) => controller.error(new Error('aborted')),
  })
  const init = { method: 'POST', headers: { 'content-type': 'application/jose' }, body: broken, duplex: 'half' } as RequestInit
  const answer = await hub.fetch(`${hub.origin}${path}`, init)
  expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'cut_short' })])
})

test('an address that the hub listens on is one of its names, IPv6 too, and a stranger’s name is none', async () => {
  const app = new Hono().use(ownHosts(['2001:DB8::1', 'Hub.Rivemont.example', '192.0.2.1'])).get('/', (c) => c.text('here'))
  const statuses = async (hosts: readonly string[]) => Promise.all(hosts.map(async (host) => (await app.request(`http://${host}:8090/`)).status))
  expect(await statuses(['[2001:db8::1]', 'hub.rivemont.example', '192.0.2.1', 'localhost', '[::1]'])).toEqual([200, 200, 200, 200, 200])
  expect(await statuses(['[2001:db8::2]', 'evil.example', '192.0.2.1.evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])).toEqual([421, 421, 421, 421, 421])
})
