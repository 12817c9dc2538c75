// How times, days and distances are said; used by the screen and by the page for phones.
import type { Translate } from './phrase.ts'
import type { CardView } from '../views.ts'

const CLOSING_SOON_MINUTES = 30

/**
 * 9 h 30 in French, 9:30 elsewhere; digits are Latin everywhere, as on the town's own signs.
 * @param running true for a clock on the wall, which shows 23 h 00 where a timetable says 23 h.
 */
export function clock(time: string, language: string, running = false): string {
  const [hours = '', minutes = ''] = time.split(':')
  if (language !== 'fr') return `${Number(hours)}:${minutes}`
  return minutes === '00' && !running ? `${Number(hours)}\u00a0h` : `${Number(hours)}\u00a0h\u00a0${minutes}`
}

/** `8 h 30 – 12 h`, or that it is open day and night. */
export function slotText([opens, closes]: readonly [string, string], t: Translate, language: string): string {
  return opens === '00:00' && closes === '24:00' ? t('hours.allDay') : `${clock(opens, language)} – ${clock(closes, language)}`
}

function day(date: string, language: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(`${language}-u-nu-latn`, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00Z`))
}

export function dayName(date: string, language: string): string {
  return day(date, language, { weekday: 'long' })
}

export function dateText(date: string, language: string): string {
  if (language === 'fr' && date.endsWith('-01')) return `1er ${day(date, language, { month: 'long' })}`
  return day(date, language, { day: 'numeric', month: 'long' })
}

/** The open state in words. */
export function stateText({ state, suspended }: Pick<CardView, 'state' | 'suspended'>, t: Translate, language: string): string {
  if (suspended) return t('state.suspended')
  if (state.kind === 'unknown') return t('state.unknown')
  if (state.kind === 'open') {
    if (state.allDay) return t('state.openAllDay')
    return state.minutesLeft <= CLOSING_SOON_MINUTES ? t('state.soon', { count: state.minutesLeft }) : t('state.open', { time: clock(state.until, language) })
  }
  if (!state.opens) return t('state.closed')
  const { at, date, inDays } = state.opens
  const time = clock(at, language)
  if (inDays === 0) return t('state.opensToday', { time })
  if (inDays === 1) return t('state.opensTomorrow', { time })
  return inDays < 7 ? t('state.opensOn', { day: dayName(date, language), time }) : t('state.opensLater', { date: dateText(date, language) })
}

/** True in the last half hour before closing. */
export function closesSoon({ state }: Pick<CardView, 'state'>): boolean {
  return state.kind === 'open' && !state.allDay && state.minutesLeft <= CLOSING_SOON_MINUTES
}

/** Rounded as a person would say it: 350 m, 1,6 km. */
export function distanceText(metres: number, t: Translate, language: string): string {
  if (metres < 950) return t('distance.metres', { count: Math.max(10, Math.round(metres / 10) * 10) })
  return t('distance.kilometres', { km: new Intl.NumberFormat(`${language}-u-nu-latn`, { maximumFractionDigits: 1 }).format(metres / 1_000) })
}
