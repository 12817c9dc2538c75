// What every route of the portal works with: who reads, who asks, and the pages that any of them may end in.
import type { Readable } from 'node:stream'
import type { Context } from 'hono'
import type { Effects } from '#shared/effects.ts'
import { preferredLanguage, type Translate } from '#shared/i18n/texts.ts'
import type { KeyObject } from '#shared/keyed-mac.ts'
import { reason } from '#shared/log.ts'
import type { IpAddress } from '#shared/personal.ts'
import type { SecureDoor } from './certificate/secure-door.ts'
import type { Receipts } from './consent/receipts.ts'
import type { Sightings } from './count/sightings.ts'
import type { Place, PlaceOf } from './detect/place.ts'
import type { ReceiptDesk } from './consent/receipt-desk.ts'
import { LONGEST_STATE } from './detect/wanted-address.ts'
import type { Asker, Neighbours } from './gateway/enforcer.ts'
import type { Opened } from './controllers/arrival-state.ts'
import { behindOf, type ControllerDesk } from './controllers/controller-desk.ts'
import { isOwnSession } from './controllers/own-session.ts'
import type { Guests } from './controllers/guests.ts'
import type { Connect } from './login/connect.ts'
import type { Free } from './login/free.ts'
import { createFrontPage, type FrontPage } from './login/front-page.ts'
import type { ReentryCode } from './login/reentry/code.ts'
import { FAILURES, failurePage, type Failure } from './pages/failure.ts'
import type { Html, Reader } from './pages/frame.ts'
import { isPageLanguage, PAGE_LANGUAGES, type PageLanguage } from './pages/languages.ts'
import type { Keepsake } from './pages/online.ts'
import { squeezed } from './pages/wire.ts'
import type { Extending } from './session/extending.ts'
import type { OpenSession } from './session/session.ts'
import type { Sessions } from './session/sessions.ts'
import type { PortalSettings } from './settings.ts'
import type { Doctor } from './state/doctor.ts'
import type { Service } from './state/service.ts'
import { createLook, type Look } from './theme/look.ts'

/** The two ends of the connection that a request came by. */
export type Ends = { readonly source: IpAddress; readonly local: string | undefined; /** The request target as it came. */ readonly target?: string | undefined; /** The request's body as it comes. */ readonly body?: Readable }
export type Env = { Bindings: Ends; Variables: { asker?: Asker; arrived?: Opened } }
export type Visit = Context<Env>
export type Client = Asker & { readonly kind: 'client' }
export type Status = 200 | 400 | 403 | 404 | 429 | 503
export type PortalDesk = {
  readonly settings: PortalSettings
  /** The configured address of this portal, ending in `/`. */
  readonly url: string
  /** The door with TLS: where links lead now, and what RFC 8908 tells. */
  readonly secure: Pick<SecureDoor, 'url' | 'apiUrl'>
  readonly texts: (language: PageLanguage) => Translate
  readonly effects: Effects
  readonly formKey: KeyObject
  readonly neighbours: Neighbours
  readonly placeOf: PlaceOf
  readonly sightings: Sightings
  readonly sessions: Sessions
  readonly receipts: Receipts
  readonly receiptDesk: ReceiptDesk
  readonly connect: Connect
  readonly extending: Extending
  /** Foreign access controllers, and the sessions that they keep. */
  readonly controllers: ControllerDesk
  readonly guests: Guests
  /** The re-entry code that goes with a session, for who holds its token. */
  codeOf(token: Keepsake['token']): ReentryCode | undefined
  /** Sites without a page. */
  readonly free: Free
  /** Name of the enforcer; says nothing about anybody. */
  readonly enforcer: string
  /** What is known of the service, and whether phones find their way. */
  readonly service: Service
  readonly doctor: Pick<Doctor, 'shown'>
  ready(): boolean
}

export type Visits = PortalDesk & FrontPage & {
  readonly look: Look
  /** Finds out who asks, before any page. A phone that a foreign controller sent is known by its state alone, never by its address. */
  lookUp(visit: Visit): Promise<void>
  /** Another origin that a form of this answer may lead to. */
  formsTo(visit: Visit, origin: string): void
  /** A phone stands on the network it is a neighbour on, whichever address of ours it called. */
  placeFor(visit: Visit): Place
  readerOf(visit: Visit, chosen?: string | undefined, to?: string | undefined): Reader
  /** At a site without a page: whoever asks for anything is let in before the answer. */
  letInFreely(visit: Visit): Promise<void>
  /** Who asks; a device is noticed by the counter. */
  askerOf(visit: Visit): Asker
  /** The live session of a device, as far as it is for whoever asks to see. */
  liveOf(client: Client): Promise<OpenSession | undefined>
  /** That of the device that asks. */
  sessionOf(visit: Visit): Promise<OpenSession | undefined>
  page(visit: Visit, body: Html | Uint8Array<ArrayBuffer>, status?: Status): Response | Promise<Response>
  /** What went wrong, in words; counted by its name. */
  fail(visit: Visit, reader: Reader, failure: Failure): Response | Promise<Response>
  refused(why: string): void
  keepsakeOf(token: Keepsake['token'], code: Keepsake['code']): Keepsake
  /** An error that nobody caught: logged by its code, told as a failure of ours. */
  broken(visit: Visit, what: string, error: unknown): Response | Promise<Response>
}

