/** Tables as RFC 4180 text. */
export type Dialect = { readonly delimiter: ',' | ';'; /** French Excel reads 4,0 as a number and 4.0 as text. */ readonly decimal: '.' | ','; readonly bom: boolean }

export const CSV: Dialect = { delimiter: ',', decimal: '.', bom: false }
export const FRENCH_EXCEL: Dialect = { delimiter: ';', decimal: ',', bom: true }

export type Value = string | number | boolean

/** A spreadsheet runs a text that begins like this as a formula, some also in full width; an apostrophe makes it text again. */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠]/

function field(value: Value, { delimiter, decimal }: Dialect): string {
  if (typeof value === 'number') return String(value).replace('.', decimal)
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value)
  return text.includes('"') || text.includes(delimiter) || /[\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function csv(header: readonly string[], rows: readonly (readonly Value[])[], dialect: Dialect): string {
  const lines = [header, ...rows].map((row) => row.map((value) => field(value, dialect)).join(dialect.delimiter))
  return `${dialect.bom ? '\uFEFF' : ''}${lines.join('\r\n')}\r\n`
}
