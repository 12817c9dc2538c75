import { parse, TomlError } from 'smol-toml'
import { lineIndex } from './lines.ts'
import type { Field, ValueOf } from './fields.ts'

/** One table of settings: `[portal]` is `single`, `[[sites]]` is `many`; `[[radius.clients]]` has a dotted name. */
export type Table = Readonly<Record<string, Field<unknown>>>
export type Schema = { readonly single: Readonly<Record<string, Table>>; readonly many: Readonly<Record<string, Table>> }
export type TableValues<T extends Table> = { readonly [Key in keyof T]: ValueOf<T[Key]> }
export type Loaded<S extends Schema> = {
  readonly [Name in keyof S['single']]: TableValues<S['single'][Name]>
} & { readonly [Name in keyof S['many']]: readonly TableValues<S['many'][Name]>[] }

/** A mistake and where it stands: a line of the file, an environment variable, or a flag. */
export type Problem = { readonly where: string; readonly key: string; readonly text: string }

export type Sources = {
  /** The file's name and text; absent when the built-in values hold. */
  readonly file?: { readonly name: string; readonly text: string } | undefined
  /** The environment: `PARVIS_<TABLE>_<KEY>`, secrets also as `…_FILE`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** `portal.port` → text, from `--portal.port=8081`. */
  readonly flags: ReadonlyMap<string, string>
  /** Reads a secret's file (trimmed by us); throws when it cannot. */
  readonly readSecret: (path: string) => string
}

type Tree = Record<string, unknown>
function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** The known name nearest to a misspelt one: one letter wrong, missing, extra, or two exchanged. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const sorted = (word: string): string => [...word].sort().join('')
  return known.find((one) => sorted(one) === sorted(name) || one.startsWith(name) || name.startsWith(one) || close(one, name))
}
function close(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return Math.max(a.length, b.length) - start - end <= 1
}

/** Reads every source and reports every mistake at once; values of keys with a mistake are the fallbacks. */
export function loadSettings<S extends Schema>(schema: S, sources: Sources): { settings: Loaded<S>; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const source = sources.file?.text ?? ''
  const line = lineIndex(source)
  const place = (path: string): string => `${sources.file?.name ?? 'settings'}:${line(path)}`
  const tree = parseFile()

  function parseFile(): Tree {
    try {
      return parse(source) as Tree
    } catch (error) {
      const at = error instanceof TomlError ? `${sources.file?.name}:${error.line}` : (sources.file?.name ?? 'settings')
      const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      problems.push({ where: at, key: '', text })
      return {}
    }
  }
  function read<T>(field: Field<T>, value: unknown, where: string, key: string): T {
    try {
      return field.read(value)
    } catch (error) {
      problems.push({ where, key, text: error instanceof Error ? error.message : String(error) })
      return field.fallback
    }
  }
  function fromSecretFile(field: Field<unknown>, path: string, where: string, key: string): unknown {
    try {
      return field.read(sources.readSecret(path).trim())
    } catch {
      problems.push({ where, key, text: 'the file cannot be read or is empty' })
      return field.fallback
    }
  }
  function unknown(given: Tree, table: Table, path: string, nested: readonly string[]): void {
    for (const key of Object.keys(given)) {
      if (Object.hasOwn(table, key) || table[key.replace(/_FILE$/, '')]?.secret || nested.includes(key)) continue
      const hint = nearest(key, [...Object.keys(table), ...nested])
      problems.push({ where: place(`${path}.${key}`), key: `${path}.${key}`, text: `unknown key${hint ? `; did you mean ${hint}` : ''}` })
    }
  }
  function one(name: string, table: Table): Tree {
    const given = isTree(tree[name]) ? tree[name] : {}
    if (name in tree && !isTree(tree[name])) problems.push({ where: place(name), key: name, text: `expected a table [${name}]` })
    unknown(given, table, name, nestedIn(name))
    const values: Tree = {}
    for (const [key, field] of Object.entries(table)) values[key] = pick(name, key, field, given)
    return values
  }
  function pick(name: string, key: string, field: Field<unknown>, given: Tree): unknown {
    const path = `${name}.${key}`
    const variable = `PARVIS_${name}_${key}`.toUpperCase()
    const flag = sources.flags.get(path)
    if (flag !== undefined && field.secret) {
      problems.push({ where: `--${path}`, key: path, text: `not as a flag: everyone on this machine can read a command line; use ${variable}_FILE` })
      return field.fallback
    }
    if (flag !== undefined) return read(field, flag, `--${path}`, path)
    const env = sources.env[variable]
    if (env !== undefined && env !== '') return read(field, env, variable, path)
    const envFile = sources.env[`${variable}_FILE`]
    if (field.secret && envFile) return fromSecretFile(field, envFile, `${variable}_FILE`, path)
    const credentials = sources.env['CREDENTIALS_DIRECTORY']
    if (field.secret && credentials && !(key in given)) {
      try {
        return field.read(sources.readSecret(`${credentials}/${path}`).trim())
      } catch {
        // No such credential: the next source speaks.
      }
    }
    if (key in given) return read(field, given[key], place(path), path)
    const file = given[`${key}_FILE`]
    if (field.secret && typeof file === 'string') return fromSecretFile(field, file, place(`${path}_FILE`), path)
    return field.fallback
  }
  function nestedIn(name: string): string[] {
    return Object.keys(schema.many).filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1))
  }
  function many(path: string, table: Table): Tree[] {
    const rows = path.split('.').reduce<unknown>((at, step) => (isTree(at) ? at[step] : undefined), tree)
    if (rows === undefined) return []
    if (!Array.isArray(rows) || !rows.every(isTree)) {
      problems.push({ where: place(path), key: path, text: `expected tables [[${path}]]` })
      return []
    }
    return rows.map((row: Tree, index) => {
      const at = `${path}[${index}]`
      unknown(row, table, at, [])
      const values: Tree = {}
      for (const [key, field] of Object.entries(table)) values[key] = rowValue(row, key, field, `${at}.${key}`)
      return values
    })
  }
  function rowValue(row: Tree, key: string, field: Field<unknown>, path: string): unknown {
    if (key in row) return read(field, row[key], place(path), path)
    const file = row[`${key}_FILE`]
    if (field.secret && typeof file === 'string') return fromSecretFile(field, file, place(`${path}_FILE`), path)
    return field.fallback
  }

  const tops = new Set([...Object.keys(schema.single), ...Object.keys(schema.many).map((path) => path.split('.')[0] ?? path)])
  for (const name of Object.keys(tree)) {
    if (tops.has(name)) continue
    const hint = nearest(name, [...tops])
    problems.push({ where: place(name), key: name, text: `unknown table${hint ? `; did you mean ${hint}` : ''}` })
  }
  for (const path of sources.flags.keys()) {
    const [name = '', key = ''] = path.split('.')
    if (!Object.hasOwn(Object.hasOwn(schema.single, name) ? (schema.single[name] ?? {}) : {}, key)) problems.push({ where: `--${path}`, key: path, text: 'unknown setting' })
  }
  const settings: Tree = {}
  for (const [name, table] of Object.entries(schema.single)) settings[name] = one(name, table)
  for (const [path, table] of Object.entries(schema.many)) settings[path] = many(path, table)
  // Each value went through the schema's own field, so the tree has the schema's type.
  return { settings: settings as Loaded<S>, problems }
}
