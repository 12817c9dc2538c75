// HSDS JSON in every official shape: one record, a list, a page of the API, or `tabular.json` (an array per CSV file).
import { MalformedError } from '#shared/errors.ts'
import { TABLE_NAMES, TABLES, type TableName } from './hsds.ts'
import { profileOf, type Profile } from './profile.ts'
import type { Reporter } from './report.ts'
import type { RowCollector } from './rows.ts'

type Json = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Fields that only one table has, most telling first; a record is of the first table of which it has one. */
const TELLING: readonly (readonly [TableName, readonly string[]])[] = [
  ['location', ['location_type']],
  ['service_at_location', ['location', 'location_id']],
  ['service', ['status', 'service_at_locations', 'organization', 'organization_id']],
  ['taxonomy_term', ['taxonomy', 'taxonomy_detail', 'parent_id', 'term_uri', 'code']],
  ['organization', ['website', 'legal_status', 'tax_status', 'locations', 'programs', 'email', 'organization_identifiers']],
  ['taxonomy', ['version', 'uri']],
]

/** A file named after a table holds that table; otherwise its records speak for themselves. */
function tableOfFile(file: string): TableName | undefined {
  const base = (file.split('/').at(-1) ?? '').toLowerCase().replace(/\.json$/, '').replace(/_(?:full|list)$/, '')
  return TABLE_NAMES.find((name) => base === name || base === `${name}s` || `${base}.csv` === TABLES[name].file)
}

function tableOfRecord(record: Json): TableName | undefined {
  return TELLING.find(([, fields]) => fields.some((field) => Object.hasOwn(record, field)))?.[0]
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (error) {
    throw new MalformedError('json', `${file} is no JSON: ${error instanceof Error ? error.message : ''}`, { cause: error })
  }
}

/**
 * Adds every record of a JSON file, nested ones as rows of their own.
 * @returns the directory's profile when the file carries one.
 * @throws MalformedError `json` when the file is no JSON.
 */
export function readJson(file: string, text: string, collector: RowCollector, reporter: Reporter): Profile | undefined {
  // Only fields of TABLES are followed, and no table nests itself, so that ten levels are the deepest there is.
  function record(table: TableName, value: unknown, pointer: string, links: Json, named: Json): string | undefined {
    const origin = { file, row: pointer }
    if (!isObject(value)) {
      reporter.read()
      reporter.refused(file, pointer, `a ${table} must be an object`)
      return undefined
    }
    const { nested, fields } = TABLES[table]
    for (const key of Object.keys(value)) if (!Object.hasOwn(fields, key) && !Object.hasOwn(nested, key)) reporter.unknownField(file, `${table}.${key}`)
    const pointed: Record<string, unknown> = {}
    for (const [key, { many, table: inner, by }] of Object.entries(nested)) {
      if (many || !Object.hasOwn(value, key) || value[key] === null) continue
      const id = record(inner, value[key], `${pointer}/${key}`, {}, {})
      if (id !== undefined) pointed[by] = id
    }
    const id = collector.add(table, { ...named, ...value, ...pointed, ...links }, origin)
    for (const [key, { many, table: inner, by }] of Object.entries(nested)) {
      if (!many || !Object.hasOwn(value, key) || value[key] === null) continue
      list(inner, value[key], `${pointer}/${key}`, id, by, table)
    }
    return id
  }

  function list(table: TableName, value: unknown, pointer: string, parent: string | undefined, by: string, parentTable: TableName): void {
    if (!Array.isArray(value)) return reporter.noted(file, pointer, 'must be a list')
    for (const [index, item] of value.entries()) {
      const where = `${pointer}/${index}`
      if (parent === undefined) {
        reporter.read()
        reporter.refused(file, where, `${table}: the ${parentTable} it belongs to was refused`)
      } else record(table, item, where, { [by]: parent }, parentNamed(table, parentTable))
    }
  }

  function top(value: unknown, pointer: string, hint: TableName | undefined): void {
    const table = hint ?? (isObject(value) ? tableOfRecord(value) : undefined)
    if (table) return void record(table, value, pointer, {}, {})
    reporter.read()
    reporter.refused(file, pointer, 'this is no record of HSDS 3.0 (no field tells which)')
  }

  const root = parse(file, text)
  const hint = tableOfFile(file)
  const profile = isObject(root) && Object.hasOwn(root, 'parvis') ? profileOf(root['parvis'], (reason) => reporter.noted(file, '/parvis', reason)) : undefined
  const tabular = isObject(root) ? TABLE_NAMES.filter((name) => Object.hasOwn(root, TABLES[name].file)) : []
  if (isObject(root) && tabular.length > 0) {
    for (const name of tabular) for (const [index, item] of asList(root[TABLES[name].file]).entries()) record(name, item, `/${TABLES[name].file}/${index}`, {}, {})
  } else if (isObject(root) && Array.isArray(root['contents'])) {
    for (const [index, item] of root['contents'].entries()) top(item, `/contents/${index}`, hint)
  } else if (Array.isArray(root)) {
    for (const [index, item] of root.entries()) top(item, `/${index}`, hint)
  } else top(root, '', hint)
  return profile
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Attributes and metadata also name the table they hang on; where the file does not say, their place does. */
function parentNamed(table: TableName, parent: TableName): Json {
  return table === 'attribute' ? { link_entity: parent } : table === 'metadata' ? { resource_type: parent } : {}
}
