import { parseCsv } from './csv.ts'
import { TABLE_NAMES, TABLES, type TableName } from './hsds.ts'
import type { Reporter } from './report.ts'
import type { RowCollector } from './rows.ts'

/** The table a CSV file of an HSDS 3.0 package holds, by its name; the plural of service_at_location is common too. */
export function tableOfCsv(file: string): TableName | undefined {
  const base = file.split('/').at(-1)?.toLowerCase() ?? ''
  return TABLE_NAMES.find((name) => TABLES[name].file === base || `${name}s.csv` === base || `${name}.csv` === base)
}

/** Adds every record of one file of a tabular package. */
export function readCsv(file: string, text: string, collector: RowCollector, reporter: Reporter): void {
  const table = tableOfCsv(file)
  const { records: all, broken } = parseCsv(text)
  if (broken) {
    reporter.read()
    reporter.refused(file, broken.line, `${broken.reason}: nothing is read from this line on`)
  }
  const [heading, ...records] = all
  if (!heading) return
  if (!table) {
    for (const { line } of records) {
      reporter.read()
      reporter.refused(file, line, 'the file is named after no table of HSDS 3.0')
    }
    return
  }
  const names = heading.fields.map((name) => name.trim().toLowerCase())
  for (const name of names) if (!Object.hasOwn(TABLES[table].fields, name)) reporter.unknownField(file, name)
  for (const { line, fields } of records) {
    if (fields.length > names.length) {
      reporter.read()
      reporter.refused(file, line, `${fields.length} fields under a heading of ${names.length}`)
      continue
    }
    const raw = Object.fromEntries(fields.map((value, index) => [names[index] ?? '', value]))
    collector.add(table, raw, { file, row: line })
  }
}
