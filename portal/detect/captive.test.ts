import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { portalTown, type PortalTown } from '#test/support/portal-town.ts'
import { PROBES } from './probes.ts'

let town: PortalTown
beforeAll(async () => void (town = await portalTown({ settings: { url: 'http://wifi.town.example/', names: ['wifi.town.example'] } })))
afterAll(() => town.close())

function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = connect({ port: town.portal.port, host: '127.0.0.1', localAddress: '127.0.0.2' }, () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
    // Resolves only because the portal closes the connection by itself.
    socket.on('close', () => resolve(heard)).on('error', reject)
  })
}

function expectCaptive(answer: string, what: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head, what).toMatch(/^HTTP\/1\.1 302 /)
  expect(head, what).toMatch(/\r\nLocation: http:\/\/wifi\.town\.example\/(\?to=[\w-]+)?(\r\n|$)/)
  expect(head, what).toContain('\r\nCache-Control: no-store')
  expect(head, what).toContain('\r\nConnection: close')
  expect(Number(/Content-Length: (\d+)/.exec(head)?.[1]), what).toBeGreaterThan(50)
  if (!what.startsWith('HEAD')) expect(Buffer.byteLength(body), what).toBe(Number(/Content-Length: (\d+)/.exec(head)?.[1]))
}

test.each(PROBES)('$client asks $host$path and is sent to the portal', async ({ host, path }) => {
  for (const method of ['GET', 'HEAD']) expectCaptive(await raw(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`), `${method} ${host}${path}`)
})

test('any method, path, Accept and version is answered in the same way', async () => {
  for (const request of [
    'GET / HTTP/1.0\r\n\r\n',
    'GET /generate_204 HTTP/1.0\r\nHost: connectivitycheck.gstatic.com\r\n\r\n',
    'HEAD /x HTTP/1.1\r\nHost: news.example\r\n\r\n',
    'POST /login HTTP/1.1\r\nHost: mail.example\r\nContent-Length: 11\r\n\r\nuser=a&pw=b',
    'POST /upload HTTP/1.1\r\nHost: mail.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'PUT /x HTTP/1.1\r\nHost: api.example\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: api.example\r\n\r\n',
    'GET /image.png HTTP/1.1\r\nHost: cdn.example\r\nAccept: image/avif,image/*\r\n\r\n',
    'GET http://news.example/today HTTP/1.1\r\nHost: wifi.town.example\r\n\r\n',
    'GET /no-such-page HTTP/1.1\r\nHost: wifi.town.example\r\n\r\n',
    'GET /connect HTTP/1.1\r\nHost: wifi.town.example\r\n\r\n',
    'DELETE / HTTP/1.1\r\nHost: wifi.town.example\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: wifi.town.example.evil.example\r\n\r\n',
  ]) expectCaptive(await raw(request), request)
})

test('no byte of the request reaches the redirect, except inside the signed state', async () => {
  for (const host of ['evil.example', '"><script>', 'a b', 'evil.example\\@x', `${'a'.repeat(300)}.example`, '[::1', 'evil.example:99999999']) {
    const answer = await raw(`GET /<script>?x=%0d%0aSet-Cookie:a HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`)
    expect(answer).not.toMatch(/evil|<script>|Set-Cookie/)
  }
})

test('a person gets a state to come back with, a probe does not', async () => {
  const person = await raw('GET /article HTTP/1.1\r\nHost: news.example\r\nAccept: text/html,*/*\r\n\r\n')
  expect(person).toMatch(/Location: http:\/\/wifi\.town\.example\/\?to=[\w-]{40,}\r\n/)
  const probe = await raw('GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\nAccept: text/html\r\n\r\n')
  expect(probe).toContain('Location: http://wifi.town.example/\r\n')
})

test('every name of ours is served: configured, loopback, with a port, and the address that was called', async () => {
  for (const host of ['wifi.town.example', 'WIFI.town.example.', 'localhost:8080', '127.0.0.9', `127.0.0.1:${town.portal.port}`]) {
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), host).toMatch(/^HTTP\/1\.1 200 /)
  }
  expect(await raw('GET http://wifi.town.example/healthz HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
})
