// Where controllers send phones, and where their own programs ask.
import type { Form } from '../form.ts'
import { keepAddress } from '../detect/wanted-address.ts'
import { parseToken } from '../session/token.ts'
import type { Visit, Visits } from '../visit.ts'
import type { Arrival, Controller } from './controller.ts'

const POLL = 'auth_get'

/** Only our own link, which we gave to the controller ourselves, and only when the controller signs what it brings back. */
function ownLink({ wanted = '', bind }: Arrival, url: string): string | undefined {
  if (bind !== 'ctl' || !URL.canParse(wanted)) return undefined
  const { origin, pathname, search } = new URL(wanted)
  // What the URL is, not how it begins: `/s/..//elsewhere` would be another host. Anyone can have such an address signed by asking for it.
  const token = /^\/s\/([^/%]+)$/.exec(pathname)?.[1] ?? ''
  return origin === new URL(url).origin && parseToken(token) !== undefined ? pathname + search : undefined
}

function toAddress(visits: Visits, visit: Visit, { wanted }: Arrival): string {
  const { formKey, effects } = visits
  const state = wanted === undefined ? undefined : keepAddress(formKey, visit.env.source, wanted, effects.clock.now())
  return state === undefined ? '' : `&to=${state}`
}

function answer(visits: Visits, visit: Visit, controller: Controller): Response | Promise<Response> {
  const { controllers, guests, url, fail, readerOf, refused } = visits
  const authority = visit.req.header('host') ?? ''
  const target = visit.env.target ?? ''
  const introduced = controllers.introduce(controller, { authority, target, query: new URLSearchParams(target.split('?', 2)[1] ?? '') })
  if (introduced.kind === 'refused') {
    refused(`controller_${introduced.why}`)
    return fail(visit, readerOf(visit), 'arrival')
  }
  const { arrival } = introduced
  const state = controllers.seal(arrival)
  if (state === undefined) return fail(visit, readerOf(visit), 'arrival')
  if (arrival.event === 'login') return visit.redirect(`/?at=${state}${toAddress(visits, visit, arrival)}`, 302)
  if (arrival.event === 'failed') return visit.redirect(`/refused?at=${state}`, 302)
  const user = arrival.facts['user']
  if (arrival.event === 'online' && user !== undefined) guests.online(user, arrival)
  return visit.redirect(ownLink(arrival, url) ?? `/status?at=${state}`, 302)
}

/** `GET /at/<controller>`: a phone, introduced by its controller; or, on openNDS's level 4, its authmon. */
export function introduceRoute(visits: Visits) {
  return function introduce(visit: Visit) {
    const controller = visits.controllers.named(visit.req.param('controller') ?? '')
    if (!controller) return visits.fail(visit, visits.readerOf(visit), 'arrival')
    return visit.req.query(POLL) === undefined ? answer(visits, visit, controller) : poll(visits, visit, controller, (name) => visit.req.query(name))
  }
}

/** `GET /guest/s/<site>/`: UniFi's own path; the site is the controller's. */
export function unifiRoute(visits: Visits) {
  return function introduce(visit: Visit) {
    const controller = visits.controllers.ofApiSite(visit.req.param('site') ?? '')
    return controller ? answer(visits, visit, controller) : visits.fail(visit, visits.readerOf(visit), 'arrival')
  }
}

/** `POST /at/<controller>`: authmon of openNDS's level 3. */
export function pollRoute(visits: Visits) {
  return async function polled(visit: Visit, form: Form) {
    const controller = visits.controllers.named(visit.req.param('controller') ?? '')
    return controller ? poll(visits, visit, controller, form) : visits.fail(visit, visits.readerOf(visit), 'arrival')
  }
}

function poll({ controllers, fail, readerOf }: Visits, visit: Visit, controller: Controller, form: (name: string) => string | undefined): Response | Promise<Response> {
  const told = controllers.ask(controller, visit.env.source, form)
  return told === undefined ? fail(visit, readerOf(visit), 'arrival') : visit.text(told)
}

/** `GET /refused`: its controller's server has said no. */
export function refusedRoute({ fail, readerOf }: Visits) {
  return (visit: Visit) => fail(visit, readerOf(visit), 'refused')
}
