import { TABLES, type Row, type TableName } from './hsds.ts'
import type { DirectoryStore } from './store.ts'

export type Nested = { readonly [field: string]: string | number | Nested | readonly Nested[] }

/**
 * - `list`: the record and what it has exactly one of, as the API's lists show it;
 * - `full`: with everything that hangs on it, to the leaves.
 */
export type Depth = 'list' | 'full'

/** References that say more than where a nested record hangs. */
const KEPT = new Set(['parent_organization_id', 'parent_id'])

/** A row as HSDS JSON. A reference whose target is nested instead, or that only says where the row hangs, is left out. */
export function nest(store: DirectoryStore, table: TableName, row: Row, depth: Depth, hangsBy?: string): Nested {
  const nested: Record<string, Nested[string]> = {}
  for (const [field, rule] of Object.entries(TABLES[table].fields)) {
    const value = row[field]
    if (value === undefined) continue
    const dangling = rule.kind === 'ref' && rule.to !== undefined && field !== hangsBy && !store.row(rule.to, String(value))
    if (rule.kind !== 'ref' || KEPT.has(field) || dangling) nested[field] = value
  }
  for (const [name, { many, table: inner, by }] of Object.entries(TABLES[table].nested)) {
    if (many && depth === 'full') {
      const rows = store.rows(inner, by, String(row['id']))
      if (rows.length > 0) nested[name] = rows.map((one) => nest(store, inner, one, 'full', by))
    }
    const id = row[by]
    if (many || id === undefined) continue
    const target = store.row(inner, String(id))
    if (target) nested[name] = nest(store, inner, target, depth)
  }
  return nested
}

/** The whole directory in the shape of the official `tabular.json`, with our profile beside it: importing it again changes nothing. */
export function exportDirectory(store: DirectoryStore): Record<string, unknown> {
  const tables = Object.entries(TABLES).map(([name, { file }]) => [file, store.all(name as TableName)] as const)
  const profile = store.note('profile')
  return { ...(profile === undefined ? {} : { parvis: JSON.parse(profile) as unknown }), ...Object.fromEntries(tables.filter(([, rows]) => rows.length > 0)) }
}
