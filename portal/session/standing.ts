// What someone who is online, or stands still, may ask for: more time, a pause, to go on.
import { checkFormToken, issueFormToken, type FormToken } from '../consent/form-token.ts'
import { clientIdOf } from '../controllers/controller-desk.ts'
import { isMereClaim } from '../controllers/own-session.ts'
import type { Form } from '../form.ts'
import { barrierPage } from '../pages/barrier.ts'
import { href, type Reader } from '../pages/frame.ts'
import { gonePage } from '../pages/offline.ts'
import type { Outlook } from '../pages/outlook.ts'
import { pausedPage } from '../pages/paused.ts'
import type { Client, Visit, Visits } from '../visit.ts'
import type { Extended } from './extending.ts'
import type { OpenSession } from './session.ts'
import { parseToken } from './token.ts'

/** For `session` forms of the device itself: no terms belong to them. */
const NO_TERMS = ''
const purpose = 'session' as const

/** On a page that is the device's, a form token; on the page of a session token, that one. */
export function ownFormToken({ formKey, effects }: Visits, client: Client): FormToken {
  return issueFormToken(formKey, { client: clientIdOf(client), purpose, termsSha256: NO_TERMS }, effects.clock.now(), effects.random)
}

/** What lies ahead of a session. `told`: how a request for more time ended. */
export function outlookOf({ settings, sessions, extending }: Visits, session: OpenSession, nowMs: number, told?: Extended): Outlook {
  const { untilMs } = sessions.openness(session.site, nowMs)
  return {
    closing: untilMs !== undefined && untilMs <= session.deadlineMs,
    overQuota: settings.overQuota ?? 'end',
    extend: extending.possible(session),
    ...(told && { told }),
  }
}

/** The page for who may not go online here now; undefined where nothing stands in the way. Who only claims a MAC hears of it by a tap: asking costs nothing. */
export function stopped({ sessions, effects, page }: Visits, visit: Visit, reader: Reader, { mac, behind }: Client): Response | Promise<Response> | undefined {
  const barrier = sessions.barrier(reader.site.id, isMereClaim(behind) ? undefined : mac, behind?.controller)
  return barrier && page(visit, barrierPage(reader, barrier, effects.clock.now()), 403)
}

/** The page for a device whose session stands still. */
export function standingStill(visits: Visits, visit: Visit, reader: Reader, client: Client): Response | Promise<Response> | undefined {
  const paused = visits.sessions.paused(client.mac, client.behind?.controller)
  return paused && visits.page(visit, pausedPage(reader, paused, { name: 'form', value: ownFormToken(visits, client) }))
}

/** Whose session a form is about: by the session token, or by being its device with a form token of ours. */
async function formSession<Session>(visits: Visits, visit: Visit, form: Form, of: { held(token: NonNullable<ReturnType<typeof parseToken>>): Session | Promise<Session>; own(client: Client): Session | Promise<Session> }): Promise<Session | undefined> {
  const token = parseToken(form('token') ?? '')
  if (token !== undefined) return of.held(token)
  const asker = visits.askerOf(visit)
  if (asker.kind !== 'client' || asker.contested) return undefined
  const verdict = checkFormToken(visits.formKey, { client: clientIdOf(asker), purpose, termsSha256: NO_TERMS }, form('form') ?? '', visits.effects.clock.now())
  return verdict === 'good' ? of.own(asker) : undefined
}

const back = (reader: Reader, form: Form, told?: Extended): string => {
  const token = parseToken(form('token') ?? '')
  const address = href(reader, token === undefined ? '/status' : `/s/${token}`)
  return told === undefined ? address : `${address}&more=${told}`
}

/** `POST /extend`: more time. Being the device is enough, because it takes nothing from anybody. */
export function extendRoute(visits: Visits) {
  const { sessions, extending, readerOf, page } = visits
  return async function extend(visit: Visit, form: Form) {
    const reader = readerOf(visit, form('lang'))
    const session = await formSession(visits, visit, form, { held: (token) => sessions.held(token), own: visits.liveOf })
    if (!session) return page(visit, gonePage(reader), 404)
    return visit.redirect(back(reader, form, await extending.extend(session)), 303)
  }
}

/** `POST /pause`, with the session token alone: it cuts a device off. */
export function pauseRoute({ sessions, readerOf, page, broken }: Visits) {
  return async function pause(visit: Visit, form: Form) {
    const reader = readerOf(visit, form('lang'))
    const token = parseToken(form('token') ?? '')
    const session = token && (await sessions.held(token))
    if (!session || session.behind) return page(visit, gonePage(reader), 404)
    try {
      await sessions.pause(session.id)
      return visit.redirect(back(reader, form), 303)
    } catch (error) {
      return broken(visit, 'a session was not paused', error)
    }
  }
}

/** `POST /resume`: as a tap would do. */
export function resumeRoute(visits: Visits) {
  const { sessions, readerOf, page, broken } = visits
  return async function resume(visit: Visit, form: Form) {
    const reader = readerOf(visit, form('lang'))
    const session = await formSession(visits, visit, form, { held: (token) => sessions.heldPaused(token), own: ({ mac, behind }) => sessions.paused(mac, behind?.controller) })
    if (!session) return page(visit, gonePage(reader), 404)
    const barrier = sessions.barrier(session.site, session.mac, session.behind?.controller)
    if (barrier) return page(visit, barrierPage(reader, barrier, visits.effects.clock.now()), 403)
    try {
      await sessions.resume(session.id)
      return visit.redirect(back(reader, form), 303)
    } catch (error) {
      return broken(visit, 'a session was not resumed', error)
    }
  }
}
