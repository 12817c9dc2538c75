// What the real servers behind the probes answer to a phone that is open: the golden answers that the emulators look for.
import type { RequestListener } from 'node:http'

export type WorldAnswer = { readonly status: number; readonly type?: string; readonly body: string }

const NO_CONTENT: WorldAnswer = { status: 204, body: '' }
const APPLE: WorldAnswer = { status: 200, type: 'text/html', body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>' }
const FIREFOX = '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>'

/** By Host and path. */
export const WORLD_ANSWERS: Readonly<Record<string, WorldAnswer>> = {
  'captive.apple.com/hotspot-detect.html': APPLE,
  'www.apple.com/library/test/success.html': APPLE,
  'connectivitycheck.gstatic.com/generate_204': NO_CONTENT,
  'www.google.com/generate_204': NO_CONTENT,
  'www.google.com/gen_204': NO_CONTENT,
  'play.googleapis.com/generate_204': NO_CONTENT,
  'www.msftconnecttest.com/connecttest.txt': { status: 200, type: 'text/plain', body: 'Microsoft Connect Test' },
  'ipv6.msftconnecttest.com/connecttest.txt': { status: 200, type: 'text/plain', body: 'Microsoft Connect Test' },
  'www.msftncsi.com/ncsi.txt': { status: 200, type: 'text/plain', body: 'Microsoft NCSI' },
  'detectportal.firefox.com/canonical.html': { status: 200, type: 'text/html', body: FIREFOX },
  'detectportal.firefox.com/success.txt': { status: 200, type: 'text/plain', body: 'success\n' },
  'network-test.debian.org/nm': { status: 200, type: 'text/plain', body: 'NetworkManager is online\n' },
  'nmcheck.gnome.org/check_network_status.txt': { status: 200, type: 'text/plain', body: 'NetworkManager is online\n' },
}

/** The page that a person wanted all along. */
export const WANTED = { host: 'news.example', path: '/today', body: '<!doctype html><title>News</title><h1>The world</h1>' } as const

/** Keeps connections, as those servers do. */
export const world: RequestListener = (request, response) => {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const host = request.headers.host ?? ''
  const { status, type = 'text/html', body } = WORLD_ANSWERS[host + path] ?? { status: 200, body: host === WANTED.host ? WANTED.body : 'the world\n' }
  response.writeHead(status, status === 204 ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body)
}
