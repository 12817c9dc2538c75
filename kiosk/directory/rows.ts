import { parseField } from './field.ts'
import { TABLES, type Row, type Table, type TableName } from './hsds.ts'
import type { Problem, Reporter } from './report.ts'

export const MOST_ROWS = 1_000_000

/** Where a raw row came from. */
export type Origin = { readonly file: string; readonly row: Problem['row'] }

/** Rows by table and id, in the order in which they came. */
export type Rows = Readonly<Record<TableName, ReadonlyMap<string, Row>>>

export type RowCollector = {
  /** Checks one raw row and keeps it. @returns its id, or undefined when it was refused (and reported). */
  add(table: TableName, raw: Readonly<Record<string, unknown>>, origin: Origin): string | undefined
  /** Notes every reference that names no row, then hands over. */
  finish(): Rows
}

function emptyRows(): Record<TableName, Map<string, Record<string, string | number>>> {
  const rows: Partial<Record<TableName, Map<string, Record<string, string | number>>>> = {}
  for (const name of Object.keys(TABLES) as TableName[]) rows[name] = new Map()
  return rows as Record<TableName, Map<string, Record<string, string | number>>>
}

type Checked = { row: Record<string, string | number>; wrong: { field: string; reason: string; fatal: boolean }[] }

function check(table: Table, raw: Readonly<Record<string, unknown>>): Checked {
  const checked: Checked = { row: {}, wrong: [] }
  for (const [name, field] of Object.entries(table.fields)) {
    const parsed = parseField(field, Object.hasOwn(raw, name) ? raw[name] : undefined)
    if ('value' in parsed) checked.row[name] = parsed.value
    else if ('wrong' in parsed) checked.wrong.push({ field: name, reason: parsed.wrong, fatal: field.required === true || table.strict === true })
    else if (field.required) checked.wrong.push({ field: name, reason: 'is missing', fatal: true })
  }
  return checked
}

/** The first field in which two rows of one id contradict each other. */
function contradiction(known: Row, again: Row): string | undefined {
  return Object.keys(again).find((field) => known[field] !== undefined && known[field] !== again[field])
}

export function collectRows(reporter: Reporter): RowCollector {
  const rows = emptyRows()
  const origins = new Map<Row, Origin>()

  function refuse(origin: Origin, reason: string): undefined {
    reporter.refused(origin.file, origin.row, reason)
  }

  return {
    add(name, raw, origin) {
      reporter.read()
      if (origins.size >= MOST_ROWS) return refuse(origin, `the directory already holds ${MOST_ROWS} rows`)
      const { row, wrong } = check(TABLES[name], raw)
      const fatal = wrong.filter((one) => one.fatal)
      if (fatal.length > 0) return refuse(origin, `${name}: ${fatal.map((one) => `${one.field} ${one.reason}`).join('; ')}`)
      const id = String(row['id'])
      const known = rows[name].get(id)
      if (known) {
        const field = contradiction(known, row)
        if (field) return refuse(origin, `${name}: ${field} differs from an earlier row with the same id`)
        Object.assign(known, row)
        reporter.repeated()
        return id
      }
      rows[name].set(id, row)
      origins.set(row, origin)
      reporter.stored(name)
      for (const one of wrong) reporter.mended(origin.file, origin.row, `${name}: stored without ${one.field}, which ${one.reason}`)
      return id
    },
    finish() {
      for (const name of Object.keys(TABLES) as TableName[]) {
        for (const row of rows[name].values()) {
          const origin = origins.get(row)
          if (origin) noteDangling(rows, name, row, origin, reporter)
        }
      }
      return rows
    },
  }
}

function noteDangling(rows: Rows, name: TableName, row: Row, origin: Origin, reporter: Reporter): void {
  for (const [field, rule] of Object.entries(TABLES[name].fields)) {
    const value = row[field]
    if (rule.kind !== 'ref' || rule.to === undefined || value === undefined || rows[rule.to].has(String(value))) continue
    reporter.noted(origin.file, origin.row, `${name}: ${field} names no ${rule.to} of this directory`)
  }
}
