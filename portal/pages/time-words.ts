import type { Translate } from '#shared/i18n/texts.ts'
import type { PageLanguage } from './languages.ts'

/** "1 heure et 59 minutes": whole minutes, because nobody needs more and two visitors must not learn from seconds. */
export function durationWords(t: Translate, seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return t('duration.short')
  const inHours = t('duration.hours', { count: Math.floor(minutes / 60) })
  const rest = t('duration.minutes', { count: minutes % 60 })
  if (minutes < 60) return rest
  return minutes % 60 === 0 ? inHours : t('duration.both', { hours: inHours, minutes: rest })
}

const formats = new Map<string, Intl.DateTimeFormat>()

function wallClock(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  // Western digits in every language: the ones on the town's clocks and timetables.
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })))
  return format
}

/** `14:32` where the site is. */
export function wallTime(ms: number, timeZone: string): string {
  return wallClock(timeZone).format(ms)
}

/** `4 h`, `14 h 32` in French; `4 heures`, `14 heures 32` where it is easy; `04:00`, `14:32` elsewhere. Never broken at the end of a line. */
export function hourWords(language: PageLanguage, time: string): string {
  const [hours = '', minutes = ''] = time.split(':')
  if (language !== 'fr' && language !== 'fr-simple') return time
  const word = language === 'fr' ? 'h' : Number(hours) < 2 ? 'heure' : 'heures'
  return minutes === '00' ? `${Number(hours)}\u00A0${word}` : `${Number(hours)}\u00A0${word}\u00A0${minutes}`
}

const dates = new Map<string, Intl.DateTimeFormat>()

/** `3 novembre 2026`, where the site is. */
export function dateWords(language: PageLanguage, ms: number, timeZone: string): string {
  const key = `${language} ${timeZone}`
  let format = dates.get(key)
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(`${language}-u-nu-latn`, { timeZone, dateStyle: 'long' })))
  return format.format(ms)
}

type Where = { readonly t: Translate; readonly language: PageLanguage; readonly site: { readonly timezone: string; readonly closeAt: string } }

/** Today or tomorrow at the site's closing time, whichever comes next. */
export function nextClosing({ t, language, site }: Where, nowMs: number): string {
  const key = wallTime(nowMs, site.timezone) < site.closeAt ? 'when.today' : 'when.tomorrow'
  return t(key, { time: hourWords(language, site.closeAt) })
}

const weekdays = new Map<string, Intl.DateTimeFormat>()
const DAY_MS = 86_400_000

function weekday(language: PageLanguage, ms: number, timeZone: string): string {
  const key = `${language} ${timeZone}`
  let format = weekdays.get(key)
  if (!format) weekdays.set(key, (format = new Intl.DateTimeFormat(language, { timeZone, weekday: 'long' })))
  return format.format(ms)
}

/** `aujourd’hui à 7 h`, `demain à 7 h`, `lundi à 7 h`: an instant within a week, where the site is. */
export function whenWords({ t, language, site: { timezone } }: Where, ms: number, nowMs: number): string {
  const time = hourWords(language, wallTime(ms, timezone))
  const date = (at: number) => dateWords('en', at, timezone)
  if (date(ms) === date(nowMs)) return t('when.today', { time })
  if (date(ms) === date(nowMs + DAY_MS)) return t('when.tomorrow', { time })
  return t('when.day', { day: weekday(language, ms, timezone), time })
}
