import { choicesOf } from '../consent/extras.ts'
import { checkFormToken, localClient } from '../consent/form-token.ts'
import { keptAddress } from '../detect/wanted-address.ts'
import { readForm } from '../form.ts'
import { href } from '../pages/frame.ts'
import { successPage } from '../pages/online.ts'
import type { Visit, Visits } from '../visit.ts'
import { methodOf } from './methods.ts'

/** `GET /`: the page with the form. */
export function welcomeRoute({ readerOf, askerOf, welcome, fail }: Visits) {
  return function showWelcome(visit: Visit) {
    const reader = readerOf(visit)
    const asker = askerOf(visit)
    return asker.kind === 'client' ? welcome(visit, reader, asker) : fail(visit, reader, 'unknown')
  }
}

/** `POST /connect`: the form comes back. */
export function connectRoute(visits: Visits) {
  const { settings, sessions, formKey, effects, readerOf, askerOf, termsFor, welcome, fail, refused, page, keepsakeOf } = visits
  const { clock } = effects

  return async function connect(visit: Visit) {
    const form = await readForm(visit.req.raw)
    const reader = readerOf(visit, form('lang'), form('to'))
    const asker = askerOf(visit)
    if (asker.kind !== 'client') return fail(visit, reader, 'unknown')
    if (asker.contested) return fail(visit, reader, 'contested')
    const method = methodOf(settings.methods, form('method'))
    const terms = termsFor(reader)
    if (!method) return fail(visit, reader, 'malformed')
    if (form('terms') !== terms.sha256) return welcome(visit, reader, asker, 'terms', 400)
    const verdict = checkFormToken(formKey, { client: localClient(asker.mac), purpose: 'connect', termsSha256: terms.sha256 }, form('token') ?? '', clock.now())
    if (verdict === 'foreign') {
      refused('form_token')
      return welcome(visit, reader, asker, 'foreign', 403)
    }
    if (await sessions.live(asker.mac)) return visit.redirect(href(reader, '/status'), 303)
    if (verdict === 'stale') return welcome(visit, reader, asker, 'stale')
    const connected = await visits.connect({ mac: asker.mac, site: reader.site, language: reader.language, method, terms, choices: choicesOf(settings.extras, reader.language, form) })
    if (connected.kind === 'failed') return fail(visit, reader, connected.failure)
    if (connected.kind === 'live') return visit.redirect(href(reader, '/status'), 303)
    const wanted = keptAddress(formKey, visit.env.source, reader.to, clock.now())
    return page(visit, successPage(reader, connected.session, clock.now(), keepsakeOf(connected.token), wanted, connected.extrasRefused))
  }
}
