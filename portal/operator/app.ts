// What an operator at the gateway may see and do: find one connection, end it, keep its device out for the day. Mounted at /operator
// of the door on loopback.
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import type { Effects } from '#shared/effects.ts'
import { createTexts, preferredLanguage, type Language } from '#shared/i18n/texts.ts'
import { reason } from '#shared/log.ts'
import type { Site } from '#shared/place.ts'
import type { Neighbours } from '../gateway/enforcer.ts'
import type { Alarm } from '../legal/alarms.ts'
import { portalTexts } from '../pages/texts.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Held } from '../state/conditions.ts'
import type { Diagnosis } from '../state/doctor.ts'
import type { Access } from './access.ts'
import { createFind, type Found } from './find.ts'
import { ACTS, DONE, enterPage, homePage, LOOK, type Act, type Done, type Home, type View } from './pages.ts'
import { createRows } from './rows.ts'
import { OPERATOR_LANGUAGES, OPERATOR_TEXTS } from './texts.ts'

const MOST_BODY_BYTES = 4 * 1024
const COOKIE = 'parvis-operator'
const PLACE = { path: '/operator', httpOnly: true, sameSite: 'Strict' } as const
const STATUS = { wrong: 403, wait: 429 } as const

export type OperatorParts = {
  readonly access: Access
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'bar' | 'liftBar' | 'barrier'>
  readonly neighbours: Pick<Neighbours, 'asker'>
  readonly sites: readonly Site[]
  held(): readonly Held[]
  /** What the law's log asks for. */
  alarms(): readonly Alarm[]
  diagnoses(): readonly Diagnosis[]
}

type Env = { Variables: { view: View; name: string } }

export function operatorApp(parts: OperatorParts, effects: Effects): Hono<Env> {
  const { access, sessions, sites } = parts
  const log = effects.log.scoped('operator')
  const app = new Hono<Env>()
  const [texts, shared] = [createTexts(OPERATOR_TEXTS), portalTexts()]
  const find = createFind(parts)
  const rows = createRows(effects.random)

  const isBarred = ({ mac, controller, session }: Found): boolean => sites.some(({ id }) => (session === undefined || session.site === id) && sessions.barrier(id, mac, controller)?.kind === 'barred')
  function languageOf(c: Context): Language {
    const asked = c.req.query('lang') ?? ''
    return OPERATOR_LANGUAGES.find((one) => one === asked) ?? preferredLanguage(c.req.header('accept-language'), OPERATOR_LANGUAGES)
  }
  async function fieldOf(c: Context, name: string): Promise<string> {
    const form = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
    const value = Object.hasOwn(form, name) ? form[name] : undefined
    return typeof value === 'string' ? value : ''
  }
  const home = (c: Context<Env>, more: Partial<Home> = {}) => c.html(homePage(c.get('view'), { name: c.get('name'), held: parts.held(), alarms: parts.alarms(), diagnoses: parts.diagnoses(), ...more }))

  const acts: Readonly<Record<Act, (found: Found) => Promise<boolean>>> = {
    end: async ({ session }) => session !== undefined && (await sessions.end(session.id, 'adminReset')) !== undefined,
    bar: async ({ session }) => session !== undefined && (await sessions.bar(session.id)) !== undefined,
    lift: async ({ mac, controller }) => (sessions.liftBar(mac, controller), true),
  }
  async function doneBy(act: Act, found: Found | undefined): Promise<Done> {
    if (!found) return 'gone'
    try {
      return (await acts[act](found)) ? DONE[act] : 'gone'
    } catch (error) {
      log.warn('an act of an operator did not end', { act, reason: reason(error) })
      return 'failed'
    }
  }

  app.use(async (c, next) => {
    c.header('content-security-policy', LOOK.policy())
    c.header('referrer-policy', 'same-origin')
    c.header('cross-origin-opener-policy', 'same-origin')
    const language = languageOf(c)
    c.set('view', { t: texts(language), shared: shared(language), language, nowMs: effects.clock.now(), sites })
    await next()
  })
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (c) => c.text('At most 4 kB.\n', 413) }))
  app.use(csrf())

  app.post('/enter', async (c) => {
    const entered = access.enter(await fieldOf(c, 'code'))
    if (entered.kind !== 'in') {
      log.warn('a code of an operator was refused', { why: entered.kind })
      return c.html(enterPage(c.get('view'), c.get('view').t(`enter.${entered.kind}`)), STATUS[entered.kind])
    }
    log.info('an operator came in', { operator: entered.name })
    setCookie(c, COOKIE, entered.token, PLACE)
    return c.redirect('/operator', 303)
  })
  app.use(async (c, next) => {
    const name = access.recognise(getCookie(c, COOKIE) ?? '')
    if (name === undefined) return c.req.method === 'GET' ? c.html(enterPage(c.get('view'))) : c.redirect('/operator', 303)
    c.set('name', name)
    return next()
  })
  app.get('/', (c) => home(c))
  app.post('/find', async (c) => {
    const { kind, found } = await find(await fieldOf(c, 'needle'))
    // Who looks leaves a trace; whom they looked for does not, nor whether anyone was there.
    log.info('an operator searched', { operator: c.get('name'), by: kind })
    return home(c, { search: { kind, rows: found.map((one) => rows.keep(one, isBarred(one))) } })
  })
  for (const act of ACTS) {
    app.post(`/${act}`, async (c) => {
      const done = await doneBy(act, rows.byHandle(await fieldOf(c, 'row')))
      log.info('an operator acted', { operator: c.get('name'), act, outcome: done })
      return home(c, { done })
    })
  }
  app.post('/leave', (c) => {
    access.leave(getCookie(c, COOKIE) ?? '')
    setCookie(c, COOKIE, '', { ...PLACE, maxAge: 0 })
    return c.redirect('/operator', 303)
  })
  return app
}
