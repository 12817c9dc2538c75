import type { Translate } from '#shared/i18n/texts.ts'
import type { PageLanguage } from './languages.ts'

const MEGABYTE = 1_000_000
const GIGABYTE = 1_000_000_000
const formats = new Map<string, Intl.NumberFormat>()

/** Western digits in every language, as in times. */
function number(language: PageLanguage, value: number, digits: number): string {
  const key = `${language} ${digits}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.NumberFormat(`${language}-u-nu-latn`, { maximumFractionDigits: digits })))
  return format.format(value)
}

/** `120 Mo`, `1,5 Go`: rounded down, because less is better news later. Of 10⁶ and 10⁹ bytes. */
export function amountWords(t: Translate, language: PageLanguage, bytes: number): string {
  if (bytes >= GIGABYTE) return t('amount.gigabytes', { amount: number(language, Math.floor(bytes / (GIGABYTE / 10)) / 10, 1) })
  return t('amount.megabytes', { amount: number(language, Math.floor(bytes / MEGABYTE), 0) })
}
