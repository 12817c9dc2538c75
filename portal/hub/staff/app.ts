import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import type { Effects } from '#shared/effects.ts'
import { createTexts, isLanguage, preferredLanguage, type Language } from '#shared/i18n/texts.ts'
import { MARK_SVG } from '#shared/look/tokens.ts'
import { isLoopback } from '../hosts.ts'
import type { HubStore } from '../store/store.ts'
import { createAccounts, type Right, type Staff } from './accounts.ts'
import { downloadPage } from './download.ts'
import { firstPage, messagePage, signInPage } from './forms.ts'
import { homePage, summaries } from './home.ts'
import { makePackage } from './package.ts'
import type { Setup } from './setup.ts'
import { createShelf } from './shelf.ts'
import { sitePage } from './site.ts'
import { STYLE } from './style.ts'
import { ar } from './texts/ar.ts'
import { en } from './texts/en.ts'
import { fr } from './texts/fr.ts'
import { voucherDesk, type DeskParts, type Said } from '../vouchers/desk.ts'
import { SHEET_STYLE } from '../vouchers/sheet-style.ts'
import type { Html, View } from './view.ts'

export type StaffParts = DeskParts & { readonly store: HubStore; readonly setup: Setup; readonly origin: () => string; readonly city: string; readonly languages: readonly Language[] }

