// Every route of the gateway, in the order of the journey. What is not listed here never reaches this file (detect/front-door.ts).
import { Hono, type Context } from 'hono'
import type { KeyObject } from '#shared/keyed-mac.ts'
import { isLanguage, LANGUAGES, preferredLanguage, type Language, type Translate } from '#shared/i18n/texts.ts'
import { MalformedError } from '#shared/errors.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { IpAddress } from '#shared/personal.ts'
import { checkFormToken, issueFormToken, localClient } from './consent/form-token.ts'
import type { Receipts } from './consent/receipts.ts'
import { termsOf, type Terms } from './consent/terms.ts'
import type { Sightings } from './count/sightings.ts'
import { CAPPORT_TYPE, capportAnswer } from './detect/capport.ts'
import type { Route } from './detect/front-door.ts'
import type { PlaceOf } from './detect/place.ts'
import { keptAddress, LONGEST_STATE } from './detect/wanted-address.ts'
import { readForm } from './form.ts'
import type { Asker, Neighbours } from './gateway/enforcer.ts'
import type { Connect } from './login/connect.ts'
import { methodOf } from './login/methods.ts'
import { FAILURES, failurePage, type Failure } from './pages/failure.ts'
import { href, type Html, type Reader } from './pages/frame.ts'
import { endedPage, gonePage, offlinePage } from './pages/offline.ts'
import { statusPage, successPage, type Keepsake } from './pages/online.ts'
import { recordedPage } from './pages/recorded.ts'
import { servicePage, type ServiceState } from './pages/service.ts'
import { CONTENT_SECURITY_POLICY } from './pages/style.ts'
import { durationWords } from './pages/time-words.ts'
import { welcomePage, type Notice } from './pages/welcome.ts'
import type { OpenSession } from './session/session.ts'
import type { Sessions } from './session/sessions.ts'
import { parseToken } from './session/token.ts'
import type { PortalSettings } from './settings.ts'

const READ = ['GET', 'HEAD'] as const
export const ROUTES: readonly Route[] = [
  { methods: READ, path: '/' },
  { methods: ['POST'], path: '/connect' },
  { methods: READ, path: '/status' },
  { methods: READ, path: '/s/:token', pattern: /^\/s\/[^/%]{20,60}$/ },
  { methods: READ, path: '/s/:token/receipt', pattern: /^\/s\/[^/%]{20,60}\/receipt$/ },
  { methods: ['POST'], path: '/disconnect' },
  { methods: READ, path: '/service' },
  { methods: READ, path: '/recorded' },
  { methods: READ, path: '/capport' },
  { methods: READ, path: '/healthz' },
  { methods: READ, path: '/readyz' },
]

/** On /healthz: which enforcer stands behind this portal, so that scripted citizens drive only one that filters nothing. */
export const ENFORCER_HEADER = 'parvis-enforcer'

/** The two ends of the connection that a request came by. */
export type Ends = { readonly source: IpAddress; readonly local: string | undefined }
type Env = { Bindings: Ends; Variables: { asker?: Asker } }

export type AppParts = {
  readonly settings: PortalSettings
  /** The configured address of this portal, ending in `/`. */
  readonly url: string
  readonly texts: (language: Language) => Translate
  readonly effects: Effects
  readonly formKey: KeyObject
  readonly neighbours: Neighbours
  readonly placeOf: PlaceOf
  readonly sightings: Sightings
  readonly sessions: Sessions
  readonly receipts: Receipts
  readonly connect: Connect
  /** Name of the enforcer; says nothing about anybody. */
  readonly enforcer: string
  serviceState(): ServiceState
  ready(): boolean
}

