import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROUTES } from './app.ts'
import { formsOf } from '#scripts/town/phone.ts'
import { faultOf, filled, MARKUP, type Examples } from '#test/support/hostile.ts'
import { ask, formFields, portalTown, tokenOf, type PortalTown } from '#test/support/portal-town.ts'

let town: PortalTown
let token = ''
let examples: Examples
beforeAll(async () => {
  town = await portalTown({ settings: { methods: ['click', 'voucher', 'account', 'reentry'] } })
  const phone = town.phone('127.0.0.2')
  token = tokenOf((await phone.connect()).body)
  const code = (await phone.get(`/s/${token}/receipt`)).body.trim().split('\n').at(-1) ?? ''
  examples = { ':token': [token], ':code': [code], ':controller': ['nobody'], ':site': ['default'] }
})
afterAll(() => town.close())

const LONG = 'x'.repeat(8_000)

/** Bytes as they are, on a connection of their own; the first line of what came back, or nothing. */
function raw(bytes: string | Buffer, from = '127.0.0.3'): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect({ port: town.portal.port, host: '127.0.0.1', localAddress: from }, () => socket.end(bytes))
    socket.setEncoding('latin1').on('data', (chunk: string) => (heard += chunk))
    socket.on('close', () => resolve(heard)).on('error', () => {})
  })
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)

const QUERIES = ['', '?lang=fr&lang=en&lang=%00', `?lang=${LONG}`, `?to=${LONG}`, '?to=%00', '?lang=%', '?to=%zz&lang=%E0%A4%A', '?__proto__=1&constructor=2', '?lang[]=fr', '?&&==&', '?to=../../etc', '?v=%22%3E%3Cscript%3Ealert(1)', `?v=${LONG}&v=%00`, '?at=%00', `?at=${LONG}`, '?at=a&at=b&more=%22%3E%3Cscript%3Ealert(1)']
const PATHS = [...new Set(ROUTES.map((route) => route.path)), '/s/%00', '/s/%', '/%', '/%00', `/${LONG}`, '/s/', '//', '/\\', '/../..', '/connect/', '/s/:token/../../status']
const HEADS = {
  plain: 'Host: 127.0.0.1\r\nUser-Agent: test\r\nAccept: text/html\r\n',
  'no agent': 'Host: 127.0.0.1\r\n',
  'no Host': 'User-Agent: test\r\n',
  'strange Host': `Host: ${MARKUP}\r\nAccept: text/html\r\n`,
  'long values': `Host: 127.0.0.1\r\nUser-Agent: ${LONG}\r\nAccept-Language: ${'fr;q=9,'.repeat(900)}\r\n`.slice(0, 12_000) + '\r\n',
} as const

/** What no route takes is a foreign address to us, whatever stands behind it. */
const METHODS = { GET: QUERIES, HEAD: QUERIES, POST: QUERIES, PUT: QUERIES.slice(0, 3), DELETE: QUERIES.slice(0, 3), OPTIONS: QUERIES.slice(0, 3) } as const

