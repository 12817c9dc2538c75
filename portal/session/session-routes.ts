// What someone who is online, or was, may see and do.
import type { Form } from '../form.ts'
import { showFree } from '../login/free-route.ts'
import { endedPage, gonePage, offlinePage } from '../pages/offline.ts'
import { statusPage } from '../pages/online.ts'
import { pausedPage } from '../pages/paused.ts'
import type { Visit, Visits } from '../visit.ts'
import { EXTENDED, type Extended } from './extending.ts'
import { outlookOf, ownFormToken, standingStill } from './standing.ts'
import { parseToken } from './token.ts'

/** How a request for more time ended, as its redirect says. */
function extendedIn(visit: Visit): Extended | undefined {
  return EXTENDED.find((outcome) => outcome === visit.req.query('more'))
}

/** `GET /status`: being the device shows what is left. */
export function statusRoute(visits: Visits) {
  const { sessions, sessionOf, askerOf, readerOf, page, effects } = visits
  return async function showStatus(visit: Visit) {
    const reader = readerOf(visit)
    if (visits.free.at(reader.site)) return showFree(visits, visit, reader)
    await sessions.fresh()
    const session = await sessionOf(visit)
    const asker = askerOf(visit)
    if (asker.kind !== 'client' || !session) return (asker.kind === 'client' && standingStill(visits, visit, reader, asker)) || page(visit, offlinePage(reader))
    const nowMs = effects.clock.now()
    return page(visit, statusPage(reader, session, nowMs, undefined, outlookOf(visits, session, nowMs, extendedIn(visit)), { name: 'form', value: ownFormToken(visits, asker) }))
  }
}

/** `GET /s/<token>`: the link that is its holder's alone. */
export function heldRoute(visits: Visits) {
  const { sessions, controllers, readerOf, page, keepsakeOf, codeOf, effects } = visits
  return async function showHeld(visit: Visit) {
    const reader = readerOf(visit)
    const token = parseToken(visit.req.param('token') ?? '')
    if (!token) return page(visit, gonePage(reader), 404)
    await sessions.fresh()
    const key = { name: 'token', value: token } as const
    const paused = sessions.heldPaused(token)
    if (paused) return page(visit, pausedPage(reader, paused, key))
    const session = await sessions.held(token)
    const away = session && controllers.leaving(session.behind)
    if (away !== undefined) visits.formsTo(visit, new URL(away).origin)
    const nowMs = effects.clock.now()
    const own = session?.behind ? { ...reader, at: controllers.stateOf(session.mac, session.behind) } : reader
    return session ? page(visit, statusPage(own, session, nowMs, keepsakeOf(token, codeOf(token)), outlookOf(visits, session, nowMs, extendedIn(visit)), key)) : page(visit, gonePage(reader), 404)
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
  return async function disconnect(visit: Visit, form: Form) {
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
