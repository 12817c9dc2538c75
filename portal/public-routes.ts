// Pages that everyone may read, and what programs ask.
import { CAPPORT_TYPE, capportAnswer } from './detect/capport.ts'
import { PROFILES } from './legal/profile.ts'
import { methodsAt } from './login/methods.ts'
import { recordedPage } from './pages/recorded.ts'
import { levelOf } from './state/conditions.ts'
import type { Visit, Visits } from './visit.ts'

/** `GET /recorded`: "what did you record?" */
export function recordedRoute({ page, readerOf, sessionOf, settings, effects }: Visits) {
  return async function showRecorded(visit: Visit) {
    const reader = readerOf(visit)
    const profile = PROFILES[settings.legalProfile ?? 'default']
    return page(visit, recordedPage(reader, { controller: settings.controller, profile, methods: methodsAt(settings, reader.site.id), session: await sessionOf(visit), nowMs: effects.clock.now() }))
  }
}

/** `GET /capport`: RFC 8908. */
export function capportRoute({ sessionOf, secure, service, extending, settings: { servicesUrl }, effects }: Visits) {
  return async function tellCapport(visit: Visit) {
    const session = await sessionOf(visit)
    const apiUrl = secure.apiUrl()
    const portalUrl = apiUrl === undefined ? secure.url() : new URL('/', apiUrl).href
    const disturbed = levelOf(service.told().held) !== 'works'
    const extendable = session !== undefined && extending.possible(session)
    const answer = capportAnswer({ session, nowMs: effects.clock.now(), portalUrl, servicesUrl, disturbed, extendable })
    return visit.body(JSON.stringify(answer), 200, { 'Content-Type': CAPPORT_TYPE, 'Cache-Control': 'private, no-store' })
  }
}
