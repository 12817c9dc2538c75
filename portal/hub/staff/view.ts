import { html } from 'hono/html'
import { direction, type Language, type Translate } from '#shared/i18n/texts.ts'
import type { Right } from './accounts.ts'
import { halfWidth, isGrey, type Estimate } from './noise.ts'

export type Html = ReturnType<typeof html>

/** What every page is drawn with. */
export type View = {
  readonly language: Language
  readonly languages: readonly Language[]
  readonly t: Translate
  readonly city: string
  /** Path and query of this page, for the language links. */
  readonly path: string
  /** Undefined before sign-in. */
  readonly account: string | undefined
  /** What whoever is signed in may do; the menu shows nothing else. */
  may(right: Right): boolean
  /** True where any site is a demonstration: every page says so then. */
  readonly demo: boolean
}

/** Digits stay 0–9 in Arabic too, as the Maghreb writes them. */
const LOCALES: Readonly<Record<Language, string>> = { fr: 'fr-FR', en: 'en-GB', ar: 'ar-u-nu-latn' }

function formatter<T>(make: (locale: string) => T): (view: Pick<View, 'language'>) => T {
  const made = new Map<Language, T>()
  return ({ language }) => {
    let format = made.get(language)
    if (!format) made.set(language, (format = make(LOCALES[language])))
    return format
  }
}
const integers = formatter((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0, signDisplay: 'negative' }))
const percents = formatter((locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }))
const shortDates = formatter((locale) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }))
const longDates = formatter((locale) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }))
const months = formatter((locale) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'long', year: 'numeric' }))

const utc = (date: string) => Date.parse(`${date}T00:00Z`)
/** With a true minus sign, as wide as a digit. */
export const integer = (view: View, value: number): string => integers(view).format(Math.round(value)).replace(/^(\u200E?)-/, '$1\u2212')
export const percent = (view: View, share: number): string => percents(view).format(share)
/** In French the first of a month is an ordinal, which Intl does not know: `dim. 1er nov.` */
const ordinal = ({ language }: Pick<View, 'language'>, date: string, words: string): string => (language === 'fr' && date.endsWith('-01') ? words.replace(/\b1\b/, '1er') : words)
/** `ven. 20 nov.` for a local date. */
export const shortDate = (view: View, date: string): string => ordinal(view, date, shortDates(view).format(utc(date)))
export const longDate = (view: Pick<View, 'language'>, date: string): string => ordinal(view, date, longDates(view).format(utc(date)))
export const monthName = (view: View, month: string): string => months(view).format(utc(`${month}-01`))

/** A number with its uncertainty; greyed and marked where noise alone could have made it. */
export function number(view: View, estimate: Estimate | undefined): Html {
  if (!estimate) return html`<span class="gap"><span aria-hidden="true">—</span><span class="hidden">${view.t('number.gap')}</span></span>`
  const width = html`<span class="pm">± ${integer(view, halfWidth(estimate))}</span>`
  const value = integer(view, estimate.value)
  return isGrey(estimate)
    ? html`<bdi dir="ltr" class="grey"><span aria-hidden="true">~ </span>${value}${width}</bdi><span class="hidden"> ${view.t('number.grey')}</span>`
    : html`<bdi dir="ltr">${value}${width}</bdi>`
}

/** A share as a filled strip and in figures. */
export function coverage(view: View, share: number): Html {
  const kind = share >= 0.995 ? 'full' : share > 0 ? 'part' : 'none'
  const width = Math.max(share > 0 ? 2 : 0, Math.round(share * 40))
  return html`<span class="cover"><svg width="42" height="10" viewBox="0 0 42 10" aria-hidden="true"><rect x="1" y="1" width="40" height="8" rx="2" class="strip-none"/><rect x="1" y="1" width="${width}" height="8" rx="2" class="strip-${kind}"/></svg> <bdi>${percent(view, share)}</bdi></span>`
}

export const dirOf = ({ language }: View): 'ltr' | 'rtl' => direction(language)
