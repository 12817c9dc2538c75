import { html } from 'hono/html'
import { direction, type Translate } from '#shared/i18n/texts.ts'
import type { Site } from '#shared/place.ts'
import type { Told } from '../state/service.ts'
import type { Look } from '../theme/look.ts'
import { pageLanguageName, type PageLanguage } from './languages.ts'
import { labelled } from './lent-words.ts'
import { stateNotice } from './state-words.ts'

export type Html = ReturnType<typeof html>

/** What every page knows of the one who reads it: the place and the language, nothing else. */
export type Reader = {
  readonly t: Translate
  readonly language: PageLanguage
  /** Offered at this site, the site's own first. */
  readonly languages: readonly PageLanguage[]
  readonly site: Site
  readonly servicesUrl: string | undefined
  /** Signed state of the address the person wanted; carried along. */
  readonly to: string | undefined
  /** Sealed state of who arrived by which foreign controller; carried along. */
  readonly at?: string | undefined
  /** The city's own, else ours. */
  readonly look: Look
  /** What is the matter with the service now. */
  readonly state?: Told | undefined
}

/** As most are met: nothing carried along, nothing the matter. */
export function isPlain({ to, at, state }: Reader): boolean {
  return to === undefined && at === undefined && state?.held.length === 0
}

export function query(reader: Pick<Reader, 'to' | 'at'>, language: PageLanguage): string {
  return `?lang=${language}${reader.to === undefined ? '' : `&to=${reader.to}`}${reader.at === undefined ? '' : `&at=${reader.at}`}`
}

/** A link of our own in the reader's language: with cookies off nothing else carries it. */
export function href(reader: Reader, path: string): string {
  return `${path}${query(reader, reader.language)}`
}

function languageLinks(reader: Reader, path: string, more: string): Html | string {
  const links = reader.languages.map((language) =>
    language === reader.language
      ? html`<li><b lang="${language}" dir="${direction(language)}">${pageLanguageName(language)}</b></li>`
      : html`<li><a href="${path}${query(reader, language)}${more}" lang="${language}" hreflang="${language}" dir="${direction(language)}">${pageLanguageName(language)}</a></li>`,
  )
  return links.length < 2 ? '' : html`<nav aria-label="${reader.t('nav.languages')}"><ul>${links}</ul></nav>`
}

function moreLinks(reader: Reader, { path: here, services }: Page): Html {
  const { t } = reader
  const servicesUrl = services === 'shown' ? undefined : reader.servicesUrl
  const own = ([['/recorded', 'link.recorded'], ['/service', 'link.service'], ['/status', 'link.status'], ['/emergency', 'link.emergency']] as const).filter(([path]) => path !== here && !(path === '/status' && here === '/'))
  return html`<nav aria-label="${t('nav.more')}"><ul>${own.map(([path, key]) => html`<li><a href="${href(reader, path)}">${t(key)}</a></li>`)}${servicesUrl === undefined ? '' : html`<li><a href="${servicesUrl}">${t('link.services')}</a></li>`}</ul></nav>`
}

export type Page = {
  readonly title: string
  readonly body: Html
  /** The page's own path, where it can be asked for again in another language. Absent on answers to a form. */
  readonly path?: string
  /** More of the page's own query, beginning with `&`, that another language must not lose. */
  readonly query?: string
  /** Said when the body already leads to the services, so that the foot does not repeat it. */
  readonly services?: 'shown'
  /** Said when the body itself tells the state of the service. */
  readonly state?: 'shown'
}

/** The name is the city's own word and may be in another language than the page. */
export function siteName(reader: Reader): string {
  return reader.site.unnamed ? reader.t('site.default') : reader.site.name
}

function whole(reader: Reader, page: Page): Html {
  const { title, body, path } = page
  const { language, look } = reader
  return html`<!doctype html>
<html lang="${language}" dir="${direction(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · ${siteName(reader)}</title><link rel="icon" href="data:,"><style>${look.style}</style></head><body>
<header><a href="${href(reader, '/')}">${look.mark}<bdi>${siteName(reader)}</bdi></a></header>
<main>${page.state === 'shown' ? '' : stateNotice(reader)}${body}</main>
<footer>${path === undefined ? '' : languageLinks(reader, path, page.query ?? '')}${moreLinks(reader, page)}</footer></body></html>`
}

/** Every page goes through here, so that what another language lent is labelled on all of them. */
export function frame(reader: Reader, page: Page): Html {
  return labelled(whole(reader, page), reader.language)
}
