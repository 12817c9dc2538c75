import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UsageError } from '#shared/errors.ts'
import { tableOfCsv } from './read-csv.ts'
import type { SourceFile } from './read-directory.ts'

const MOST_BYTES = 256 * 2 ** 20

function wrong(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('directory', `kiosk.directory: ${path} ${why}`, { data: { path }, cause })
}

/** In a folder, the tables of a CSV package if there are any, otherwise its JSON files; a data package's own description is neither. */
function chosen(names: readonly string[]): readonly string[] {
  const tables = names.filter((name) => tableOfCsv(name) !== undefined)
  return tables.length > 0 ? tables : names.filter((name) => name.endsWith('.json') && name !== 'datapackage.json')
}

/**
 * The files of a directory: one JSON or CSV file, or a folder of them.
 * @throws UsageError `directory` naming what is wrong with the path.
 */
export function readSource(path: string): SourceFile[] {
  let files: string[]
  try {
    files = statSync(path).isDirectory() ? chosen(readdirSync(path).sort()).map((name) => join(path, name)) : [path]
  } catch (error) {
    throw wrong(path, 'cannot be read: give a JSON file, a CSV file, or a folder of them', error)
  }
  if (files.length === 0) throw wrong(path, 'holds no .json and no .csv file')
  let left = MOST_BYTES
  return files.map((file) => {
    const found = statSync(file, { throwIfNoEntry: false })
    // A pipe or a device has no size to check, and no end.
    if (!found?.isFile()) throw wrong(file, 'is no ordinary file')
    left -= found.size
    if (left < 0) throw wrong(path, `is larger than ${MOST_BYTES / 2 ** 20} MB`)
    return { name: basename(file), text: readFileSync(file, 'utf8') }
  })
}
