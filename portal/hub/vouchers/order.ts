// What staff typed, as an order for vouchers.
import { CODE_FORMS } from '#radius/vouchers/code.ts'
import { endOfDay } from './last-day.ts'
import { MOST_AT_ONCE, MOST_LABEL_CHARACTERS, type CityOrder } from './pool.ts'

const MOST_MINUTES = 10 * 366 * 1_440
const MOST_MEGABYTES = 10_000_000
const MOST_DEVICES = 1_000
const MOST_HOURS = 10 * 366 * 24
const MOST_KBPS = 10_000_000
const MEGABYTE = 1_000_000

/** A field that is empty says nothing; `wrong` when it is no whole number from `least` to `most`. */
function wholeNumber(typed: string, least: number, most: number): number | undefined | 'wrong' {
  if (typed.trim() === '') return undefined
  const value = /^\d{1,9}$/.test(typed.trim()) ? Number(typed) : NaN
  return value >= least && value <= most ? value : 'wrong'
}

export type Order = CityOrder | 'wrong' | 'past'

export function orderFrom(field: (name: string) => string, timezone: string, nowMinute: number): Order {
  const label = field('label').trim()
  const count = wholeNumber(field('count'), 1, MOST_AT_ONCE)
  const minutes = wholeNumber(field('minutes'), 1, MOST_MINUTES)
  const megabytes = wholeNumber(field('megabytes'), 1, MOST_MEGABYTES)
  const devices = wholeNumber(field('devices'), 0, MOST_DEVICES)
  const hours = wholeNumber(field('hours'), 1, MOST_HOURS)
  const downKbps = wholeNumber(field('down'), 8, MOST_KBPS)
  const upKbps = wholeNumber(field('up'), 8, MOST_KBPS)
  const untilMinute = field('until') === '' ? undefined : (endOfDay(field('until'), timezone) ?? 'wrong')
  const form = CODE_FORMS.find((one) => one === field('form'))
  if (label === '' || label.length > MOST_LABEL_CHARACTERS || !label.isWellFormed() || !form || count === undefined) return 'wrong'
  if (count === 'wrong' || minutes === 'wrong' || megabytes === 'wrong' || devices === 'wrong' || hours === 'wrong' || downKbps === 'wrong' || upKbps === 'wrong' || untilMinute === 'wrong') return 'wrong'
  if (untilMinute !== undefined && untilMinute <= nowMinute) return 'past'
  return {
    label, count, form, devices: devices ?? 1, untilMinute, downKbps, upKbps,
    seconds: minutes === undefined ? undefined : minutes * 60,
    octets: megabytes === undefined ? undefined : megabytes * MEGABYTE,
    validMinutes: hours === undefined ? undefined : hours * 60,
  }
}
