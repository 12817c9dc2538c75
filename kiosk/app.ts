// Every route of the kiosk, in the order of the journey: screen, what it asks, the page for phones, the directory for others.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { isIP } from 'node:net'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { Asset, Assets } from './assets.ts'
import type { KioskParts } from './counting.ts'
import type { Directory } from './directory/directory.ts'
import { hsdsApi } from './hsds-api.ts'
import { openapi } from './openapi.ts'
import { servicePage } from './service-page.ts'
import { screenApi, type ScreenSource } from './screen-api.ts'
import type { KioskSettings } from './settings.ts'

const MOST_BODY_BYTES = 16 * 1024
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  // Nothing of a visit stays on the kiosk's disk.
  'cache-control': 'no-store',
}

export type KioskWiring = {
  readonly settings: KioskSettings
  readonly effects: Effects
  readonly parts: KioskParts
  readonly assets: Assets
  readonly directory: () => Directory
  readonly ready: () => boolean
  /** Where a phone reaches this kiosk, with a slash at the end. */
  readonly publicUrl: () => string
}

/** The host of a Host header without its port. */
function hostName(header: string | undefined): string {
  return (header ?? '').toLowerCase().replace(/:\d{1,5}$/, '')
}

/** Names under which the kiosk answers at all. */
function acceptedHosts({ hosts, acceptedHosts: named, url }: KioskSettings): ReadonlySet<string> {
  const address = (host: string) => (isIP(host) === 6 ? `[${host}]` : host.toLowerCase())
  const own = url === undefined ? [] : [URL.parse(url)?.hostname ?? '']
  return new Set([...LOOPBACK, ...hosts.map(address), ...named.map(address), ...own])
}

function serve({ type, bytes, gzip, immutable }: Asset, acceptEncoding: string | undefined): Response {
  const zipped = gzip !== undefined && /\bgzip\b/.test(acceptEncoding ?? '')
  const headers: Record<string, string> = { 'content-type': type, vary: 'accept-encoding', 'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-store' }
  if (zipped) headers['content-encoding'] = 'gzip'
  return new Response(zipped ? gzip : bytes, { headers })
}

export function createKioskApp({ settings, effects, parts, assets, directory, ready, publicUrl }: KioskWiring): Hono {
  // A slash at the end makes no other page: /hsds and /hsds/ are one.
  const app = new Hono({ strict: false })
  const accepted = acceptedHosts(settings)
  const foreign = effects.metrics.counter('parvis_kiosk_foreign_host_total', 'Requests for a host that is not ours')
  const failed = effects.metrics.counter('parvis_kiosk_failed_total', 'Requests that ended in an error of ours')
  const source: ScreenSource = { directory, settings, clock: effects.clock, parts, linkTo: (code) => `${publicUrl()}s/${code}` }

  app.onError((error, c) => {
    // Whoever hung up in the middle of a body hears no answer, and it was no mistake of ours.
    if ('code' in error && error.code === 'ECONNRESET') return c.body(null, 400)
    failed()
    effects.log.error('request-failed', { reason: reason(error) })
    return c.json({ error: 'the kiosk made a mistake' }, 500)
  })
  app.use('*', async (c, next) => {
    if (!accepted.has(hostName(c.req.header('host')))) {
      foreign()
      return c.text('This kiosk answers under its own name only.', 421, HEADERS)
    }
    await next()
    for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
    return undefined
  })
  // The screen is the only one that asks: another page in a browser that reaches the kiosk must not count as a need.
  app.use('/api/*', async (c, next) => {
    const origin = c.req.header('origin')
    if (origin === undefined) return next()
    // By host, not by scheme: a proxy may end TLS before us.
    const from = URL.parse(origin)?.host ?? ''
    const own = from !== '' && (from === c.req.header('host')?.toLowerCase() || from === URL.parse(settings.url ?? '')?.host)
    return own ? next() : c.json({ error: 'only for the screen of this kiosk' }, 403)
  })
  app.use('*', bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (c) => c.json({ error: `a body has at most ${MOST_BODY_BYTES} bytes` }, 413) }))

  app.get('/healthz', (c) => c.text('ok'))
  app.get('/readyz', (c) => (ready() ? c.text('ready') : c.text('not ready', 503)))
  app.get('/', (c) => {
    const index = assets.get('/index.html')
    return index ? serve(index, c.req.header('accept-encoding')) : c.notFound()
  })
  app.route('/api', screenApi(source))
  app.get('/s/:code', servicePage(source))
  app.route('/hsds', hsdsApi(directory, () => `${publicUrl()}openapi.json`))
  app.get('/openapi.json', (c) => c.json(openapi()))
  app.get('*', (c) => {
    const asset = assets.get(c.req.path)
    return asset ? serve(asset, c.req.header('accept-encoding')) : c.notFound()
  })
  app.notFound((c) => c.text('Nothing here.', 404))
  return app
}
