// The first page: what is acknowledged on it, its forms, and why it is shown again.
import type { Effects } from '#shared/effects.ts'
import type { KeyObject } from '#shared/keyed-mac.ts'
import { issueFormToken, type FormToken } from '../consent/form-token.ts'
import { shownExtras } from '../consent/extras.ts'
import { documentFor, termsOf, type Terms } from '../consent/terms.ts'
import { clientIdOf } from '../controllers/controller-desk.ts'
import { PROFILES } from '../legal/profile.ts'
import { isPlain, type Html, type Reader } from '../pages/frame.ts'
import { isPageLanguage } from '../pages/languages.ts'
import { blank, press, type Pressed } from '../pages/pressed.ts'
import { durationWords } from '../pages/time-words.ts'
import type { Filled } from '../pages/ways.ts'
import { welcomePage, type Notice } from '../pages/welcome.ts'
import type { PortalSettings } from '../settings.ts'
import type { Doctor } from '../state/doctor.ts'
import type { Client, Status, Visit, Visits } from '../visit.ts'
import { signInFacts } from './facts.ts'
import { methodsAt, type Method } from './methods.ts'
import { PROBLEMS } from './problems.ts'

/** Why the first page is shown again, and what stood in its fields. */
export type Again = { readonly notice?: Notice; readonly filled?: Filled | undefined; readonly status?: Status }

export type FrontPage = {
  termsFor(reader: Reader): Terms
  welcome(visit: Visit, reader: Reader, client: Client, again?: Again): Promise<Response>
  /** What was typed opens nothing: the first page, with why beside the field. */
  wrong(visit: Visit, reader: Reader, client: Client, filled: Filled): Promise<Response>
}

export type FrontPageParts = Pick<Visits, 'page' | 'refused'> & {
  readonly settings: PortalSettings
  readonly formKey: KeyObject
  readonly doctor: Pick<Doctor, 'shown'>
  readonly effects: Effects
}

const placeAndLanguage = ({ site, language }: Reader): string => `${site.id} ${language}`

export function createFrontPage({ settings, formKey, doctor, effects, page, refused }: FrontPageParts): FrontPage {
  const { clock, random } = effects
  const formsAt = (site: string): readonly Method[] => methodsAt(settings, site).filter(({ form }) => form)

  /** The same for everyone at one site in one language, and hashed: made once. */
  const known = new Map<string, Terms>()
  function termsFor(reader: Reader): Terms {
    const key = placeAndLanguage(reader)
    const terms = known.get(key) ?? termsMade(reader)
    known.set(key, terms)
    return terms
  }
  function termsMade({ t, language, site }: Reader): Terms {
    const document = settings.terms && documentFor(settings.terms, site.id, [language, ...site.languages.filter(isPageLanguage)])
    const seconds = settings.sessionSecondsAt?.[site.id] ?? settings.sessionSeconds
    return termsOf(language, [...signInFacts(t, methodsAt(settings, site.id), durationWords(t, seconds)), t(PROFILES[settings.legalProfile ?? 'default'].texts.fact)], document)
  }

  function drawn(reader: Reader, tokens: (method: Method) => FormToken, { notice, filled }: Again): Html {
    const ways = formsAt(reader.site.id).map((method) => ({ method, token: tokens(method), filled: filled?.method === method.id ? filled : undefined }))
    return welcomePage(reader, { terms: termsFor(reader), ways, extras: shownExtras(settings.extras, reader.language), notice })
  }

  /** As most see it: of a site and a language, with nothing to be told, carried along or typed again. */
  const pressed = new Map<string, Pressed>()
  async function plain(reader: Reader, tokens: readonly FormToken[]): Promise<Uint8Array<ArrayBuffer>> {
    const key = placeAndLanguage(reader)
    const known = pressed.get(key)
    if (known) return known(tokens)
    const forms = formsAt(reader.site.id)
    // The cast holds for the moment between drawing and filling.
    const made = press(String(await drawn(reader, (method) => blank(forms.indexOf(method)) as FormToken, {})))
    pressed.set(key, made)
    return made(tokens)
  }

  async function welcome(visit: Visit, reader: Reader, client: Client, again: Again = {}): Promise<Response> {
    doctor.shown(client.mac)
    const { sha256 } = termsFor(reader)
    const tokenFor = ({ purpose }: Method): FormToken => issueFormToken(formKey, { client: clientIdOf(client), purpose, termsSha256: sha256 }, clock.now(), random)
    const isFirst = again.notice === undefined && again.filled === undefined
    const body = isFirst && isPlain(reader) ? await plain(reader, formsAt(reader.site.id).map(tokenFor)) : drawn(reader, tokenFor, again)
    return page(visit, body, again.status ?? 200)
  }

  return {
    termsFor,
    welcome,
    wrong(visit, reader, client, filled) {
      const { problem = 'refused', seconds } = filled.problem ?? {}
      refused(problem)
      if (seconds !== undefined) visit.header('Retry-After', String(seconds))
      return welcome(visit, reader, client, { filled, status: PROBLEMS[problem] })
    },
  }
}
