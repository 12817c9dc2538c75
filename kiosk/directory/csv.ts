/** Comma-separated values as RFC 4180 §2 writes them, forgiving in what real spreadsheets do: bare LF, a byte order mark, `;`. */
export const MOST_FIELDS = 200
const LONGEST_FIELD = 100_000

export type CsvRecord = {
  /** Number of the line on which the record begins, from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

export type CsvFile = {
  readonly records: readonly CsvRecord[]
  /** From this line on records cannot be told apart: a quote is never closed, or a limit is passed. */
  readonly broken?: { readonly line: number; readonly reason: string }
}

/** French Excel writes semicolons: the sign that occurs more often outside quotes of the first line. */
function separatorOf(text: string): ',' | ';' {
  const head = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  return head.split(';').length > head.split(',').length ? ';' : ','
}

/** Every record, the heading included; wholly empty lines are no records. */
export function parseCsv(source: string): CsvFile {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  const separator = separatorOf(text)
  const records: CsvRecord[] = []
  let line = 1
  let at = 0

  let wrong = ''

  function fail(reason: string): string {
    wrong = reason
    at = text.length
    return ''
  }
  function quoted(): string {
    let value = ''
    for (at++; ; at++) {
      const end = text.indexOf('"', at)
      if (end < 0) return fail('a quote is never closed')
      const part = text.slice(at, end)
      line += part.split('\n').length - 1
      value += part
      at = end + 1
      if (text[at] !== '"') return value
      value += '"'
    }
  }
  function bare(): string {
    const start = at
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
    return text.slice(start, at)
  }
  function field(): string {
    // Text after a closing quote is no RFC 4180; spreadsheets that write it mean it to be read on.
    const value = text[at] === '"' ? quoted() + bare() : bare()
    return value.length > LONGEST_FIELD ? fail(`a field is longer than ${LONGEST_FIELD} characters`) : value
  }

  while (at < text.length) {
    const start = line
    const fields = [field()]
    while (text[at] === separator) {
      at++
      fields.push(field())
      if (fields.length > MOST_FIELDS) fail(`more than ${MOST_FIELDS} fields`)
    }
    if (wrong) return { records, broken: { line: start, reason: wrong } }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    if (fields.length > 1 || fields[0] !== '') records.push({ line: start, fields })
  }
  return { records }
}