const HTML = 'text/html; charset=UTF-8'

export function createVisits(desk: PortalDesk): Visits {
  const { settings, effects, sessions } = desk
  const { metrics } = effects
  const look = createLook(settings.theme)
  const unfitted = metrics.counter('portal_unfitted_total', 'Requests from a place that no site matches; they go to site default.')
  const refused = (why: string): void => metrics.counter('portal_refused_total', 'Requests refused, by reason.', { why })()

  function placeFor(visit: Visit): Place {
    const asker = visit.get('asker')
    const arrived = visit.get('arrived')
    if (arrived) return desk.controllers.placeOf(arrived.arrival, settings.sites)
    return desk.placeOf(visit.env.local, asker?.kind === 'client' ? asker.interface : undefined)
  }

  function readerOf(visit: Visit, chosen = visit.req.query('lang'), to = visit.req.query('to')): Reader {
    const { site, fitted } = placeFor(visit)
    if (!fitted && settings.sites.length > 1) unfitted()
    const offered = site.languages.filter(isPageLanguage)
    const languages = offered.length > 0 ? offered : PAGE_LANGUAGES
    const language = languages.find((one) => one === chosen) ?? preferredLanguage(visit.req.header('accept-language'), languages)
    const state = to !== undefined && to.length <= LONGEST_STATE && /^[\w-]+$/.test(to) ? to : undefined
    return { t: desk.texts(language), language, languages, site, servicesUrl: settings.servicesUrl, look, to: state, state: desk.service.told(), ...(visit.get('arrived') && { at: visit.req.query('at') }) }
  }

  const formsTo = (visit: Visit, origin: string): void => visit.header('Content-Security-Policy', look.policy(origin))

  async function lookUp(visit: Visit): Promise<void> {
    const state = visit.req.query('at')
    if (state === undefined) return visit.set('asker', await desk.neighbours.asker(visit.env.source))
    const arrived = desk.controllers.arrived(state)
    if (!arrived) return visit.set('asker', { kind: 'unknown' })
    const { arrival } = arrived
    visit.set('arrived', arrived)
    visit.set('asker', { kind: 'client', mac: arrival.mac, contested: false, behind: behindOf(arrived) })
    if (arrival.back !== undefined) formsTo(visit, arrival.back)
  }

  function askerOf(visit: Visit): Asker {
    const asker = visit.get('asker') ?? { kind: 'unknown' }
    if (asker.kind !== 'client') return asker
    const { id } = placeFor(visit).site
    if (asker.behind === undefined) desk.sightings.asked(id, asker.mac)
    // Anyone can claim a MAC; who is online was believed by more than us.
    else if (asker.behind.facts['bind'] === 'ctl') desk.sightings.introduced(id, asker.mac)
    return asker
  }

  async function liveOf({ mac, behind }: Client): Promise<OpenSession | undefined> {
    const session = await sessions.live(mac, behind)
    return session && isOwnSession(session, behind) ? session : undefined
  }

  async function page(visit: Visit, body: Html | Uint8Array<ArrayBuffer>, status: Status = 200): Promise<Response> {
    const text = body instanceof Uint8Array ? body : String(await body)
    const small = squeezed(text, visit.req.header('accept-encoding'))
    if (small === undefined) return visit.body(text, status, { 'Content-Type': HTML })
    return visit.body(small, status, { 'Content-Type': HTML, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' })
  }

  function fail(visit: Visit, reader: Reader, met: Failure) {
    // A server beyond a dead line is silent for that reason alone.
    const failure = met === 'radius' && desk.service.holds('uplink') ? 'uplink' : met
    refused(failure)
    const { status } = FAILURES[failure]
    if (status === 503) visit.header('Retry-After', '60')
    return page(visit, failurePage(reader, failure), status)
  }

  const frontPage = createFrontPage({ ...desk, page, refused })

  return {
    ...desk,
    look,
    lookUp,
    formsTo,
    placeFor,
    readerOf,
    async letInFreely(visit) {
      const asker = visit.get('asker')
      if (!desk.free.anywhere || asker?.kind !== 'client' || asker.contested || asker.behind) return
      await desk.free.admit(asker.mac, placeFor(visit).site)
    },
    askerOf,
    liveOf,
    async sessionOf(visit) {
      const asker = askerOf(visit)
      return asker.kind === 'client' ? liveOf(asker) : undefined
    },
    ...frontPage,
    page,
    fail,
    refused,
    keepsakeOf: (token, code) => ({ token, code, absoluteUrl: new URL(`/s/${token}`, desk.secure.url()).href }),
    broken(visit, what, error) {
      effects.log.error(what, { reason: reason(error) })
      return fail(visit, readerOf(visit), 'gate')
    },
  }
}
