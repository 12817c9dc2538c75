import { TABLE_NAMES, type Row, type TableName } from './hsds.ts'
import type { Rows } from './rows.ts'

/** A directory as tables that can be read, wherever they are kept. */
export type Tables = {
  /** Rows of a table whose `field` is `value`, in the order in which they came. */
  rows(table: TableName, field: string, value: string): readonly Row[]
  row(table: TableName, id: string): Row | undefined
  /** Every row of a table, in the order in which they came. */
  all(table: TableName): readonly Row[]
}

const NONE: readonly Row[] = []

/** Tables over the rows of an import that are still in memory: half a million look-ups of 10,000 services then cost no query. */
export function tablesOf(rows: Rows): Tables {
  const indices = new Map<string, ReadonlyMap<string, readonly Row[]>>()
  const lists = new Map(TABLE_NAMES.map((table) => [table, [...rows[table].values()]]))

  function indexBy(table: TableName, field: string): ReadonlyMap<string, readonly Row[]> {
    const index = new Map<string, Row[]>()
    for (const row of rows[table].values()) {
      const value = row[field]
      if (value === undefined) continue
      const list = index.get(String(value))
      if (list) list.push(row)
      else index.set(String(value), [row])
    }
    return index
  }

  return {
    rows(table, field, value) {
      const key = `${table}.${field}`
      let index = indices.get(key)
      if (!index) indices.set(key, (index = indexBy(table, field)))
      return index.get(value) ?? NONE
    },
    row: (table, id) => rows[table].get(id),
    all: (table) => lists.get(table) ?? NONE,
  }
}