const MOST_BODY_BYTES = 16 * 1024
const LANGUAGE_COOKIE = 'parvis-language'
const YEAR_SECONDS = 365 * 86_400
const COLOURED_MARK = MARK_SVG.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace('var(--square)', '#0B5C6B').replace('var(--sun)', '#F2B705')
/** Nothing from elsewhere, no script, no frame; forms only to ourselves. */
const HEADERS = {
  'content-security-policy': "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const
/** What staff are told when a sign-in is refused, and with which status. */
const SIGN_IN_STATUS = { wrong: 401, wait: 429, locked: 403, busy: 503 } as const
const FIRST_MESSAGES = { 'wrong-code': 'first.wrongCode', 'wrong-name': 'first.wrongName', 'wrong-password': 'first.wrongPassword' } as const

type Env = { Variables: { view: View; staff: Staff | undefined } }
type StaffContext = Context<Env>

/** Every page of the city's staff, in the order of their way through. */
export function staffApp(parts: StaffParts, effects: Effects): Hono<Env> {
  const { store, setup } = parts
  const app = new Hono<Env>()
  const texts = createTexts({ fr, en, ar })
  const accounts = createAccounts(store, effects)
  const shelf = createShelf(store.counts, effects.clock)
  const isSecure = () => parts.origin().startsWith('https:')
  const cookieName = () => (isSecure() ? '__Host-parvis-staff' : 'parvis-staff')

  function languageOf(c: StaffContext): Language {
    const asked = c.req.query('lang') ?? getCookie(c, LANGUAGE_COOKIE) ?? ''
    return isLanguage(asked) && parts.languages.includes(asked) ? asked : preferredLanguage(c.req.header('accept-language'), parts.languages)
  }
  function keepLanguage(c: StaffContext, language: Language): void {
    if (c.req.query('lang') === language) setCookie(c, LANGUAGE_COOKIE, language, { path: '/staff', maxAge: YEAR_SECONDS, sameSite: 'Lax', httpOnly: true, secure: isSecure() })
  }
  function enter(c: StaffContext, token: string): Response {
    setCookie(c, cookieName(), token, { path: '/', httpOnly: true, sameSite: 'Strict', secure: isSecure() })
    return c.redirect('/staff', 303)
  }
  async function fields(c: StaffContext): Promise<(name: string) => string> {
    const form = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
    return (name) => {
      const value = Object.hasOwn(form, name) ? form[name] : undefined
      return typeof value === 'string' ? value : ''
    }
  }
  /** A page behind the sign-in. `right` decides, never a role's name. */
  function guarded(right: Right, page: (c: StaffContext, view: View, staff: Staff) => Response | Html | Promise<Response | Html>) {
    return async function guard(c: StaffContext): Promise<Response> {
      const staff = c.get('staff')
      if (!staff) return c.redirect((await setup.open()) ? '/staff/first' : '/staff/sign-in', 303)
      const view = c.get('view')
      if (!staff.may(right)) return c.html(await messagePage(view, view.t('error.title'), view.t('error.text')), 403)
      const answer = await page(c, view, staff)
      return answer instanceof Response ? answer : c.html(await answer)
    }
  }

  async function told(c: StaffContext, said: Said): Promise<Response> {
    return 'to' in said ? c.redirect(said.to, 303) : c.html(await said.page, said.status)
  }

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
    await next()
  })
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' }))
  app.get('/mark.svg', (c) => c.body(COLOURED_MARK, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=86400' }))

  app.use(async (c, next) => {
    const language = languageOf(c)
    keepLanguage(c, language)
    const token = getCookie(c, cookieName())
    const staff = token === undefined ? undefined : await accounts.recognise(token)
    const { pathname, search } = new URL(c.req.url)
    const demo = (await store.counts.sites()).some((site) => site.demo)
    c.set('staff', staff)
    c.set('view', { language, languages: parts.languages, t: texts(language), city: parts.city, path: pathname + search, account: staff?.name, may: (right) => staff?.may(right) ?? false, demo })
    await next()
  })
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (c) => c.text('At most 16 kB.\n', 413) }))
  // Behind a proxy that ends TLS the request's own address says http, and what a browser says is the origin that staff typed.
  app.use(csrf({ origin: (origin, c) => origin === new URL(c.req.url).origin || origin === parts.origin() }))
  // A cookie over clear http would be anyone's on the way; on the machine itself nobody is on the way.
  app.use(async (c, next) => {
    if (isSecure() || isLoopback(new URL(c.req.url).hostname)) return next()
    const view = c.get('view')
    return c.html(await messagePage(view, view.t('signIn.title'), view.t('signIn.insecure')), 403)
  })

  app.get('/first', async (c) => ((await setup.open()) ? c.html(await firstPage(c.get('view'), '')) : c.redirect('/staff/sign-in', 303)))
  app.post('/first', async (c) => {
    if (!(await setup.open())) return c.redirect('/staff/sign-in', 303)
    const view = c.get('view')
    const field = await fields(c)
    const outcome = setup.matches(field('code')) ? await accounts.createFirst(field('name'), field('password')) : 'wrong-code'
    if (outcome !== 'created') return c.html(await firstPage(view, field('name'), view.t(FIRST_MESSAGES[outcome])), outcome === 'wrong-code' ? 403 : 400)
    effects.log.info('first_account_created')
    const signIn = await accounts.signIn(field('name'), field('password'))
    return signIn.kind === 'in' ? enter(c, signIn.token) : c.redirect('/staff/sign-in', 303)
  })

  app.get('/sign-in', async (c) => ((await setup.open()) ? c.redirect('/staff/first', 303) : c.html(await signInPage(c.get('view'), ''))))
  app.post('/sign-in', async (c) => {
    const view = c.get('view')
    const field = await fields(c)
    const signIn = await accounts.signIn(field('name'), field('password'))
    if (signIn.kind === 'in') return enter(c, signIn.token)
    if (signIn.kind !== 'wrong') c.header('retry-after', '60')
    return c.html(await signInPage(view, field('name'), view.t(`signIn.${signIn.kind}`)), SIGN_IN_STATUS[signIn.kind])
  })
  app.post('/sign-out', async (c) => {
    const token = getCookie(c, cookieName())
    if (token !== undefined) await accounts.signOut(token)
    setCookie(c, cookieName(), '', { path: '/', httpOnly: true, sameSite: 'Strict', secure: isSecure(), maxAge: 0 })
    return c.redirect('/staff/sign-in', 303)
  })

  const vouchers = voucherDesk(parts, effects)
  app.get('/vouchers.css', (c) => c.body(SHEET_STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' }))
  app.get('/vouchers', guarded('vouchers', (_c, view) => vouchers.show(view)))
  app.post('/vouchers', guarded('vouchers', async (c, view) => told(c, await vouchers.make(view, await fields(c)))))
  app.get('/vouchers/void', guarded('vouchers', async (c, view) => told(c, await vouchers.confirm(view, c.req.query('label') ?? ''))))
  app.post('/vouchers/void', guarded('vouchers', async (c, view) => told(c, await vouchers.void(view, (await fields(c))('label')))))

  app.get('/', async (c, next) => {
    const staff = c.get('staff')
    // Whoever may see no count has a page of their own.
    return staff?.may('vouchers') && !staff.may('counts') ? c.redirect('/staff/vouchers', 303) : next()
  })
  app.get(
    '/',
    guarded('counts', async (_c, view) => homePage(view, await summaries(store.counts, effects.clock.now()), await store.batches.quarantined())),
  )
  app.get(
    '/sites/:id',
    guarded('counts', async (c, view, staff) => {
      const shown = await shelf.site(c.req.param('id') ?? '', c.req.query('month'), c.req.query('day'))
      if (!shown) return c.html(await messagePage(view, view.t('error.title'), view.t('site.unknown')), 404)
      return sitePage(view, shown, staff.may('download'))
    }),
  )
  app.get(
    '/download',
    guarded('download', async (c, view) => downloadPage(view, await shelf.choices(c.req.query('site')))),
  )
  app.get(
    '/download.zip',
    guarded('download', async (c, view) => {
      const { site = '', month, from, to, excel } = c.req.query()
      const found = await shelf.download(site, { month, from, to })
      if (!found) return c.html(await downloadPage(view, { ...(await shelf.choices(site)), message: view.t('download.wrong') }), 400)
      const made = makePackage({ ...found, excel: excel === '1', language: view.language, t: view.t })
      effects.log.info('download', { site, from: found.period.from, to: found.period.to })
      return c.body(made.bytes, 200, { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${made.name}"` })
    }),
  )

  app.all('*', async (c) => {
    const view = c.get('view')
    return c.html(await messagePage(view, view.t('error.title'), view.t('error.text')), 404)
  })
  return app
}
