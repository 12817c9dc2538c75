import { choicesOf } from '../consent/extras.ts'
import { checkFormToken } from '../consent/form-token.ts'
import { clientIdOf } from '../controllers/controller-desk.ts'
import { keptAddress } from '../detect/wanted-address.ts'
import type { Form } from '../form.ts'
import { barrierPage } from '../pages/barrier.ts'
import { href } from '../pages/frame.ts'
import type { Filled } from '../pages/ways.ts'
import { standingStill, stopped } from '../session/standing.ts'
import type { Visit, Visits } from '../visit.ts'
import { showFree } from './free-route.ts'
import { methodOf, methodsAt, type Method } from './methods.ts'
import type { Problem } from './problems.ts'
import { createSuccess } from './success.ts'

/** A link fills a field and does nothing else. */
function filledByLink(methods: readonly Method[], query: (name: string) => string | undefined): Filled | undefined {
  for (const { id, fields } of methods) {
    for (const { name, query: parameter, most } of fields) {
      const value = parameter === undefined ? undefined : query(parameter)
      if (value !== undefined && value.length <= most) return { method: id, values: { [name]: value } }
    }
  }
  return undefined
}

/** `GET /`: the page with the form, for who needs it. */
export function welcomeRoute(visits: Visits) {
  const { settings, readerOf, askerOf, liveOf, welcome, fail } = visits
  return async function showWelcome(visit: Visit) {
    const reader = readerOf(visit)
    const asker = askerOf(visit)
    if (asker.kind !== 'client') return fail(visit, reader, 'unknown')
    if (visits.free.at(reader.site)) return showFree(visits, visit, reader)
    const elsewhere = stopped(visits, visit, reader, asker) ?? standingStill(visits, visit, reader, asker)
    if (elsewhere) return elsewhere
    if (await liveOf(asker)) return visit.redirect(href(reader, '/status'), 303)
    return welcome(visit, reader, asker, { filled: filledByLink(methodsAt(settings, reader.site.id), (name) => visit.req.query(name)) })
  }
}

/** What was typed goes back into the page, but for what is secret. */
function typedAgain({ id, fields }: Method, form: (name: string) => string | undefined, problem?: Problem): Filled {
  const values = fields.flatMap(({ name, secret, most }) => (secret ? [] : [[name, (form(name) ?? '').slice(0, most)]]))
  return { method: id, values: Object.fromEntries(values), ...(problem && { problem }) }
}

/** `POST /connect`: the form comes back. */
export function connectRoute(visits: Visits) {
  const { settings, controllers, formKey, effects, readerOf, askerOf, liveOf, termsFor, welcome, wrong, fail, refused, page, keepsakeOf } = visits
  const { clock } = effects
  const successOf = createSuccess(clock)

  return async function connect(visit: Visit, form: Form) {
    const reader = readerOf(visit, form('lang'), form('to'))
    const asker = askerOf(visit)
    if (asker.kind !== 'client') return fail(visit, reader, 'unknown')
    if (asker.contested) return fail(visit, reader, 'contested')
    const barrier = stopped(visits, visit, reader, asker)
    if (barrier) return barrier
    if (await liveOf(asker)) return visit.redirect(href(reader, '/status'), 303)
    const method = methodOf(methodsAt(settings, reader.site.id), form('method'))
    const terms = termsFor(reader)
    if (!method) return fail(visit, reader, 'malformed')
    const again = typedAgain(method, form)
    if (form('terms') !== terms.sha256) return welcome(visit, reader, asker, { notice: 'terms', filled: again, status: 400 })
    const verdict = checkFormToken(formKey, { client: clientIdOf(asker), purpose: method.purpose, termsSha256: terms.sha256 }, form('token') ?? '', clock.now())
    if (verdict === 'foreign') {
      refused('form_token')
      return welcome(visit, reader, asker, { notice: 'foreign', filled: again, status: 403 })
    }
    if (verdict === 'stale') return welcome(visit, reader, asker, { notice: 'stale', filled: again })
    const proof = method.prove(form)
    if (proof.kind === 'problem') return wrong(visit, reader, asker, typedAgain(method, form, proof))
    const arrived = visit.get('arrived')
    const connected = await visits.connect({ mac: asker.mac, site: reader.site, language: reader.language, method, proof, terms, arrived, choices: choicesOf(settings.extras, reader.language, form) })
    if (connected.kind === 'problem') return wrong(visit, reader, asker, typedAgain(method, form, connected))
    if (connected.kind === 'failed') return fail(visit, reader, connected.failure)
    if (connected.kind === 'stopped') return page(visit, barrierPage(reader, connected.barrier, clock.now()), 403)
    if (connected.kind === 'live') return visit.redirect(href(reader, '/status'), 303)
    if (connected.kind === 'handed') return visit.redirect(connected.to, 303)
    const keep = keepsakeOf(connected.token, connected.code)
    const back = arrived && controllers.wayBack(arrived.arrival, `${keep.absoluteUrl}?lang=${reader.language}`)
    if (back !== undefined) return visit.redirect(back, 303)
    const continueTo = keptAddress(formKey, visit.env.source, reader.to, clock.now())
    // This very tap may have found out what is the matter.
    return page(visit, await successOf({ ...reader, state: visits.service.told() }, { session: connected.session, keep, continueTo, extrasRefused: connected.extrasRefused }))
  }
}
