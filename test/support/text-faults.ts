// What can be wrong with the texts of a language, measured by French.
import type { Texts } from '#shared/i18n/texts.ts'

const FORM = /_(zero|one|two|few|many|other)$/
const plain = (key: string): string => key.replace(FORM, '')
const blanks = (text: string): string => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort().join(' ')
const broken = (text: string): boolean => /[{}]/.test(text.replaceAll(/\{\{\w+\}\}/g, ''))

/** @param lends whether `texts` may be shorter, because another language says the rest. */
export function textFaults(french: Texts, language: string, texts: Texts, lends = false): string[] {
  const [wanted, own] = [new Set(Object.keys(french).map(plain)), new Set(Object.keys(texts).map(plain))]
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  const counted = new Set(Object.keys(french).filter((key) => FORM.test(key)).map(plain))
  const found: string[] = []
  for (const key of wanted) if (!own.has(key) && !lends) found.push(`${key}: missing`)
  for (const key of own) if (!wanted.has(key)) found.push(`${key}: in no other language`)
  for (const [key, text] of Object.entries(texts)) {
    if (text.trim() === '') found.push(`${key}: empty`)
    if (broken(text)) found.push(`${key}: broken blank`)
    if (counted.has(plain(key)) !== FORM.test(key)) found.push(`${key}: ${FORM.test(key) ? 'counts nothing' : 'has no plural'}`)
    // "ساعتان" says its number in its own form; only the form that says any number must have the blank.
    const model = french[key.replace(/_\w+$/, '_other')] ?? ''
    if ((!FORM.test(key) || key.endsWith('_other')) && blanks(text) !== blanks(model)) found.push(`${key}: blanks ${blanks(text)} instead of ${blanks(model)}`)
    else if (blanks(text).split(' ').some((name) => !blanks(model).includes(name))) found.push(`${key}: blanks ${blanks(text)} instead of ${blanks(model)}`)
  }
  for (const key of counted) {
    if (!own.has(key)) continue
    const present = Object.keys(texts).filter((one) => FORM.test(one) && plain(one) === key).map((one) => one.slice(key.length + 1))
    if ([...present].sort().join() !== [...forms].sort().join()) found.push(`${key}: has ${present.join()}, ${language} has ${forms.join()}`)
  }
  return found
}
