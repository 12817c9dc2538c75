// Every page that a citizen can meet, in one language: those of a journey as the portal sends them, the rare ones as it would.
import { fieldOf } from '#portal/consent/extras.ts'
import { parseTerms } from '#portal/consent/terms-html.ts'
import { PROFILES } from '#portal/legal/profile.ts'
import { METHODS } from '#portal/login/methods.ts'
import { barrierPage } from '#portal/pages/barrier.ts'
import { emergencyPage } from '#portal/pages/emergency.ts'
import { FAILURES, failurePage, type Failure } from '#portal/pages/failure.ts'
import type { Html, Reader } from '#portal/pages/frame.ts'
import { freePage } from '#portal/pages/free.ts'
import { PAGE_LANGUAGES, type PageLanguage } from '#portal/pages/languages.ts'
import { offlinePage } from '#portal/pages/offline.ts'
import { successPage } from '#portal/pages/online.ts'
import { recordedPage } from '#portal/pages/recorded.ts'
import { servicePage } from '#portal/pages/service.ts'
import { portalTexts } from '#portal/pages/texts.ts'
import { parseToken } from '#portal/session/token.ts'
import { CONDITION_IDS } from '#portal/state/conditions.ts'
import { createLook, type Theme } from '#portal/theme/look.ts'
import { formFields, SQUARE, tokenOf } from './portal-town.ts'
import { signInTown, type SignInTown } from './sign-in-town.ts'

const SERVICES = 'http://127.0.0.1:9/'
const [ALL, TAP, ACCOUNT, FREE] = ['127.0.0.1', '127.0.0.21', '127.0.0.22', '127.0.0.23'] as const
const WAYS = { default: ['click', 'voucher', 'account', 'reentry'], place: ['click'], ecole: ['account', 'reentry'], libre: ['free'] } as const
const HALF_SPENT_MS = 4_000_000
const HOUR_MS = 3_600_000
const TERMS = parseTerms('<!-- id: reglement; version: 2026-11; title: Règlement -->\n<h2>Usage</h2><p>Soyez <strong>brefs</strong>. Voir <a href="https://ville.example/r">le texte</a>.</p><ul><li>un</li></ul>\n')

/** What the city calls things in its own words. */
const WORDS = { site: SQUARE.name, controller: 'Ville de démonstration', extra: 'Recevoir un mot quand ce lieu change ses horaires.', maintenance: 'On change l’antenne.', number: 'Police municipale' }
type Words = Readonly<Record<keyof typeof WORDS, string>>

export type PagesTown = SignInTown & { readonly theme: Theme; readonly words: Words }

/** One portal with four sites, one for each of its hosts. */
export async function pagesTown(theme: Theme = {}, words: Words = WORDS): Promise<PagesTown> {
  const site = (id: string, calledStationId: string) => ({ ...SQUARE, name: words.site, id, languages: PAGE_LANGUAGES, match: { calledStationId } })
  const document = { id: TERMS.id, ver: TERMS.ver, lang: 'fr' as const, title: TERMS.title, nodes: TERMS.nodes, sha256: '0'.repeat(64) }
  const town = await signInTown({
    settings: {
      hosts: [ALL, TAP, ACCOUNT, FREE], sites: [site('default', ALL), site('place', TAP), site('ecole', ACCOUNT), site('libre', FREE)], methodsAt: WAYS, theme,
      controller: words.controller, servicesUrl: SERVICES, extras: [{ id: 'lettre', texts: { fr: words.extra } }], terms: new Map([['default', new Map([['fr', document]])]]), idleSeconds: 7_000, quotaBytes: 500_000_000,
      emergency: { country: 'fr', own: [{ number: '04 00 00 00 00', texts: { fr: words.number } }] },
    },
  })
  return { ...town, theme, words }
}

type Pages = Map<string, string>

