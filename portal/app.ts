// Every route of the gateway, in the order of the journey. What is not listed here never reaches the router (detect/front-door.ts).
import { Hono } from 'hono'
import { MalformedError } from '#shared/errors.ts'
import { heldReceiptRoute, receiptCopyRoute, receiptFormRoute, receiptsRoute } from './consent/receipt-routes.ts'
import { termsRoute } from './consent/terms-route.ts'
import { introduceRoute, pollRoute, refusedRoute, unifiRoute } from './controllers/controller-routes.ts'
import type { Route } from './detect/front-door.ts'
import { NO_FORM, readForm, type Form } from './form.ts'
import { connectRoute, welcomeRoute } from './login/connect-route.ts'
import { capportRoute, recordedRoute } from './public-routes.ts'
import { disconnectRoute, heldRoute, receiptRoute, statusRoute } from './session/session-routes.ts'
import { emergencyRoute, serviceRoute } from './state/state-routes.ts'
import { extendRoute, pauseRoute, resumeRoute } from './session/standing.ts'
import { createVisits, type Env, type PortalDesk, type Visit, type Visits } from './visit.ts'

/** Where nothing was posted the form is empty. */
type Answer = (visit: Visit, form: Form) => Response | Promise<Response>
type PortalRoute = Route & { readonly answers: (visits: Visits) => Answer }

/** On /healthz: which enforcer stands behind this portal, so that scripted citizens drive only one that filters nothing. */
export const ENFORCER_HEADER = 'parvis-enforcer'
const READ = ['GET', 'HEAD'] as const
const SUBMIT = ['POST'] as const

/** Asked before anyone is looked for: a monitor is not a visitor. */
const MONITORING: readonly PortalRoute[] = [
  { methods: READ, path: '/healthz', answers: ({ enforcer }) => (visit) => visit.text('ok\n', 200, { [ENFORCER_HEADER]: enforcer }) },
  { methods: READ, path: '/readyz', answers: ({ ready }) => (visit) => (ready() ? visit.text('ready\n') : visit.text('not ready\n', 503)) },
]

/** Before anyone is looked for as well: it is there when all else is broken. */
const EMERGENCY: readonly PortalRoute[] = [{ methods: READ, path: '/emergency', answers: emergencyRoute }]

const JOURNEY: readonly PortalRoute[] = [
  { methods: READ, path: '/', answers: welcomeRoute },
  { methods: SUBMIT, path: '/connect', answers: connectRoute },
  { methods: READ, path: '/status', answers: statusRoute },
  { methods: READ, path: '/s/:token', pattern: /^\/s\/[^/%]{20,60}$/, answers: heldRoute },
  { methods: READ, path: '/s/:token/receipt', pattern: /^\/s\/[^/%]{20,60}\/receipt$/, answers: receiptRoute },
  { methods: SUBMIT, path: '/disconnect', answers: disconnectRoute },
  { methods: SUBMIT, path: '/extend', answers: extendRoute },
  { methods: SUBMIT, path: '/pause', answers: pauseRoute },
  { methods: SUBMIT, path: '/resume', answers: resumeRoute },
  { methods: READ, path: '/terms', answers: termsRoute },
  { methods: READ, path: '/receipt', answers: receiptsRoute },
  { methods: SUBMIT, path: '/receipt', answers: receiptFormRoute },
  { methods: READ, path: '/receipt/:code', pattern: /^\/receipt\/[^/%]{16,48}$/, answers: heldReceiptRoute },
  { methods: READ, path: '/receipt/:code/copy', pattern: /^\/receipt\/[^/%]{16,48}\/copy$/, answers: receiptCopyRoute },
  { methods: READ, path: '/service', answers: serviceRoute },
  { methods: READ, path: '/recorded', answers: recordedRoute },
  { methods: READ, path: '/capport', answers: capportRoute },
  { methods: READ, path: '/at/:controller', pattern: /^\/at\/[a-z0-9-]{1,32}$/, answers: introduceRoute },
  { methods: SUBMIT, path: '/at/:controller', pattern: /^\/at\/[a-z0-9-]{1,32}$/, answers: pollRoute },
  { methods: READ, path: '/guest/s/:site/', pattern: /^\/guest\/s\/(?!\.\.?\/)[^/%]{1,64}\/$/, answers: unifiRoute },
  { methods: READ, path: '/refused', answers: refusedRoute },
]

export const ROUTES: readonly Route[] = [...JOURNEY, ...EMERGENCY, ...MONITORING]

/** Pages whose address, or where they lead, is nobody else's to know. */
const UNTOLD = ['/s/', '/receipt', '/connect']

const headersOf = ({ look }: Visits, answer: Answer) =>
  function withHeaders(visit: Visit) {
    // Before the answer is made: into one that is there already, each of them costs more than the router.
    visit.header('Content-Security-Policy', look.policy(undefined))
    // `same-origin`, because with none at all a form post has the Origin `null`; a session link must not travel even so.
    visit.header('Referrer-Policy', UNTOLD.some((path) => visit.req.path.startsWith(path)) ? 'no-referrer' : 'same-origin')
    visit.header('X-Content-Type-Options', 'nosniff')
    visit.header('Cache-Control', 'no-store')
    return answer(visit, NO_FORM)
  }

const toSomebody = (visits: Visits, answer: Answer): Answer =>
  async function knowing(visit) {
    // Begun at once (form.ts), and refused only when the page that says so knows to whom it speaks.
    const form = visit.req.method === 'POST' ? readForm(visit) : NO_FORM
    const [known] = await Promise.allSettled([Promise.all([visits.lookUp(visit), visits.service.fresh()]), form])
    if (known.status === 'rejected') throw known.reason
    await visits.letInFreely(visit)
    return answer(visit, await form)
  }

export function createApp(desk: PortalDesk): Hono<Env> {
  const app = new Hono<Env>()
  const visits = createVisits(desk)

  /** One handler a route: middleware costs the router a chain of promises for each request. */
  function register(routes: readonly PortalRoute[], wrap = (answer: Answer) => answer): void {
    for (const { methods, path, answers } of routes) {
      // Hono answers HEAD by GET.
      app.on(methods.filter((method) => method !== 'HEAD'), path, headersOf(visits, wrap(answers(visits))))
    }
  }
  register(MONITORING)
  register(EMERGENCY)
  register(JOURNEY, (answer) => toSomebody(visits, answer))

  // The front door lets nothing else in; should it ever, the answer has its headers too.
  app.notFound(headersOf(visits, (visit) => visit.text('', 404)))
  app.onError((error, visit) =>
    error instanceof MalformedError ? visits.fail(visit, visits.readerOf(visit), 'malformed') : visits.broken(visit, 'a request failed', error),
  )
  return app
}
