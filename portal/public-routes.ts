// Pages that everyone may read, and what programs ask.
import { CAPPORT_TYPE, capportAnswer } from './detect/capport.ts'
import { PROFILES } from './legal/profile.ts'
import { recordedPage } from './pages/recorded.ts'
import type { Visit, Visits } from './visit.ts'

/** `GET /recorded`: "what did you record?" */
export function recordedRoute({ page, readerOf, sessionOf, settings, effects }: Visits) {
  return async (visit: Visit) => page(visit, recordedPage(readerOf(visit), { controller: settings.controller, profile: PROFILES[settings.legalProfile ?? 'default'], session: await sessionOf(visit), nowMs: effects.clock.now() }))
}

/** `GET /capport`: RFC 8908. */
export function capportRoute({ sessionOf, secure, effects }: Visits) {
  return async function tellCapport(visit: Visit) {
    const apiUrl = secure.apiUrl()
    const answer = capportAnswer(await sessionOf(visit), effects.clock.now(), apiUrl === undefined ? secure.url() : new URL('/', apiUrl).href, undefined)
    return visit.body(JSON.stringify(answer), 200, { 'Content-Type': CAPPORT_TYPE, 'Cache-Control': 'private, no-store' })
  }
}
