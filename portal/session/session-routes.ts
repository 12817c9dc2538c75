// What someone who is online, or was, may see and do.
import { readForm } from '../form.ts'
import { endedPage, gonePage, offlinePage } from '../pages/offline.ts'
import { statusPage } from '../pages/online.ts'
import type { Visit, Visits } from '../visit.ts'
import { parseToken } from './token.ts'

/** `GET /status`: being the device shows what is left. */
export function statusRoute({ sessionOf, readerOf, page, effects }: Visits) {
  return async function showStatus(visit: Visit) {
    const session = await sessionOf(visit)
    return page(visit, session ? statusPage(readerOf(visit), session, effects.clock.now(), undefined) : offlinePage(readerOf(visit)))
  }
}

/** `GET /s/<token>`: the link that is its holder's alone. */
export function heldRoute({ sessions, controllers, readerOf, page, keepsakeOf, effects }: Visits) {
  return async function showHeld(visit: Visit) {
    const token = parseToken(visit.req.param('token') ?? '')
    const session = token && (await sessions.held(token))
    const away = session && controllers.leaving(session.behind)
    if (away !== undefined) visit.set('formTo', new URL(away).origin)
    return session ? page(visit, statusPage(readerOf(visit), session, effects.clock.now(), keepsakeOf(token))) : page(visit, gonePage(readerOf(visit)), 404)
  }
}

/** `GET /s/<token>/receipt`: the signed text and the code to withdraw it with. */
export function receiptRoute({ sessions, receipts, readerOf, page }: Visits) {
  return async function showReceipt(visit: Visit) {
    const token = parseToken(visit.req.param('token') ?? '')
    const session = token && (await sessions.held(token))
    const jws = session && receipts.jws(session.receipt)
    return session && jws !== undefined ? visit.text(`${jws}\n\n${session.withdrawal}\n`) : page(visit, gonePage(readerOf(visit)), 404)
  }
}

/** `POST /disconnect`, with the session token. */
export function disconnectRoute({ sessions, controllers, readerOf, page, broken }: Visits) {
  return async function disconnect(visit: Visit) {
    const form = await readForm(visit.req.raw)
    const reader = readerOf(visit, form('lang'))
    const token = parseToken(form('token') ?? '')
    const session = token && (await sessions.held(token))
    if (!session) return page(visit, gonePage(reader), 404)
    try {
      const ended = await sessions.end(session.id, 'userRequest')
      // A phone that is still behind its controller can leave there by itself.
      const away = ended ? undefined : controllers.leaving(session.behind)
      if (away !== undefined) return visit.redirect(away, 303)
      return ended ? page(visit, endedPage(reader, ended)) : page(visit, gonePage(reader), 404)
    } catch (error) {
      return broken(visit, 'a session did not end at once', error)
    }
  }
}
