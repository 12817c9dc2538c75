import { isNotYet, isSecret, readSettings } from '../settings/read.ts'
import type { Command } from './command.ts'

type Row = Readonly<Record<string, unknown>>
type Table = Row | readonly Row[]

/** What may be seen of one table's values: null where nothing is set, of a secret only whether it is. */
function shownRow(table: string, row: Row): Row {
  const seen = (key: string, value: unknown): unknown => (isSecret(key) ? (value === undefined ? 'not set' : 'set') : (value ?? null))
  return Object.fromEntries(Object.entries(row).filter(([key]) => !isNotYet(table, key)).map(([key, value]) => [key, seen(key, value)]))
}

function isRows(table: Table): table is readonly Row[] {
  return Array.isArray(table)
}

/** A value as it would be written; what is none is a comment. */
function written(key: string, value: unknown): string {
  if (value === null) return '# not set'
  return isSecret(key) ? `# ${String(value)}` : JSON.stringify(value)
}

/** Every effective value; secrets are named and never shown. */
export const settingsCommand: Command = {
  help: `parvis settings [--json] [--config FILE]

Prints every setting with the value in force, after file, environment and flags; "# not set" (--json: null) where there is
none. Secrets are shown as "# set" or "# not set" (--json: "set" or "not set").`,
  options: { json: 'flag' },
  async run(invocation, io) {
    const { settings } = readSettings(invocation, io.env)
    const tables: readonly (readonly [string, Table])[] = Object.entries(settings)
    const shown = tables.map(([name, table]) => [name, isRows(table) ? table.map((row) => shownRow(name, row)) : shownRow(name, table)] as const)
    if (invocation.options.has('json')) {
      io.out(`${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`)
      return 0
    }
    for (const [name, table] of shown) {
      for (const [index, row] of (isRows(table) ? table : [table]).entries()) {
        io.out(isRows(table) ? `[[${name}]] ${index + 1}\n` : `[${name}]\n`)
        for (const [key, value] of Object.entries(row)) io.out(`  ${key.padEnd(18)} ${written(key, value)}\n`)
      }
    }
    return 0
  },
}
