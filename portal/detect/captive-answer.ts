import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostName } from './hosts.ts'
import { isProbe } from './probes.ts'
import { rawField } from './raw-field.ts'

/** More of an unwanted body than this is not read before the answer. */
const MOST_UNREAD_BYTES = 64 * 1024

/** The address a person asked for, worth coming back to; undefined for probes, other methods and what no browser navigates to. */
export function wantedAddress({ method, url = '/', rawHeaders }: IncomingMessage, hostHeader: string | undefined): string | undefined {
  if (method !== 'GET' || !url.startsWith('/') || !rawField(rawHeaders, 'accept')?.includes('text/html')) return undefined
  const host = hostName(hostHeader)
  return host === undefined || isProbe(host, url) ? undefined : `http://${hostHeader}${url}`
}

/** A string of ASCII, as every `url` is: Node writes it together with the head, a buffer as a second piece. */
function bodyFor(location: string): string {
  const href = location.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Wi-Fi</title><p><a href="${href}">Wi-Fi</a></p></html>\n`
}

/** Raw header pairs cost Node a third of what an object costs. */
function headersFor(location: string, body: string): string[] {
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
export function captiveAnswer(url: string, stateOf: (wanted: string, request: IncomingMessage) => string | undefined): (request: IncomingMessage, response: ServerResponse, host: string | undefined) => void {
  const plainBody = bodyFor(url)
  const plainHeaders = headersFor(url, plainBody)

  function answer(request: IncomingMessage, response: ServerResponse, host: string | undefined): void {
    const wanted = wantedAddress(request, host)
    const state = wanted === undefined ? undefined : stateOf(wanted, request)
    if (state === undefined) return void response.writeHead(302, plainHeaders).end(plainBody, 'latin1')
    const location = `${url}?to=${state}`
    const body = bodyFor(location)
    response.writeHead(302, headersFor(location, body)).end(body, 'latin1')
  }

  return function answerCaptive(request, response, host) {
    if (request.method === 'GET' || request.method === 'HEAD') return answer(request, response, host)
    // Closing on a body that is still arriving resets the connection, and the answer with it: read it first, within reason.
    let unread = 0
    request.on('data', (chunk: Buffer) => {
      unread += chunk.length
      if (unread > MOST_UNREAD_BYTES && !response.headersSent) answer(request, response, host)
    })
    request.once('end', () => void (response.headersSent || answer(request, response, host)))
  }
}
