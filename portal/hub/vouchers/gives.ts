// What a voucher gives, in words: for the list that staff read and for the sheet that citizens hold.
import { direction } from '#shared/i18n/texts.ts'
import type { View } from '../staff/view.ts'
import { longDate } from '../staff/view.ts'
import type { CityTerms } from './grant.ts'
import { lastDay } from './last-day.ts'

const HOUR_MINUTES = 60
const GIGABYTE_MB = 1_000

/** Arabic's comma looks the other way. */
const listed = ({ language }: Words, parts: readonly string[]): string => parts.join(direction(language) === 'rtl' ? '، ' : ', ')

export type Words = Pick<View, 't' | 'language'>

function online({ t }: Words, seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return minutes % HOUR_MINUTES === 0 ? t('sheet.hours', { count: minutes / HOUR_MINUTES }) : t('sheet.minutes', { count: minutes })
}
function data({ t }: Words, octets: number): string {
  const megabytes = Math.floor(octets / 1_000_000)
  return megabytes % GIGABYTE_MB === 0 ? t('sheet.gigabytes', { count: megabytes / GIGABYTE_MB }) : t('sheet.megabytes', { count: megabytes })
}

/** How much. */
export function amountOf(words: Words, { seconds, octets }: Pick<CityTerms, 'seconds' | 'octets'>): string {
  const parts = [...(seconds === undefined ? [] : [online(words, seconds)]), ...(octets === undefined ? [] : [data(words, octets)])]
  return parts.length > 0 ? listed(words, parts) : words.t('sheet.plain')
}

/** For how many and how long; empty where nothing is said. */
export function conditionsOf(words: Words, { devices, untilMinute, validMinutes }: Pick<CityTerms, 'untilMinute' | 'validMinutes'> & { readonly devices: number | undefined }, timezone: string): string {
  const { t } = words
  const parts = [
    ...(devices === undefined ? [] : [devices === 0 ? t('sheet.anyDevices') : t('sheet.devices', { count: devices })]),
    ...(validMinutes === undefined ? [] : [t('sheet.validHours', { count: Math.ceil(validMinutes / HOUR_MINUTES) })]),
    ...(untilMinute === undefined ? [] : [t('sheet.until', { date: dateWords(words, lastDay(untilMinute, timezone)) })]),
  ]
  return listed(words, parts)
}

/** Without the day of the week, which only takes room. */
export function dateWords(words: Words, date: string): string {
  return longDate(words, date).replace(/^[^\d]*(?=\d)/, '')
}