/** Of one device from its first page to its last. */
async function journey(town: SignInTown, language: PageLanguage, address: string): Promise<Pages> {
  const pages: Pages = new Map()
  const phone = town.phone(address)
  const lang = `?lang=${language}`
  const keep = (name: string, body: string): string => (pages.set(name, body), body)
  const get = async (name: string, path: string) => keep(name, (await phone.get(path)).body)
  const post = async (name: string, path: string, fields: Record<string, string>) => keep(name, (await town.passing(phone.post(path, { lang: language, ...fields }))).body)

  for (const [name, host] of [['one way', TAP], ['an account', ACCOUNT], ['nothing asked', FREE]] as const) keep(name, (await town.phone(`${address}1`, host).get(`/${lang}`)).body)
  for (const path of ['/', '/status', '/recorded', '/terms', '/service', '/emergency', '/receipt', '/receipt/0000000000000000', '/s/00000000000000000000000000']) await get(path, `${path}${lang}`)
  for (const [method, fields] of [['voucher', { voucher: '1234-5678' }], ['account', { name: '', password: '' }], ['reentry', { code: '00000-00000' }]] as const) {
    keep(`wrong ${method}`, (await town.signIn(phone, method, fields, `/${lang}`)).body)
  }
  keep('of another device', (await phone.post('/connect', formFields((await town.phone(`${address}2`).get(`/${lang}`)).body))).body)
  keep('incomplete', (await phone.post('/connect', { lang: language, method: 'x' })).body)

  const token = tokenOf(keep('online', (await town.signIn(phone, 'click', { [fieldOf('lettre')]: 'given' }, `/${lang}`)).body))
  await get('time left', `/status${lang}`)
  const code = /\/receipt\/([0-9a-z]{16})/.exec(await get('session', `/s/${token}${lang}`))?.[1] ?? ''
  await get('what is recorded of it', `/recorded${lang}`)
  await get('receipt', `/receipt/${code}${lang}`)
  await post('withdrawn', '/receipt', { code, act: 'withdraw', purpose: 'lettre' })
  await post('erased', '/receipt', { code, act: 'erase' })
  town.clock.advance(HALF_SPENT_MS)
  await get('extendable', `/s/${token}${lang}`)
  const extended = await town.passing(phone.post('/extend', { token, lang: language }))
  await get('extended', String(extended.headers['location'] ?? ''))
  await phone.post('/pause', { token, lang: language })
  await get('paused', `/s/${token}${lang}`)
  await phone.post('/resume', { token, lang: language })
  await post('ended', '/disconnect', { token })
  return pages
}

/** What no phone of this town comes by: each failure, each state, closed doors. */
async function rare(town: PagesTown, language: PageLanguage, address: string): Promise<Pages> {
  const { theme, words } = town
  const now = town.clock.now()
  const held = CONDITION_IDS.map((id) => ({ id, sinceMs: now - HOUR_MS }))
  const state = { held, line: 'unknown', maintenance: { fromMs: now, untilMs: now + 20 * HOUR_MS, texts: { fr: words.maintenance } }, nowMs: now } as const
  const troubled: Reader = { t: portalTexts()(language), language, languages: PAGE_LANGUAGES, site: { ...SQUARE, name: words.site }, servicesUrl: SERVICES, look: createLook(theme), to: undefined, state }
  const calm: Reader = { ...troubled, state: undefined }
  const token = parseToken(tokenOf((await town.phone(address).connect(language)).body))
  const session = token && (await town.portal.sessions.held(token))
  if (!session) throw new Error('the phone is not online')
  const own = { token, code: undefined, withdrawal: session.withdrawal }
  const made: Record<string, Html> = {
    ...Object.fromEntries((Object.keys(FAILURES) as Failure[]).map((failure) => [`failure: ${failure}`, failurePage(troubled, failure)])),
    'failure without a directory': failurePage({ ...calm, servicesUrl: undefined }, 'radius'),
    'all that can be wrong': servicePage(troubled, state),
    'a notice above': offlinePage(troubled),
    closed: barrierPage(calm, { kind: 'closed', untilMs: now + 72 * HOUR_MS }, now),
    barred: barrierPage(calm, { kind: 'barred', untilMs: now + 20 * HOUR_MS }, now),
    'a log by law': recordedPage(calm, { controller: words.controller, profile: PROFILES.fr, methods: METHODS, session, nowMs: now }),
    'free, offline': freePage(calm, '/', false),
    'online, on to a page': successPage(calm, session, now, own, 'http://journal.example/une', true),
    'numbers of Europe': emergencyPage(calm, 'eu', []),
  }
  const shown = await Promise.all(Object.entries(made).map(async ([name, page]) => [name, String(await page)] as const))
  await town.phone(address).post('/disconnect', { token, lang: language })
  return new Map(shown)
}

/** @param address of a phone that nobody else is, ending in a digit: `127.0.5.1`. */
export async function citizensPages(town: PagesTown, language: PageLanguage, address: string): Promise<Pages> {
  return new Map([...(await journey(town, language, address)), ...(await rare(town, language, `${address}3`))])
}