for (const [method, queries] of Object.entries(METHODS)) {
  test(`${method} to every route with every malformation gets a clear answer and never a 5xx`, async () => {
    for (const target of [...PATHS.flatMap((path) => filled(path, examples)), '*']) {
      for (const [name, head] of Object.entries(HEADS)) {
        const answers = await Promise.all(queries.map((query) => raw(`${method} ${target}${query} HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)))
        for (const [index, answer] of answers.entries()) {
          const what = `${method} ${target.slice(0, 40)}${queries[index]?.slice(0, 20)} ${name}`
          expect(faultOf(answer, town.portal.url), what).toBeUndefined()
          expect(answer, what).not.toContain('<script>alert')
        }
      }
    }
    expect(town.portal.ready()).toBe(true)
  })
}

test('a form that is no form, too long, or of too many fields is refused and counted, and changes nothing', async () => {
  const phone = { from: '127.0.0.4', port: town.portal.port, path: '/connect', method: 'POST' }
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const many = Array.from({ length: 101 }, (_, index) => `f${index}=1`).join('&')
  const bodies: [string, Record<string, string>][] = [
    ['', {}], ['{"token":1}', { 'Content-Type': 'application/json' }], [`token=${'x'.repeat(20_000)}`, type], [many, type],
    ['%', type], ['token=%00&terms=%zz', type], ['token=a&token=b', type], ['__proto__=1&method=constructor', type], [`method=${LONG}`, type],
    ['\u{d800}', { 'Content-Type': 'multipart/form-data; boundary=x' }],
  ]
  for (const [body, headers] of bodies) {
    const answer = await ask({ ...phone, body, headers })
    expect([400, 403], body.slice(0, 20)).toContain(answer.status)
    expect(answer.body).toContain('<html lang="fr"')
  }
  // Even a form that is right in every field that counts.
  const right = new URLSearchParams(formFields((await town.phone('127.0.0.4').get('/')).body)).toString()
  for (const more of [`pad=${'x'.repeat(16_384)}`, many]) expect((await ask({ ...phone, body: `${right}&${more}`, headers: type })).status).toBe(400)
  expect(town.portal.sessions.list()).toHaveLength(1)
  expect((await ask({ ...phone, body: `${right}&pad=${'x'.repeat(8_000)}`, headers: type })).status).toBe(200)
  expect(town.effects.metrics.text()).toMatch(/portal_refused_total\{why="malformed"\} \d/)
})

test('a form whose length is a lie, or that never ends, does not hold the portal up', async () => {
  const head = 'POST /connect HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n'
  expect(statusOf(await raw(`${head}Content-Length: 5\r\n\r\ntoken=a&more=b`))).toBe(400)
  expect(statusOf(await raw(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`))).toBe(400)
  await raw(`${head}Content-Length: 999999999\r\n\r\ntoken=`)
  expect((await town.phone('127.0.0.5').get('/')).status).toBe(200)
})

test('what is not HTTP is closed, and the next phone is served', async () => {
  for (const bytes of [Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), '\0\0\0\0', 'GET', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`, 'GET / HTTP/9.9\r\n\r\n']) await raw(bytes)
  expect((await town.phone('127.0.0.6').get('/')).status).toBe(200)
})

test('a tap with odd but honest fields still works', async () => {
  const phone = town.phone('127.0.0.7')
  const fields = formFields((await phone.get('/')).body)
  expect((await phone.post('/connect', { ...fields, lang: 'xx', to: 'javascript:alert(1)', extra: '<b>' })).body).not.toMatch(/javascript:|<b>&/)
})

test('no log line names a device, an address or a token', () => {
  const text = town.effects.lines.join('')
  expect(text).not.toMatch(/02:?00:?7f|127\.0\.0\.[2-9]/i)
  expect(text).not.toContain(token)
})

test('what is typed into any field is text: markup, controls, other alphabets, lone surrogates, too much of it', async () => {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const phone = { from: '127.0.0.8', port: town.portal.port, path: '/connect', method: 'POST', headers: type }
  const page = (await town.phone('127.0.0.8').get('/')).body
  const typed = ['"><script>alert(1)</script>', "' onfocus=alert(1) x='", '%00', 'é'.repeat(200), LONG, '٤٤٤٧ ٦٢٣٥ ٤٤٤٤ ٦٦٦٦ ٢٢٢٠', '%ED%A0%80', '0'.repeat(10), '-'.repeat(40), '\u202e9999']
  for (const { fields } of formsOf(page).filter(({ action }) => action === '/connect')) {
    const names = Object.keys(fields).filter((name) => !['token', 'terms', 'method', 'lang', 'to'].includes(name))
    for (const text of names.length === 0 ? [] : typed) {
      const body = new URLSearchParams({ ...fields, ...Object.fromEntries(names.map((name) => [name, text])) }).toString().replaceAll('%25', '%')
      const answer = await ask({ ...phone, body })
      expect([400, 403, 429], `${fields['method']} ${text.slice(0, 20)}`).toContain(answer.status)
      expect(answer.body).not.toMatch(/<script|["'] onfocus=/)
      expect(answer.bytes).toBeLessThan(20_000)
    }
  }
})