export function createApp(parts: AppParts): Hono<Env> {
  const { settings, effects, sessions, formKey } = parts
  const { clock, metrics, random } = effects
  const app = new Hono<Env>()
  const unfitted = metrics.counter('portal_unfitted_total', 'Requests from a place that no site matches; they go to site default.')
  const refused = (why: string) => metrics.counter('portal_refused_total', 'Requests refused, by reason.', { why })()

  /** A phone stands on the network it is a neighbour on, whichever address of ours it called. */
  function placeFor(c: Context<Env>) {
    const asker = c.get('asker')
    return parts.placeOf(c.env.local, asker?.kind === 'client' ? asker.interface : undefined)
  }

  function readerOf(c: Context<Env>, chosen = c.req.query('lang'), to = c.req.query('to')): Reader {
    const { site, fitted } = placeFor(c)
    if (!fitted && settings.sites.length > 1) unfitted()
    const offered = site.languages.filter(isLanguage)
    const languages = offered.length > 0 ? offered : LANGUAGES
    const language = languages.find((one) => one === chosen) ?? preferredLanguage(c.req.header('accept-language'), languages)
    const state = to !== undefined && to.length <= LONGEST_STATE && /^[\w-]+$/.test(to) ? to : undefined
    return { t: parts.texts(language), language, languages, site, servicesUrl: settings.servicesUrl, to: state }
  }

  async function askerOf(c: Context<Env>): Promise<Asker> {
    const asker = c.get('asker') ?? { kind: 'unknown' }
    if (asker.kind === 'client') parts.sightings.asked(placeFor(c).site.id, asker.mac)
    return asker
  }

  async function sessionOf(c: Context<Env>): Promise<OpenSession | undefined> {
    const asker = await askerOf(c)
    return asker.kind === 'client' ? sessions.live(asker.mac) : undefined
  }

  function termsFor({ t, language, site }: Reader): Terms {
    const seconds = settings.sessionSecondsAt?.[site.id] ?? settings.sessionSeconds
    return termsOf(language, [t('terms.free'), t('terms.time', { time: durationWords(t, seconds) }), t('terms.trace')])
  }

  const page = (c: Context<Env>, body: Html, status: 200 | 400 | 403 | 404 | 503 = 200) => c.html(body, status)
  function fail(c: Context<Env>, reader: Reader, failure: Failure) {
    refused(failure)
    const { status } = FAILURES[failure]
    if (status === 503) c.header('Retry-After', '60')
    return page(c, failurePage(reader, failure), status)
  }

  async function welcome(c: Context<Env>, reader: Reader, asker: Asker & { kind: 'client' }, notice?: Notice, status: 200 | 400 | 403 = 200) {
    const online = (await sessions.live(asker.mac)) !== undefined
    const terms = termsFor(reader)
    const token = issueFormToken(formKey, { client: localClient(asker.mac), purpose: 'connect', termsSha256: terms.sha256 }, clock.now(), random)
    return page(c, welcomePage(reader, { terms, token, method: settings.methods[0] ?? 'click', notice, online }), status)
  }

  const keepsakeOf = (token: Keepsake['token']): Keepsake => ({ token, absoluteUrl: new URL(`/s/${token}`, parts.url).href })

  app.use(async (c, next) => {
    await next()
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    // `same-origin`, because with none at all a form post has the Origin `null`; a session link must not travel even so.
    c.header('Referrer-Policy', c.req.path.startsWith('/s/') || c.req.path === '/connect' ? 'no-referrer' : 'same-origin')
    c.header('X-Content-Type-Options', 'nosniff')
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  // Before anyone is looked for: a monitor is not a visitor.
  app.get('/healthz', (c) => c.text('ok\n', 200, { [ENFORCER_HEADER]: parts.enforcer }))
  app.get('/readyz', (c) => (parts.ready() ? c.text('ready\n') : c.text('not ready\n', 503)))

  app.use(async (c, next) => {
    c.set('asker', await parts.neighbours.asker(c.env.source))
    await next()
  })

  app.get('/', async (c) => {
    const reader = readerOf(c)
    const asker = await askerOf(c)
    return asker.kind === 'client' ? welcome(c, reader, asker) : fail(c, reader, 'unknown')
  })

  app.post('/connect', async (c) => {
    const form = await readForm(c.req.raw)
    const reader = readerOf(c, form('lang'), form('to'))
    const asker = await askerOf(c)
    if (asker.kind !== 'client') return fail(c, reader, 'unknown')
    if (asker.contested) return fail(c, reader, 'contested')
    const method = methodOf(settings.methods, form('method'))
    const terms = termsFor(reader)
    if (!method) return fail(c, reader, 'malformed')
    if (form('terms') !== terms.sha256) return welcome(c, reader, asker, 'terms', 400)
    const verdict = checkFormToken(formKey, { client: localClient(asker.mac), purpose: 'connect', termsSha256: terms.sha256 }, form('token') ?? '', clock.now())
    if (verdict === 'foreign') {
      refused('form_token')
      return welcome(c, reader, asker, 'foreign', 403)
    }
    if (await sessions.live(asker.mac)) return c.redirect(href(reader, '/status'), 303)
    if (verdict === 'stale') return welcome(c, reader, asker, 'stale')
    const connected = await parts.connect({ mac: asker.mac, site: reader.site, language: reader.language, method, terms })
    if (connected.kind === 'failed') return fail(c, reader, connected.failure)
    if (connected.kind === 'live') return c.redirect(href(reader, '/status'), 303)
    const wanted = keptAddress(formKey, c.env.source, reader.to, clock.now())
    return page(c, successPage(reader, connected.session, clock.now(), keepsakeOf(connected.token), wanted))
  })

  app.get('/status', async (c) => {
    const session = await sessionOf(c)
    return page(c, session ? statusPage(readerOf(c), session, clock.now(), undefined) : offlinePage(readerOf(c)))
  })

  app.get('/s/:token', async (c) => {
    const token = parseToken(c.req.param('token'))
    const session = token && (await sessions.held(token))
    return session ? page(c, statusPage(readerOf(c), session, clock.now(), keepsakeOf(token))) : page(c, gonePage(readerOf(c)), 404)
  })

  app.get('/s/:token/receipt', async (c) => {
    const token = parseToken(c.req.param('token'))
    const session = token && (await sessions.held(token))
    const jws = session && parts.receipts.jws(session.receipt)
    return session && jws !== undefined ? c.text(`${jws}\n\n${session.withdrawal}\n`) : page(c, gonePage(readerOf(c)), 404)
  })

  app.post('/disconnect', async (c) => {
    const form = await readForm(c.req.raw)
    const reader = readerOf(c, form('lang'))
    const token = parseToken(form('token') ?? '')
    const session = token && (await sessions.held(token))
    if (!session) return page(c, gonePage(reader), 404)
    try {
      const ended = await sessions.end(session.id, 'userRequest')
      return ended ? page(c, endedPage(reader, ended)) : page(c, gonePage(reader), 404)
    } catch (error) {
      effects.log.error('a session did not end at once', { reason: reason(error) })
      return fail(c, reader, 'gate')
    }
  })

  app.get('/service', (c) => page(c, servicePage(readerOf(c), parts.serviceState())))

  app.get('/recorded', async (c) => page(c, recordedPage(readerOf(c), { controller: settings.controller, session: await sessionOf(c), nowMs: clock.now() })))

  app.get('/capport', async (c) => {
    const answer = capportAnswer(await sessionOf(c), clock.now(), settings.apiUrl === undefined ? parts.url : new URL('/', settings.apiUrl).href, undefined)
    return c.body(JSON.stringify(answer), 200, { 'Content-Type': CAPPORT_TYPE, 'Cache-Control': 'private, no-store' })
  })

  app.onError((error, c) => {
    if (error instanceof MalformedError) return fail(c, readerOf(c), 'malformed')
    effects.log.error('a request failed', { reason: reason(error) })
    return fail(c, readerOf(c), 'gate')
  })
  return app
}
