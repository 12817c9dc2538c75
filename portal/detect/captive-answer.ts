import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostName } from './hosts.ts'
import { isProbe } from './probes.ts'

/** More of an unwanted body than this is not read before the answer. */
const MOST_UNREAD_BYTES = 64 * 1024

/** The address a person asked for, worth coming back to; undefined for probes, other methods and what no browser navigates to. */
export function wantedAddress({ method, url = '/', headers }: IncomingMessage): string | undefined {
  if (method !== 'GET' || !url.startsWith('/') || !headers.accept?.includes('text/html')) return undefined
  const host = hostName(headers.host)
  return host === undefined || isProbe(host, url) ? undefined : `http://${headers.host}${url}`
}

function bodyFor(location: string): Buffer {
  const href = location.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return Buffer.from(`<!doctype html><html lang="fr"><meta charset="utf-8"><title>Wi-Fi</title><p><a href="${href}">Wi-Fi</a></p></html>\n`)
}

/** Raw header pairs cost Node a third of what an object costs. */
function headersFor(location: string, body: Buffer): string[] {
  return [
    'Location', location,
    'Content-Type', 'text/html; charset=utf-8',
    'Content-Length', String(body.length),
    'Cache-Control', 'no-store',
    // With keep-alive Firefox stayed captive 9 s and more after its release: the connection stays redirected (portal.md).
    'Connection', 'close',
  ]
}

/**
 * What a captive client gets for every foreign address: 302 to the configured `url`, never to anything the request names,
 * with a body that is not empty (Android takes an empty one for the open internet). `stateOf` may add a signed `?to=`.
 */
export function captiveAnswer(url: string, stateOf: (wanted: string, request: IncomingMessage) => string | undefined): (request: IncomingMessage, response: ServerResponse) => void {
  const plainBody = bodyFor(url)
  const plainHeaders = headersFor(url, plainBody)

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const wanted = wantedAddress(request)
    const state = wanted === undefined ? undefined : stateOf(wanted, request)
    if (state === undefined) return void response.writeHead(302, plainHeaders).end(plainBody)
    const location = `${url}?to=${state}`
    const body = bodyFor(location)
    response.writeHead(302, headersFor(location, body)).end(body)
  }

  return function answerCaptive(request, response) {
    if (request.method === 'GET' || request.method === 'HEAD') return answer(request, response)
    // Closing on a body that is still arriving resets the connection, and the answer with it: read it first, within reason.
    let unread = 0
    request.on('data', (chunk: Buffer) => {
      unread += chunk.length
      if (unread > MOST_UNREAD_BYTES && !response.headersSent) answer(request, response)
    })
    request.once('end', () => void (response.headersSent || answer(request, response)))
  }
}
